"""The standard interface `onnx.backend.base.Backend`, eager and compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep

from hodu.dispatch.base import TensorBase
from hodu.errors import ArgumentError
from hodu.formats.onnx import families  # noqa: F401  (fills the registry)
from hodu.formats.onnx.dtypes import held
from hodu.formats.onnx.check import check_supported
from hodu.formats.onnx.graph import context_of, run_graph
from hodu.formats.onnx.importer import model_inputs
from hodu.formats.onnx.reader import prepared


def _value(x: Any) -> Any:
    """An input of the suite as a value: arrays to tensors, lists to lists, text as it is."""
    if x is None or isinstance(x, TensorBase):
        return x
    if isinstance(x, (list, tuple)):
        return [_value(v) for v in x]
    array = np.asarray(x)
    return array.astype(object) if array.dtype.kind in "OUS" else held(array)


def _plain(x: Any) -> Any:
    if isinstance(x, list):
        return [_plain(v) for v in x]
    return x._data if isinstance(x, TensorBase) else x


def _named(inputs: Any, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(inputs, dict):
        return {name: _value(x) for name, x in inputs.items()}
    given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    if len(given) > len(names):
        raise ArgumentError(f"{len(given)} inputs for a model that takes {len(names)}")
    return {name: _value(x) for name, x in zip(names, given, strict=False)}


class EagerRep(BackendRep):
    """A model whose nodes run one by one on eager tensors."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = prepared(model)
        self.context = context_of(self.model)
        check_supported(self.model, self.context)

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Outputs in order, for inputs in order or by name."""
        names = [i.name for i in model_inputs(self.model.graph)]
        results, _ = run_graph(self.model.graph, _named(inputs, names), self.context)
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
