"""Ops that users define while a program runs: their code is no part of Hodu's sources."""

from __future__ import annotations

import os
from typing import Any

from hodu.ops._record import OpDef
from hodu.ops._schema import Schema
from hodu.ops._table import REGISTRY, opdef_of

FAMILY = "custom"
_STAMPS: dict[str, str] = {}


def define(schema: Schema, block: dict[str, Any], *, lowered: bool = False) -> OpDef:
    """Put an op into the table, in the place of an earlier one of its name.

    `lowered` says that code is made by a rule of the user, which nothing can tell the contents of.
    """
    REGISTRY[schema.name] = made = opdef_of(schema, block, FAMILY)
    _STAMPS.pop(schema.name, None)
    if lowered:
        _STAMPS[schema.name] = os.urandom(16).hex()
    return made


def is_custom(op: OpDef) -> bool:
    """Whether a user has defined the op."""
    return op.family == FAMILY


def stamp_of(op: OpDef) -> str | None:
    """What is new each time that an op with a rule of its own is defined; None for others."""
    return _STAMPS.get(op.name)
