"""Every name of the feature table, where PyTorch users reach for it, in every spelling."""

from __future__ import annotations

import pytest

import hodu
import hodu.nn.functional as F
from tests.features import calls, describe, namespace

NAMES = """
arithmetic: add sub mul div floor_divide remainder fmod pow atan2 hypot
compare: eq ne lt le gt ge maximum minimum isnan isinf isfinite
bits: bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift
logic: logical_and logical_or logical_xor logical_not
unary: neg abs sign square sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan
unary: asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv ceil floor round trunc frac
unary: sigmoid nan_to_num clamp lerp masked_fill relu
activation: relu relu6 leaky_relu elu celu selu gelu silu mish hardsigmoid hardswish hardtanh
activation: softplus softsign sigmoid log_sigmoid logsigmoid prelu threshold glu rrelu tanh
activation: softmax log_softmax
reduce: sum mean prod max min amax amin std var norm logsumexp any all argmax argmin median
reduce: quantile cumsum cumprod cummax cummin count_nonzero softmax log_softmax unique nonzero
reduce: bincount histc sort argsort topk
shape: reshape flatten unflatten squeeze unsqueeze broadcast_to transpose permute t movedim flip
shape: roll tile repeat_interleave split chunk unbind narrow unfold as_strided diagonal tril triu
shape: contiguous
index: index_select gather scatter scatter_add scatter_reduce index_put index_add masked_select
index: take_along_dim
linear: matmul dot outer bmm det slogdet inverse trace cholesky qr svd matrix_power pinverse cross
linear: kron
creation: tensor as_tensor from_numpy from_dlpack empty zeros ones full empty_like zeros_like
creation: ones_like full_like arange linspace logspace eye rand randn randint randperm uniform
creation: bernoulli tril_indices one_hot manual_seed Generator
function: einsum stack cat meshgrid where searchsorted embedding compress inv solve lu eigh
function: matrix_rank pinv
linalg: det slogdet inv solve cholesky qr lu svd eigh matrix_rank pinv norm cross diagonal matmul
window: conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d
window: max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d
window: lp_pool1d lp_pool2d lp_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
window: adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
window: fractional_max_pool2d fractional_max_pool3d reduce_window interpolate grid_sample
window: pixel_shuffle pad unfold embedding one_hot
inplace: scatter_ scatter_add_ scatter_reduce_ index_put_ index_add_ cumsum_ cumprod_ tril_ triu_
filling: fill_ zero_ copy_ uniform_ normal_ bernoulli_ random_
operator: add sub mul truediv floordiv mod pow and or xor lshift rshift
gradient: grad value_and_grad vjp jvp no_grad enable_grad checkpoint
module: Module Sequential ModuleList ModuleDict Linear Bilinear Embedding Identity Flatten Unflatten
module: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d BatchNorm1d BatchNorm2d
module: BatchNorm3d LayerNorm GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d RMSNorm
module: AvgPool1d AvgPool2d AvgPool3d MaxPool1d MaxPool2d MaxPool3d AdaptiveAvgPool1d
module: AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d
module: GlobalAvgPool1d GlobalAvgPool2d GlobalAvgPool3d GlobalMaxPool1d GlobalMaxPool2d
module: GlobalMaxPool3d FractionalMaxPool2d FractionalMaxPool3d Dropout Dropout1d Dropout2d
module: Dropout3d AlphaDropout FeatureAlphaDropout RNN LSTM GRU RNNCell LSTMCell GRUCell
module: MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer PReLU RReLU ReLU ReLU6
module: LeakyReLU ELU CELU SELU GELU SiLU Mish Hardsigmoid Hardswish Hardtanh Softplus Softsign
module: Sigmoid LogSigmoid Threshold Tanh Softmax LogSoftmax GLU Upsample PixelShuffle
module: CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss MSELoss L1Loss SmoothL1Loss HuberLoss
module: KLDivLoss CosineEmbeddingLoss HingeEmbeddingLoss TripletMarginLoss CTCLoss
method: state_dict load_state_dict named_parameters parameters train eval to register_buffer
method: register_forward_hook register_forward_pre_hook register_full_backward_hook
init: xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ lecun_uniform_ lecun_normal_
init: orthogonal_ trunc_normal_
optimizer: SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam LAMB Lion
scheduler: StepLR MultiStepLR ExponentialLR CosineAnnealingLR OneCycleLR LinearLR ReduceLROnPlateau
scheduler: LambdaLR ChainedScheduler SequentialLR
data: Dataset TensorDataset Subset ConcatDataset random_split SequentialSampler RandomSampler
data: WeightedRandomSampler BatchSampler DataLoader NumpyDataset CsvDataset ImageFolder
training: Trainer Accuracy EarlyStop JsonlLog TensorBoardLog save_checkpoint load_checkpoint
"""


def names(*sections: str) -> list[str]:
    """The names of these sections."""
    lines = (line.split(": ") for line in NAMES.strip().splitlines())
    return [name for section, listed in lines if section in sections for name in listed.split()]


BOTH = names(
    "arithmetic", "compare", "bits", "logic", "unary", "reduce", "shape", "index", "linear"
)
CHANGING = [f"{name}_" for name in names("arithmetic", "bits", "logic", "unary")]
OPERATORS = [f"__{side}{name}__" for side in ("", "r", "i") for name in names("operator")]


@pytest.mark.parametrize(
    ("home", "listed"),
    [
        (hodu, [*BOTH, *names("creation", "function")]),
        (hodu.Tensor, [*BOTH, "view", "expand", "repeat"]),
        (hodu.Tensor, [*CHANGING, *names("inplace", "filling")]),
        (
            hodu.Tensor,
            [*OPERATORS, "__matmul__", "__rmatmul__", "__neg__", "__abs__", "__invert__"],
        ),
        (F, names("activation", "window")),
        (hodu.linalg, names("linalg")),
        (hodu.Tensor, ["backward", "grad", "detach", "requires_grad", "requires_grad_"]),
        (hodu, names("gradient")),
        (hodu.autograd, ["backward", "Function", "gradcheck"]),
        (hodu.nn, [*names("module"), "summary"]),
        (hodu.nn.Module, names("method")),
        (hodu.nn.init, names("init")),
        (hodu.nn.utils, ["clip_grad_norm_", "clip_grad_value_"]),
        (hodu.optim, names("optimizer")),
        (hodu.optim.lr_scheduler, names("scheduler")),
        (hodu.data, names("data")),
        (hodu.training, names("training")),
    ],
)
def test_names_exist(home, listed):
    assert [name for name in listed if not hasattr(home, name)] == []


def test_filling_is_a_method_only():
    assert [name for name in names("filling") if hasattr(hodu, name)] == []


@pytest.mark.parametrize(("section", "expression", "result"), calls())
def test_calls(section, expression, result):
    assert describe(eval(expression, namespace(hodu, F, hodu.from_numpy))) == result


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
