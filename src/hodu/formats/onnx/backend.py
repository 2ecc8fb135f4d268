"""The standard interface `onnx.backend.base.Backend`, eager and compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep

from hodu._compile import compile
from hodu.dispatch.base import TensorBase, wrap
from hodu.dtypes import FROM_NUMPY
from hodu.errors import CaptureError
from hodu.formats.onnx import families  # noqa: F401  (fills the registry)
from hodu.formats.onnx.check import check_supported
from hodu.formats.onnx.given import values_by_name
from hodu.formats.onnx.graph import context_of, run_graph
from hodu.formats.onnx.importer import capture_model, model_inputs
from hodu.formats.onnx.packing import Form, pack, unpack
from hodu.formats.onnx.reader import prepared
from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu.shapes import TensorType
from hodu.snapshot.ir import Snapshot


def _plain(x: Any) -> Any:
    if isinstance(x, list):
        return [_plain(v) for v in x]
    return x._data if isinstance(x, TensorBase) else x


class EagerRep(BackendRep):
    """A model whose nodes run one by one on eager tensors."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = prepared(model)
        self.context = context_of(self.model)
        check_supported(self.model, self.context)

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Outputs in order, for inputs in order or by name."""
        values = values_by_name(inputs, model_inputs(self.model.graph))
        results, _ = run_graph(self.model.graph, values, self.context)
        return tuple(_plain(r) for r in results)


class Eager(Backend):
    """Runs models eagerly: every data type and shape that ONNX has, no capture."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> EagerRep:
        """A model made ready to run; raises UnsupportedError listing what is not there."""
        return EagerRep(model)

    @classmethod
    def run_model(
        cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any
    ) -> tuple[Any, ...]:
        """Prepare and run once."""
        return cls.prepare(model, device).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Any = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Run one node on inputs in order."""
        super().run_node(node, inputs, device, outputs_info, **kwargs)
        version = kwargs.get("opset_version", onnx.defs.onnx_opset_version())
        names = [name for name in node.input if name]
        graph = onnx.helper.make_graph(
            [node],
            "node",
            [onnx.helper.make_empty_tensor_value_info(name) for name in dict.fromkeys(names)],
            [onnx.helper.make_empty_tensor_value_info(name) for name in node.output if name],
        )
        opset = onnx.helper.make_opsetid(node.domain, version)
        return cls.run_model(onnx.helper.make_model(graph, opset_imports=[opset]), inputs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """The host only."""
        return device.split(":")[0].upper() == "CPU"


@dataclass(frozen=True)
class _Compiled:
    """A compiled model, the tensors that it takes, and how its tensors make up the outputs."""

    module: ExecutableModule
    inputs: list[str]
    outputs: list[Form]


class CompiledRep(EagerRep):
    """A model that is captured and compiled for the shapes of the inputs that it is given.

    Inputs that decide about types, such as a shape to reshape to, are taken as constants: it is
    compiled again when they change.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__(model)
        self._modules: dict[Any, _Compiled] = {}
        self._constant: Callable[[Array], bool] | None = None

    @property
    def modules(self) -> list[ExecutableModule]:
        """What has been compiled so far."""
        return [found.module for found in self._modules.values()]

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Outputs in order, for inputs in order or by name."""
        values = values_by_name(inputs, model_inputs(self.model.graph))
        tensors: dict[str, Any] = {}
        forms = {name: unpack(value, name, tensors) for name, value in values.items()}
        arrays = {name: tensor._data for name, tensor in tensors.items()}
        compiled = self._compiled(forms, arrays)
        found = compiled.module.execute({name: arrays[name] for name in compiled.inputs})
        results = {name: tensor.numpy() for name, tensor in found.items()}
        return tuple(pack(form, results, _viewed) for form in compiled.outputs)

    def _compiled(self, forms: dict[str, Form], arrays: dict[str, Array]) -> _Compiled:
        error: CaptureError | None = None
        for is_constant in [self._constant] if self._constant else _CONSTANT:
            known = {n: a for n, a in arrays.items() if is_constant(a)}
            key = (*forms.items(), *_key(arrays, known))
            try:
                if key not in self._modules:
                    self._modules[key] = self._compile(forms, arrays, known)
                self._constant = is_constant
                return self._modules[key]
            except CaptureError as found:
                error = error or found
        assert error is not None
        raise error

    def _compile(
        self, forms: dict[str, Form], arrays: dict[str, Array], known: dict[str, Array]
    ) -> _Compiled:
        types = {
            name: TensorType(array.shape, FROM_NUMPY[array.dtype])
            for name, array in arrays.items()
            if name not in known
        }
        constants = {name: wrap(array.copy()) for name, array in known.items()}
        captured = capture_model(self.model, self.context, forms, types, constants)
        return _Compiled(self.executable(captured.snapshot), list(types), captured.outputs)

    def executable(self, snapshot: Snapshot) -> ExecutableModule:
        """The captured model made ready to run."""
        return compile(snapshot)


# Which inputs may become constants: none, then those that look like shapes, then all short ones.
_CONSTANT: list[Callable[[Array], bool]] = [
    lambda array: False,
    lambda array: array.ndim < 2 and array.dtype.kind in "iub",
    lambda array: array.ndim < 2,
]


def _key(arrays: dict[str, Array], known: dict[str, Array]) -> tuple[Any, ...]:
    return tuple(
        (name, array.shape, array.dtype, array.tobytes() if name in known else None)
        for name, array in arrays.items()
    )


def _viewed(codes: Array, dtype: np.dtype[Any]) -> Array:
    return codes.view(dtype)


class Compiled(Eager):
    """Runs models captured and compiled, with the default compiler."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> CompiledRep:
        """A model made ready; it is compiled when it is run."""
        return CompiledRep(model)
