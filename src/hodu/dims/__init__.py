"""Dimensions: integers, or symbolic expressions over named sizes."""

from hodu.dims.atoms import Atom as Atom
from hodu.dims.atoms import Dim as Dim
from hodu.dims.atoms import Quotient as Quotient
from hodu.dims.atoms import Symbol as Symbol
from hodu.dims.bounds import bounds as bounds
from hodu.dims.bounds import provably_different as provably_different
from hodu.dims.environment import bare_symbol as bare_symbol
from hodu.dims.environment import check_size as check_size
from hodu.dims.environment import evaluate as evaluate
from hodu.dims.environment import single_symbol as single_symbol
from hodu.dims.environment import substitute as substitute
from hodu.dims.environment import symbols as symbols
from hodu.dims.expression import Sym as Sym
from hodu.dims.expression import dim_floordiv as dim_floordiv
from hodu.dims.expression import dim_max as dim_max
from hodu.dims.expression import dim_min as dim_min
from hodu.dims.expression import dim_mod as dim_mod
from hodu.dims.expression import dim_name as dim_name
from hodu.dims.expression import polynomial as polynomial
from hodu.dims.expression import symbol as symbol
from hodu.dims.parse import parse_dim as parse_dim
