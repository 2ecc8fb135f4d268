"""Ops whose gradients are still to be written; the list shrinks and must end empty."""

_NAMES = """
cond while_loop scan
"""
PENDING = frozenset(_NAMES.split())
