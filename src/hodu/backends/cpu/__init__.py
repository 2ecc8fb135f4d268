"""The CPU compiler and its runtime: Snapshots as native code."""

from hodu.backends.cpu.compiler import compiler as compiler
from hodu.backends.cpu.runtime import runtime as runtime
