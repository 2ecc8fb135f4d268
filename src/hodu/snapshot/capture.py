"""Capturing: running Python over tensors that record what is done to them.

with hodu.capture("affine") as board:
    x = board.input("x", ("N", 3), "f32")
    board.target("y", x @ w + b)
snapshot = board.snapshot
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Any

from hodu.dims import Dim, Sym, symbol
from hodu.dispatch.base import Recorder, TensorBase, recorder_var, wrap_value
from hodu.dtypes import DTypeLike, as_dtype
from hodu.errors import ArgumentError, CaptureError
from hodu.shapes import TensorType
from hodu.snapshot.builder import Builder, Held
from hodu.snapshot.ir import Snapshot, Value
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class CaptureBoard:
    """Inputs and targets of a capture; `hodu.capture` makes one.

    Inside its `with` block, ops on its inputs are recorded. Tensors with data become constants.
    """

    def __init__(self, name: str = "main") -> None:
        self._builder = Builder(name)
        self._targets: dict[str, Value] = {}
        self._metadata: dict[str, str] = {}
        self._snapshot: Snapshot | None = None
        self._token: Token[Recorder | None] | None = None

    def __enter__(self) -> CaptureBoard:
        if self._token is not None or self._snapshot is not None:
            raise CaptureError("a capture board is used once", hint="make another one")
        self._token = recorder_var.set(self._builder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._token is not None
        try:
            if kind is None:
                self._snapshot = self._finish()
        finally:
            recorder_var.reset(self._token)
            self._builder.restore()

    def input(
        self, name: str, shape: Sequence[int | str | Sym] = (), dtype: DTypeLike = "f32"
    ) -> Tensor:
        """Declare an input; a string in `shape` names a symbolic dimension."""
        self._require_open()
        dims: list[Dim] = [symbol(d) if isinstance(d, str) else d for d in shape]
        if any(isinstance(d, int) and d < 0 for d in dims):
            raise ArgumentError(f"input {name!r}: negative size in {list(dims)}", where=location())
        return wrap_value(self._builder.add_input(name, TensorType(tuple(dims), as_dtype(dtype))))

    def target(self, name: str, tensor: Tensor) -> None:
        """Name an output."""
        self._require_open()
        if name in self._targets:
            raise CaptureError(f"the target {name!r} is named twice", where=location())
        self._targets[name] = self._builder.value_of(tensor)

    def targets(self, **tensors: Tensor) -> None:
        """Name several outputs."""
        for name, tensor in tensors.items():
            self.target(name, tensor)

    def hold(self, tensor: Tensor, name: str = "state") -> None:
        """Make an eager tensor a state of the program: what it holds is read when that runs.

        Inside the `with` block the tensor stands for the state; writes to it are recorded.
        """
        self._require_open()
        self._builder.hold(tensor, name)

    @property
    def held(self) -> Mapping[str, Held]:
        """The eager tensors that are states, generators' among them, by the names of the states."""
        return self._builder.held

    @property
    def written(self) -> list[TensorBase]:
        """The eager tensors, held or not, that were written in the block."""
        return self._builder.written()

    @property
    def leaves(self) -> list[tuple[TensorBase, Any]]:
        """The eager tensors, not held, that were used and collect gradients.

        Each with the gradient that it had when it was first used.
        """
        return list(self._builder.leaves.values())

    def constant(self, name: str, data: Any) -> Tensor:
        """A constant under a name of its own (others get theirs from the order of use)."""
        from hodu import functional

        self._require_open()
        return wrap_value(self._builder.add_constant(functional.as_tensor(data).numpy(), name))

    def metadata(self, entries: Mapping[str, str]) -> None:
        """Add metadata: texts by key."""
        self._metadata.update(entries)

    @property
    def snapshot(self) -> Snapshot:
        """The captured program, once the `with` block has ended."""
        if self._snapshot is None:
            raise CaptureError("the capture has not ended", hint="read it after the with block")
        return self._snapshot

    def _require_open(self) -> None:
        if self._token is None or self._snapshot is not None:
            raise CaptureError(
                "this capture is not under way", where=location(), hint="use it in a with block"
            )

    def _finish(self) -> Snapshot:
        if not (self._targets or self._builder.states or self._builder.written()):
            raise CaptureError(
                f"the capture {self._builder.name!r} has no targets",
                hint="name the results, as in board.target('y', y)",
            )
        return self._builder.finish(self._targets, self._metadata)


def capture(name: str = "main") -> CaptureBoard:
    """A board for capturing what the `with` block does into a Snapshot."""
    return CaptureBoard(name)
