"""Passes: functions from Snapshot to Snapshot that keep its meaning."""

from hodu.passes.pipeline import fuses as fuses
from hodu.passes.pipeline import optimize as optimize
