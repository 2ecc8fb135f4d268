"""Importing this module fills the registry: it imports every family of operators."""

import importlib
import pkgutil

import hodu.formats.onnx.ops

for _module in pkgutil.iter_modules(hodu.formats.onnx.ops.__path__):
    importlib.import_module(f"hodu.formats.onnx.ops.{_module.name}")
