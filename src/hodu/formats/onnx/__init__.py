"""ONNX: models come in as functions over Tensors, run eagerly or under capture."""

from hodu.formats.onnx.plugin import plugin as plugin
