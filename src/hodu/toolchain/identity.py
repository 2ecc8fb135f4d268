"""Knowing again a file whose contents have been seen, without reading it."""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path

SETTLED_SECONDS = 2.0
"""A file that changed this recently may change again under the same times, which are coarse."""


def file_identity(path: Path) -> str | None:
    """What changes whenever the contents of a file do: its place, size and times, and this boot.

    A power cut can lose contents under times that stay, hence the boot. None where there is no such
    file, where its times are too fresh to tell, or where the system does not tell boots apart.
    """
    boot = _boot()
    try:
        found = path.stat()
    except OSError:
        return None
    age = time.time() - max(found.st_mtime, found.st_ctime)
    if not boot or age < SETTLED_SECONDS:
        return None
    times = f"{found.st_mtime_ns} {found.st_ctime_ns}"
    return f"{boot} {found.st_dev} {found.st_ino} {found.st_size} {times}"


@functools.cache
def _boot() -> str:
    """The identifier that Linux gives each boot; empty elsewhere."""
    try:
        descriptor = os.open("/proc/sys/kernel/random/boot_id", os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(descriptor, 64).decode("ascii").strip()
    finally:
        os.close(descriptor)
