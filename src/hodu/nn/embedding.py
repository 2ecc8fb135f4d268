"""Tables of vectors that integers look up."""

from __future__ import annotations

from typing import Any, Self

from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import OutOfRangeError, ShapeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn._writing import stateful, write
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter
from hodu.shapes import format_shape


class _Table(Module):
    """What Embedding and EmbeddingBag share: the weight and its options."""

    weight: Parameter

    def _make(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        weight: Any,
        device: Device | str | None,
        dtype: DTypeLike | None,
    ) -> None:
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise OutOfRangeError(f"padding_idx={padding_idx} is no row of {num_embeddings}")
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        if weight is None:
            self.weight = empty_parameter(num_embeddings, embedding_dim, dtype=dtype, device=device)
            self.reset_parameters()
        else:
            self.weight = Parameter(weight)
            if tuple(self.weight.shape) != (num_embeddings, embedding_dim):
                raise ShapeError(
                    f"a weight {format_shape(self.weight.shape)} for {num_embeddings} embeddings "
                    f"of {embedding_dim}"
                )

    def reset_parameters(self) -> None:
        """Standard normal numbers; zeros in the row of `padding_idx`."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            row = self.weight.detach()[self.padding_idx]
            write(row, row * 0)

    def _weight(self, max_norm: float | None) -> Any:
        """The weight; a state where it is renormalised."""
        return self.weight if max_norm is None else stateful(self.weight, "weight")

    def _repr(self, *options: tuple[str, Any, Any]) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        parts += [f"{name}={value}" for name, value, usual in options if value is not usual]
        return ", ".join(parts)


class Embedding(_Table):
    """A table of `num_embeddings` vectors; see `functional.embedding` for the options."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self._make(num_embeddings, embedding_dim, padding_idx, _weight, device, dtype)
        self.weight.requires_grad_(not _freeze)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A table of these vectors [n, d], which are not trained if `freeze`."""
        rows, width = _sizes(embeddings)
        options = (padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        return cls(rows, width, *options, _weight=embeddings, _freeze=freeze)

    def forward(self, input: Tensor) -> Tensor:
        """Integers [...] to [..., embedding_dim]."""
        return F.embedding(
            input,
            self._weight(self.max_norm),
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        """The sizes and the options that are not the usual."""
        text = self._repr(
            ("padding_idx", self.padding_idx, None), ("max_norm", self.max_norm, None)
        )
        text += f", norm_type={self.norm_type}" if self.norm_type != 2 else ""
        text += ", scale_grad_by_freq=True" if self.scale_grad_by_freq else ""
        return text + (", sparse=True" if self.sparse else "")


class EmbeddingBag(_Table):
    """Sums, means or maxima of vectors; see `functional.embedding_bag` for the options."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.mode, self.sparse = scale_grad_by_freq, mode, sparse
        self.include_last_offset = include_last_offset
        self._make(num_embeddings, embedding_dim, padding_idx, _weight, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Bags of these vectors [n, d], which are not trained if `freeze`."""
        rows, width = _sizes(embeddings)
        options = (max_norm, norm_type, scale_grad_by_freq, mode, sparse)
        bag = cls(rows, width, *options, embeddings, include_last_offset, padding_idx)
        return bag.requires_grad_(not freeze)

    def forward(
        self,
        input: Tensor,
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        """Integers [b, n], or [n] with offsets [b], to [b, embedding_dim]."""
        return F.embedding_bag(
            input,
            self._weight(self.max_norm),
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        """The sizes and the options that are not the usual."""
        text = self._repr(("max_norm", self.max_norm, None))
        text += f", norm_type={self.norm_type}" if self.norm_type != 2 else ""
        text += ", scale_grad_by_freq=True" if self.scale_grad_by_freq else ""
        text += f", mode={self.mode!r}"
        return text + (f", padding_idx={self.padding_idx}" if self.padding_idx is not None else "")


def _sizes(embeddings: Tensor) -> tuple[int, int]:
    if embeddings.ndim != 2:
        raise ShapeError(f"embeddings {format_shape(embeddings.shape)}, not [n, d]")
    rows, width = embeddings.shape
    return int(rows), int(width)
