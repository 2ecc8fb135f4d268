"""Every name of the feature table, where PyTorch users reach for it, in every spelling."""

from __future__ import annotations

import pytest

import hodu
import hodu.nn.functional as F
from tests.features import calls, describe, namespace

BINARY = "add sub mul div floor_divide remainder fmod pow atan2 hypot eq ne lt le gt ge".split()
BITS = "and or xor not left_shift right_shift".split()
LOGIC = ["logical_and", "logical_or", "logical_xor", "logical_not"]
UNARY = (
    "neg abs sign square sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan "
    "asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv ceil floor round trunc frac "
    "sigmoid nan_to_num clamp lerp masked_fill relu"
).split()
ACTIVATIONS = (
    "relu relu6 leaky_relu elu celu selu gelu silu mish hardsigmoid hardswish hardtanh softplus "
    "softsign sigmoid log_sigmoid logsigmoid prelu threshold glu rrelu tanh softmax log_softmax"
).split()
REDUCE = (
    "sum mean prod max min amax amin std var norm logsumexp any all argmax argmin median quantile "
    "cumsum cumprod cummax cummin count_nonzero softmax log_softmax unique nonzero bincount histc "
    "sort argsort topk isnan isinf isfinite maximum minimum"
).split()
SHAPE = (
    "reshape view flatten unflatten squeeze unsqueeze expand broadcast_to transpose permute t "
    "movedim flip roll repeat tile repeat_interleave split chunk unbind narrow unfold as_strided "
    "diagonal tril triu contiguous"
).split()
INDEX = (
    "index_select gather scatter scatter_add scatter_reduce index_put index_add masked_select "
    "take_along_dim"
).split()
LINEAR = (
    "matmul dot outer bmm det slogdet inverse trace cholesky qr svd matrix_power pinverse cross "
    "kron"
).split()
CREATION = (
    "tensor as_tensor from_numpy from_dlpack empty zeros ones full empty_like zeros_like ones_like "
    "full_like arange linspace logspace eye rand randn randint randperm uniform bernoulli "
    "tril_indices one_hot manual_seed Generator einsum stack cat meshgrid where searchsorted "
    "embedding compress inv solve lu eigh matrix_rank pinv"
).split()
LINALG = (
    "det slogdet inv solve cholesky qr lu svd eigh matrix_rank pinv norm cross diagonal matmul"
).split()
POOLS = [
    f"{kind}_pool{n}d"
    for kind in ("max", "avg", "lp", "adaptive_avg", "adaptive_max")
    for n in (1, 2, 3)
]
WINDOWS = [
    *(f"conv{transposed}{n}d" for transposed in ("", "_transpose") for n in (1, 2, 3)),
    *POOLS,
    *"fractional_max_pool2d fractional_max_pool3d reduce_window interpolate grid_sample".split(),
    *"pixel_shuffle pad unfold embedding one_hot".split(),
]
METHODS = [*BINARY, *(f"bitwise_{b}" for b in BITS), *LOGIC, *UNARY, *REDUCE, *SHAPE, *INDEX]
IN_PLACE = [
    *BINARY[:9],
    *(f"bitwise_{b}" for b in BITS),
    *LOGIC,
    *UNARY,
    *"scatter scatter_add scatter_reduce index_put index_add cumsum cumprod tril triu".split(),
    *"fill zero copy uniform normal bernoulli random".split(),
]
OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
ACTING_IN_PLACE = [name for name in OPERATORS if name != "matmul"]
FUNCTIONS = [n for n in (*METHODS, *LINEAR, *CREATION) if n not in ("expand", "repeat", "view")]
ONLY_METHODS = ["uniform_", "normal_", "bernoulli_", "random_", "fill_", "zero_", "copy_"]


@pytest.mark.parametrize(
    ("home", "names"),
    [
        (hodu, FUNCTIONS),
        (hodu.Tensor, [*METHODS, *LINEAR, *(f"{name}_" for name in IN_PLACE)]),
        (hodu.Tensor, [f"__{name}__" for name in OPERATORS]),
        (hodu.Tensor, [f"__r{name}__" for name in OPERATORS]),
        (hodu.Tensor, [f"__i{name}__" for name in ACTING_IN_PLACE]),
        (F, [*ACTIVATIONS, *WINDOWS]),
        (hodu.linalg, LINALG),
    ],
)
def test_names_exist(home, names):
    assert [name for name in names if not hasattr(home, name)] == []


def test_filling_is_a_method_only():
    assert [name for name in ONLY_METHODS if hasattr(hodu, name)] == []


@pytest.mark.parametrize(("section", "expression", "result"), calls())
def test_calls(section, expression, result):
    names = namespace(hodu, F, hodu.from_numpy)
    assert describe(eval(expression, names)) == result


def test_device_is_taken_wherever_tensors_are_made():
    for make in (hodu.zeros, hodu.ones, hodu.empty, hodu.rand, hodu.randn, hodu.eye, hodu.arange):
        assert make(2, device="cpu").device == hodu.Device("cpu")
        with pytest.raises(hodu.HoduError, match="cuda:0"):
            make(2, device="cuda:0")


def test_glu_needs_an_even_size():
    with pytest.raises(ValueError, match="odd size 5"):
        F.glu(hodu.ones(5))


def test_rrelu_draws_slopes_between_the_bounds():
    slopes = -F.rrelu(-hodu.ones(1000), 0.25, 0.5, training=True).numpy()
    assert 0.25 <= slopes.min() < 0.26 < 0.49 < slopes.max() <= 0.5


def test_inplace_activations_write_to_their_input():
    x = hodu.tensor([-1.0, 2.0])
    assert F.relu(x, inplace=True) is x
    assert x.tolist() == [0.0, 2.0]


def test_diff_of_a_huge_order_is_empty():
    assert hodu.arange(4).diff(n=10**18).shape == (0,)
