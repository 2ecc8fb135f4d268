"""`hodu plugin`: the installed compilers, runtimes, formats and operators of ONNX domains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hodu_cli.options import Format, TextFormat

if TYPE_CHECKING:
    from hodu.plugins.manager import Kind

app = typer.Typer(help="List compilers, runtimes, formats and operators.", no_args_is_help=True)


@app.command("list")
def list_plugins(format: Format = TextFormat.pretty) -> None:
    """List all plugins: kind, name, version, where from, and what each can do."""
    from hodu_cli.tables import columns

    plugins = [entry for kind in _kinds() for entry in _entries(kind)]
    if format is TextFormat.json:
        print(json.dumps(plugins))
        return
    rows = [["kind", "name", "version", "package", "status"]]
    rows += [[p["kind"], p["name"], p["version"], p["package"], p["status"]] for p in plugins]
    print("\n".join(columns(rows, indent=0)))


@app.command()
def info(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin's name.")],
    format: Format = TextFormat.pretty,
) -> None:
    """Show the plugins of a name: what they can do, and what is wrong with a broken one."""
    from hodu.errors import PluginError
    from hodu_cli.tables import columns

    found = [entry for kind in _kinds() for entry in _entries(kind) if entry["name"] == name]
    if not found:
        raise PluginError(
            f"no plugin is called {name!r}", hint="`hodu plugin list` shows their names"
        )
    if format is TextFormat.json:
        print(json.dumps(found))
        return
    texts = [columns([[f"{k}:", _text(v)] for k, v in e.items()], indent=0) for e in found]
    print("\n\n".join("\n".join(lines) for lines in texts))


def _kinds() -> tuple[Kind, ...]:
    return ("compiler", "runtime", "format", "operators")


def _entries(kind: Kind) -> list[dict[str, Any]]:
    from hodu_cli.survey import plugins

    return plugins(kind)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_text(v)}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
