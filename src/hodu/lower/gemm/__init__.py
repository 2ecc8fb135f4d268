"""Matrix products: the micro-kernel, packing, blocking."""

from hodu.lower.gemm.tile import Panel as Panel
from hodu.lower.gemm.tile import Rows as Rows
from hodu.lower.gemm.tile import Sums as Sums
from hodu.lower.gemm.tile import Tile as Tile
from hodu.lower.gemm.tile import accumulate as accumulate
