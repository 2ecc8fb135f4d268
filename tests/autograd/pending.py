"""Ops whose gradients are still to be written; the list shrinks and must end empty."""

_NAMES = """
adaptive_avg_pool adaptive_max_pool
avg_pool
cond while_loop scan
conv
conv_transpose
cumsum cumprod cummax cummin logcumsumexp
cholesky qr svd eigh
floor_divide trunc_divide remainder fmod
exp2 expm1 log log2 log10 log1p logaddexp
maximum minimum fmax fmin clamp
fractional_max_pool
gather embedding gather_nd
grid_sample
index index_put
cat
lu lu_factor
matrix_exp
amax amin
max_pool max_pool_with_indices
max_unpool
flip
pad
pow sqrt reciprocal
reduce_window
prod
repeat_interleave
resize
ceil floor trunc round
scatter scatter_nd
unique unique_consecutive
neg abs sign
det slogdet inverse solve solve_triangular lstsq
sort
erf erfc erfinv sigmoid
split
sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2 hypot
"""
PENDING = frozenset(_NAMES.split())
