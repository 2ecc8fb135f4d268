"""The operators of ONNX, one family a module; see `hodu.formats.onnx.registry`."""
