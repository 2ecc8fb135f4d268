"""The built-in interpreter as a compiler and a runtime: it runs a Snapshot directly."""

from hodu.backends.interp.plugin import compiler as compiler
from hodu.backends.interp.plugin import runtime as runtime
