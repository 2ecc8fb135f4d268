"""`hodu version`."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version as version_of

from hodu_cli.options import Format, TextFormat


def version(format: Format = TextFormat.pretty) -> None:
    """Print the versions of Hodu, Python and NumPy."""
    versions = {
        "hodu": version_of("hodu"),
        "python": platform.python_version(),
        "numpy": version_of("numpy"),
    }
    if format is TextFormat.json:
        print(json.dumps(versions))
    else:
        print("\n".join(f"{name} {number}" for name, number in versions.items()))


def print_version() -> None:
    """What `hodu --version` prints."""
    print(f"hodu {version_of('hodu')}")
