"""A compiled model that Python can call: arrays in and out without copies."""

from __future__ import annotations

import ctypes
import math
import threading
import weakref
from collections.abc import Mapping, Sequence
from ctypes import c_int64, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo
from hodu.devices import CPU, Device
from hodu.dispatch.base import wrap
from hodu.dispatch.inplace import check_writable
from hodu.errors import ValueRangeError
from hodu.ops._table import Array
from hodu.plugins.interfaces import TensorLike
from hodu.runtime.abi import ALIGNMENT, ExpectedStruct, InstanceStruct, PlanStruct
from hodu.runtime.arguments import as_array, check_names
from hodu.runtime.library import Library, NativeTensor
from hodu.runtime.support import HEADER_BYTES, address, default_threads, shared_pool, support
from hodu.shapes import TensorType
from hodu.snapshot.interp import bind_type

_empty = np.empty
_CONVERT = -1


def aligned_empty(size: int) -> Array:
    """`size` bytes, uninitialised, aligned as arenas and weights must be."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -_address_of(raw) % ALIGNMENT
    return raw[start : start + size]


def _address_of(array: Array) -> int:
    found: int = array.__array_interface__["data"][0]
    return found


class _Instance:
    """An arena with what a run writes to; one run at a time."""

    __slots__ = ("__weakref__", "arena", "pointer", "pointers", "shapes", "struct")

    def __init__(self, library: Library, weights: int | None, pool: int | None) -> None:
        self.arena = aligned_empty(library.arena_bytes)
        self.struct = InstanceStruct()
        self.pointer = ctypes.addressof(self.struct)
        library.init(self.struct, _address_of(self.arena), weights)
        self.pointers = (c_void_p * (len(library.inputs) + len(library.outputs) + 1))()
        self.shapes = (c_int64 * (sum(len(t.sizes) for t in library.outputs) + 1))()
        self.struct.shapes = self.shapes
        if pool is not None:
            self.struct.parallel = support().run
            self.struct.pool = pool
        weakref.finalize(self, library.cleanup, ctypes.byref(self.struct)).atexit = False


class NativeModule:
    """A compiled model on the host's CPU.

    `weights` are the bytes of a model that does not hold its own; they are used in place when they
    are aligned to 64 bytes. `threads` None takes the default. `inputs` and `outputs` replace
    descriptions in the library, which has no symbolic dimensions. `notes` is what the compiler
    says of the program: memory, and the work of each kernel.

    Any number of threads may call `execute` at once. A model with states serves them one after
    the other; else each run that is under way has an arena, and arenas are kept for later runs.
    Raises ValueRangeError for weights that are missing or of the wrong size.
    """

    def __init__(
        self,
        library: Library,
        weights: Array | None = None,
        threads: int | None = None,
        inputs: Sequence[ArtifactTensorInfo] | None = None,
        outputs: Sequence[ArtifactTensorInfo] | None = None,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        self._library = library
        self.notes: Mapping[str, Any] = notes or {}
        self.threads = default_threads() if threads is None else threads
        if self.threads < 1:
            raise ValueRangeError(f"threads is {threads}, it must be 1 or more")
        self._inputs = tuple(inputs or (t.info for t in library.inputs))
        self._outputs = tuple(outputs or (t.info for t in library.outputs))
        self._weights = _prepare_weights(library, weights)
        self._input_names = tuple(info.name for info in self._inputs)
        self._numbered = tuple(enumerate(info.name for info in self._outputs))
        self._made = [(t.sizes, t.info.dtype.numpy) for t in library.outputs]
        self._dynamic = any(t.dynamic for t in library.outputs)
        self._has_states = bool(library.states)
        self._lock = threading.Lock()
        self._call = support().call
        self._plan = _plan(library)
        self._plan_pointer = ctypes.addressof(self._plan)
        self._idle = [self._new_instance()]

    @property
    def inputs(self) -> Sequence[ArtifactTensorInfo]:
        """What `execute` takes."""
        return self._inputs

    @property
    def outputs(self) -> Sequence[ArtifactTensorInfo]:
        """What `execute` returns."""
        return self._outputs

    @property
    def device(self) -> Device:
        """The host."""
        return CPU

    @property
    def library(self) -> Library:
        """The loaded library, with the sizes of its arena and weights."""
        return self._library

    @property
    def states(self) -> Mapping[str, Array]:
        """Copies of the current states by name."""
        with self._lock:
            arena = self._idle[0].arena if self._library.states else np.empty(0, np.uint8)
            return {t.info.name: _state(arena, t).copy() for t in self._library.states}

    def step_times(self, inputs: Mapping[str, TensorLike]) -> list[int]:
        """Run once and return the nanoseconds of each kernel, in the order of `library.kernels`."""
        with self._lock:
            instance = self._take()
            counters = (c_uint64 * (len(self._library.kernels) + 1))()
            try:
                instance.struct.profile = counters
                instance.struct.clock = support().clock
                self._run(instance, self._arrays(inputs))
            finally:
                instance.struct.profile = None
                instance.struct.clock = None
                self._idle.append(instance)
        return list(counters[:-1])

    def restore(self, states: Mapping[str, Array]) -> None:
        """Go on from these states."""
        with self._lock:
            for tensor in self._library.states:
                _state(self._idle[0].arena, tensor)[...] = states[tensor.info.name]

    def execute(self, inputs: Mapping[str, TensorLike]) -> dict[str, Tensor]:
        """Run once; see `ExecutableModule.execute`. Results share no memory with anything."""
        if self._has_states:
            with self._lock:
                return self._execute(inputs)
        return self._execute(inputs)

    # A run of a small model takes a few microseconds, of which a comprehension, which is a call of
    # its own before Python 3.12, would be a tenth: so there are loops here.

    def _execute(self, inputs: Mapping[str, TensorLike]) -> dict[str, Tensor]:
        instance = self._take()
        try:
            computed = self._run(instance, self._arrays(inputs))
        finally:
            self._idle.append(instance)
        results = {}
        for number, name in self._numbered:
            results[name] = wrap(computed[number])
        return results

    def _arrays(self, inputs: Mapping[str, TensorLike]) -> list[Array]:
        """The inputs in order, unchecked but for their names: native code checks the rest."""
        names = self._input_names
        if type(inputs) is dict and len(inputs) == len(names):
            arrays = []
            try:
                for name in names:
                    given = inputs[name]
                    arrays.append(given._data if type(given) is Tensor else given)
            except KeyError:
                pass
            else:
                return arrays  # type: ignore[return-value]
        check_names(inputs, self._inputs)
        return [as_array(inputs[name]) for name in names]

    def _run(self, instance: _Instance, arrays: list[Array]) -> list[Array]:
        computed: list[Array] = []
        for shape, dtype in self._made:
            computed.append(_empty(shape, dtype))
        status = self._call(
            self._plan_pointer, instance.pointer, instance.pointers, arrays, computed
        )
        if status == _CONVERT:
            return self._run_converted(instance, arrays)
        if status:
            raise self._library.error(status, instance.struct.error)
        return self._cut(instance, computed) if self._dynamic else computed

    def _run_converted(self, instance: _Instance, arrays: list[Array]) -> list[Array]:
        """Run on copies of what cannot be used in place; updated inputs are copied back."""
        for given, expected in zip(arrays, self._library.inputs, strict=True):
            if expected.updated:
                check_writable(as_array(given))
        ready = self._converted(arrays)
        results = self._run(instance, ready)
        for given, used, expected in zip(arrays, ready, self._library.inputs, strict=True):
            if expected.updated and not np.shares_memory(given, used):
                np.copyto(given, used)
        return results

    def _take(self) -> _Instance:
        try:
            return self._idle.pop()
        except IndexError:
            return self._new_instance()

    def _new_instance(self) -> _Instance:
        weights = None if self._weights is None else _address_of(self._weights)
        pool = shared_pool(self.threads) if self.threads > 1 else None
        return _Instance(self._library, weights, pool)

    def _converted(self, arrays: Sequence[TensorLike]) -> list[Array]:
        """The inputs checked, and copied where native code cannot read them in place."""
        ready = []
        for given, expected in zip(arrays, self._library.inputs, strict=True):
            array = as_array(given)
            info = expected.info
            bind_type(f"input {info.name!r}", TensorType(info.shape, info.dtype), array, {})
            ready.append(np.asarray(np.require(array, None, ["C", "A"])).view(info.dtype.numpy))
        return ready

    def _cut(self, instance: _Instance, computed: list[Array]) -> list[Array]:
        """Outputs with the sizes that the run gave them; their elements lie one after the other."""
        start, results = 0, []
        for array, tensor in zip(computed, self._library.outputs, strict=True):
            rank = len(tensor.sizes)
            sizes = tuple(instance.shapes[start : start + rank]) if tensor.dynamic else tensor.sizes
            start += rank
            if sizes != tensor.sizes:
                array = array.reshape(-1)[: math.prod(sizes)].reshape(sizes).copy()
            results.append(array)
        return results


def load_native(
    path: Path, weights: Array | None = None, threads: int | None = None
) -> NativeModule:
    """The module of a shared library that holds a compiled model; see `NativeModule`."""
    return NativeModule(Library(path), weights, threads)


def _prepare_weights(library: Library, weights: Array | None) -> Array | None:
    if not library.needs_weights:
        return None
    given = 0 if weights is None else weights.nbytes
    if weights is None or given != library.weight_bytes:
        raise ValueRangeError(
            f"{library.name!r} needs {library.weight_bytes} bytes of weights, {given} were given",
            hint="give the file of weights that was written when the model was built",
        )
    if weights.flags.c_contiguous and _address_of(weights) % ALIGNMENT == 0:
        return weights
    copy = aligned_empty(given)
    copy[:] = np.ascontiguousarray(weights).reshape(-1).view(np.uint8)
    return copy


def _plan(library: Library) -> PlanStruct:
    expected = (ExpectedStruct * (len(library.inputs) + 1))()
    for slot, tensor in zip(expected, library.inputs, strict=False):
        slot.dtype = id(tensor.info.dtype.numpy)
        slot.rank = len(tensor.sizes)
        slot.shape = (c_int64 * max(slot.rank, 1))(*tensor.sizes)
        slot.updated = tensor.updated
    return PlanStruct(
        header_bytes=HEADER_BYTES,
        array_type=id(np.ndarray),
        execute=address(library.execute),
        input_count=len(library.inputs),
        output_count=len(library.outputs),
        inputs=expected,
    )


def _state(arena: Array, tensor: NativeTensor) -> Array:
    raw = arena[tensor.offset : tensor.offset + tensor.bytes]
    return raw.view(tensor.info.dtype.numpy).reshape(tensor.sizes)
