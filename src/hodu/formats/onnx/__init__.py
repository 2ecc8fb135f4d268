"""ONNX: models come in as functions over Tensors, run eagerly or under capture."""

from typing import TYPE_CHECKING

from hodu._lazy import attach as _attach
from hodu.formats.onnx.plugin import plugin as plugin

if TYPE_CHECKING:
    from hodu.formats.onnx import backend as backend
    from hodu.formats.onnx.custom import op as op

_attach(__name__, {"backend": "hodu.formats.onnx.backend", "op": "hodu.formats.onnx.custom:op"})
