"""Smooth activations, gates and softmaxes, as modules."""

from __future__ import annotations

from hodu._tensor import Tensor
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.nn import functional as F
from hodu.nn._elementwise import Inplace, Plain
from hodu.nn.module import Module
from hodu.shapes import format_shape


class Sigmoid(Module):
    """1 / (1 + exp(-input))."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.tanh(input)


class LogSigmoid(Module):
    """The logarithm of the sigmoid, without underflow."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.logsigmoid(input)


class Softsign(Module):
    """input / (1 + abs(input))."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.softsign(input)


class Tanhshrink(Module):
    """input - tanh(input)."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.tanhshrink(input)


class SiLU(Inplace):
    """input * sigmoid(input), also called swish."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.silu(input, self.inplace)


class Mish(Inplace):
    """input * tanh(softplus(input))."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.mish(input, self.inplace)


class GELU(Plain):
    """input * Phi(input) with the normal distribution Phi, exact ("none") or by "tanh"."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Which of the two."""
        return f"approximate={self.approximate!r}"


class Softplus(Plain):
    """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold."""

    shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return F.softplus(input, self.beta, self.threshold)


class GLU(Plain):
    """The first half along `dim` times the sigmoid of the second half."""

    shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """An even size along `dim` to half of it."""
        return F.glu(input, self.dim)


class _Softmax(Plain):
    shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def _dim(self) -> int:
        if self.dim is None:
            raise ArgumentError(
                f"{type(self).__name__} needs its dim", hint=f"as in {type(self).__name__}(dim=1)"
            )
        return self.dim


class Softmax(_Softmax):
    """exp(input) divided by its sum along `dim`, which must be given."""

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        return F.softmax(input, self._dim())


class LogSoftmax(_Softmax):
    """The logarithm of the softmax along `dim`, which must be given."""

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        return F.log_softmax(input, self._dim())


class Softmin(_Softmax):
    """The softmax of the negative input along `dim`, which must be given."""

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        return F.softmin(input, self._dim())


class Softmax2d(Module):
    """The softmax over the channels of [(n,) c, h, w]."""

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        if input.ndim not in (3, 4):
            raise ShapeError(
                f"Softmax2d of {format_shape(input.shape)}", hint="it takes [(n,) c, h, w]"
            )
        return F.softmax(input, -3)


class ChannelShuffle(Plain):
    """The channels of [n, c, ...] dealt out to `groups` in turn."""

    shown = ("groups",)

    def __init__(self, groups: int) -> None:
        super().__init__()
        if groups < 1:
            raise ValueRangeError(f"ChannelShuffle of groups={groups}", hint="use 1 or more")
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        return F.channel_shuffle(input, self.groups)
