"""What `hodu build` says of a program, and whether it keeps the limits that it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu.backends.cpu.firmware import check_limits, describe_firmware
from hodu.backends.cpu.layers import describe_arena, describe_layers
from hodu.backends.cpu.prepare import Prepared
from hodu.backends.cpu.report import describe
from hodu.errors import ArgumentError
from hodu.toolchain.compiler import CodeOptions


def checked_notes(
    ready: Prepared, code: CodeOptions, extra: Mapping[str, Any], *, has_weights: bool
) -> dict[str, Any]:
    """The program in numbers, for JSON; nothing if neither a report nor a limit asks for them.

    Each step has what `describe` and `describe_layers` say of it; firmware has flash and RAM by
    part under `firmware`. Raises ArgumentError for limits of other programs, ValueRangeError for
    those that are not kept.
    """
    limits = extra.get("ram_limit"), extra.get("flash_limit")
    is_limited = limits != (None, None)
    if is_limited and not ready.options.bare:
        raise ArgumentError(
            f"limits of memory are for firmware, and {ready.options.target} is not bare metal",
            hint="name such a target, as in -t thumbv7em-none-eabihf",
        )
    if "report" not in extra and not is_limited:
        return {}
    notes = describe(ready)
    layers = describe_layers(ready.program, ready.options.symbol)
    notes["kernels"] = [a | b for a, b in zip(notes["kernels"], layers, strict=True)]
    notes["arena"] = describe_arena(ready.program, ready.plan)
    if ready.options.bare:
        notes["firmware"] = describe_firmware(ready, code, has_weights=has_weights)
        check_limits(notes, *limits)
    return notes
