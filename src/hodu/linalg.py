"""The functions of hodu.linalg.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu._lazy import attach

if TYPE_CHECKING:
    from hodu.functional import _linalg_cond as cond
    from hodu.functional import _linalg_cross as cross
    from hodu.functional import _linalg_diagonal as diagonal
    from hodu.functional import _linalg_norm as norm
    from hodu.functional import cholesky as cholesky
    from hodu.functional import det as det
    from hodu.functional import eigh as eigh
    from hodu.functional import eigvalsh as eigvalsh
    from hodu.functional import inverse as inv
    from hodu.functional import lstsq as lstsq
    from hodu.functional import lu as lu
    from hodu.functional import lu_factor as lu_factor
    from hodu.functional import matmul as matmul
    from hodu.functional import matrix_exp as matrix_exp
    from hodu.functional import matrix_norm as matrix_norm
    from hodu.functional import matrix_power as matrix_power
    from hodu.functional import matrix_rank as matrix_rank
    from hodu.functional import multi_dot as multi_dot
    from hodu.functional import pinv as pinv
    from hodu.functional import qr as qr
    from hodu.functional import slogdet as slogdet
    from hodu.functional import solve as solve
    from hodu.functional import solve_triangular as solve_triangular
    from hodu.functional import svd as svd
    from hodu.functional import svdvals as svdvals
    from hodu.functional import vecdot as vecdot
    from hodu.functional import vector_norm as vector_norm

__all__ = [
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "lu",
    "lu_factor",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vecdot",
    "vector_norm",
]

attach(
    __name__,
    {
        "cholesky": "hodu.functional:cholesky",
        "cond": "hodu.functional:_linalg_cond",
        "cross": "hodu.functional:_linalg_cross",
        "det": "hodu.functional:det",
        "diagonal": "hodu.functional:_linalg_diagonal",
        "eigh": "hodu.functional:eigh",
        "eigvalsh": "hodu.functional:eigvalsh",
        "inv": "hodu.functional:inverse",
        "lstsq": "hodu.functional:lstsq",
        "lu": "hodu.functional:lu",
        "lu_factor": "hodu.functional:lu_factor",
        "matmul": "hodu.functional:matmul",
        "matrix_exp": "hodu.functional:matrix_exp",
        "matrix_norm": "hodu.functional:matrix_norm",
        "matrix_power": "hodu.functional:matrix_power",
        "matrix_rank": "hodu.functional:matrix_rank",
        "multi_dot": "hodu.functional:multi_dot",
        "norm": "hodu.functional:_linalg_norm",
        "pinv": "hodu.functional:pinv",
        "qr": "hodu.functional:qr",
        "slogdet": "hodu.functional:slogdet",
        "solve": "hodu.functional:solve",
        "solve_triangular": "hodu.functional:solve_triangular",
        "svd": "hodu.functional:svd",
        "svdvals": "hodu.functional:svdvals",
        "vecdot": "hodu.functional:vecdot",
        "vector_norm": "hodu.functional:vector_norm",
    },
)
