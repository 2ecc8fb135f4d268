"""ONNX models out of Snapshots: one small function an op or a family, over names of values."""
