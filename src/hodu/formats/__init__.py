"""File formats, one module or folder each, behind the FormatPlugin interface."""

from hodu._lazy import attach as _attach

_attach(__name__, {name: f"hodu.formats.{name}" for name in ("onnx",)})
