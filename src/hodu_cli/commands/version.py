"""`hodu version`.

Its modules are imported when they are needed: they take a fifth of the time of `hodu --help`.
"""

from __future__ import annotations

import json

from hodu_cli.options import Format, TextFormat


def version(format: Format = TextFormat.pretty) -> None:
    """Print the versions of Hodu, Python and NumPy."""
    import platform
    from importlib.metadata import version as version_of

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
    from importlib.metadata import version as version_of

    print(f"hodu {version_of('hodu')}")
