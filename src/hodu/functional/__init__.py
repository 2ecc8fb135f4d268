"""Every public function, by the name that users call it.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import hodu.ops._families  # noqa: F401
from hodu.functional._arithmetic import _add as _add
from hodu.functional._arithmetic import _div as _div
from hodu.functional._arithmetic import _sub as _sub
from hodu.functional._arithmetic import _trunc_divide as _trunc_divide
from hodu.functional._arithmetic import floor_divide as floor_divide
from hodu.functional._arithmetic import mul as mul
from hodu.functional._arithmetic import pow as pow
from hodu.functional._arithmetic import remainder as remainder
from hodu.functional._bitwise import bitwise_and as bitwise_and
from hodu.functional._bitwise import bitwise_left_shift as bitwise_left_shift
from hodu.functional._bitwise import bitwise_not as bitwise_not
from hodu.functional._bitwise import bitwise_or as bitwise_or
from hodu.functional._bitwise import bitwise_right_shift as bitwise_right_shift
from hodu.functional._bitwise import bitwise_xor as bitwise_xor
from hodu.functional._cast import cast as cast
from hodu.functional._cast import clone as clone
from hodu.functional._comparison import eq as eq
from hodu.functional._comparison import ge as ge
from hodu.functional._comparison import gt as gt
from hodu.functional._comparison import le as le
from hodu.functional._comparison import lt as lt
from hodu.functional._comparison import ne as ne
from hodu.functional._control_flow import _cond as _cond
from hodu.functional._control_flow import _scan as _scan
from hodu.functional._control_flow import _while_loop as _while_loop
from hodu.functional._extent import _dims as _dims
from hodu.functional._matmul import matmul as matmul
from hodu.functional._shape import _permute as _permute
from hodu.functional._unary_math import abs as abs
from hodu.functional._unary_math import neg as neg
from hodu.ops._table import F
from hodu.ops.arithmetic import add as add
from hodu.ops.arithmetic import div as div
from hodu.ops.arithmetic import sub as sub
from hodu.ops.cast import to as to
from hodu.ops.control_flow import cond as cond
from hodu.ops.control_flow import scan as scan
from hodu.ops.control_flow import while_loop as while_loop
from hodu.ops.creation import tensor as tensor
from hodu.ops.indexing import getitem as getitem
from hodu.ops.indexing import setitem as setitem
from hodu.ops.shape import permute as permute
from hodu.ops.shape import transpose as transpose

__all__ = [
    "abs",
    "add",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "cast",
    "clone",
    "cond",
    "div",
    "eq",
    "floor_divide",
    "ge",
    "getitem",
    "gt",
    "le",
    "lt",
    "matmul",
    "mul",
    "ne",
    "neg",
    "permute",
    "pow",
    "remainder",
    "scan",
    "setitem",
    "sub",
    "tensor",
    "to",
    "transpose",
    "while_loop",
]

F.bind(globals())
