"""Every family of mappings: importing this module fills the registry."""

from hodu.formats.onnx.export.ops import control as control
from hodu.formats.onnx.export.ops import elementwise as elementwise
from hodu.formats.onnx.export.ops import exact as exact
from hodu.formats.onnx.export.ops import indexing as indexing
from hodu.formats.onnx.export.ops import layers as layers
from hodu.formats.onnx.export.ops import moving as moving
from hodu.formats.onnx.export.ops import random as random
from hodu.formats.onnx.export.ops import recurrent as recurrent
from hodu.formats.onnx.export.ops import reduction as reduction
from hodu.formats.onnx.export.ops import windows as windows
