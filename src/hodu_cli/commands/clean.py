"""`hodu clean`: the cache of compiled code, emptied."""

from __future__ import annotations

from typing import Annotated

import typer

_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")]


def clean(dry_run: _DryRun = False) -> None:
    """Remove compiled code from the cache.

    It is compiled again when it is needed.
    """
    from hodu.toolchain.cache import default_cache
    from hodu_cli.tables import human_bytes

    cache = default_cache()
    if dry_run:
        print(f"{human_bytes(cache.size())} in {cache.folder} would be removed")
    else:
        print(f"removed {human_bytes(cache.clear())} from {cache.folder}")
