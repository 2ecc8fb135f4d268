"""The `hodu` command: its list of commands, and what happens when one fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.commands.bench import bench
from hodu_cli.commands.build import build
from hodu_cli.commands.clean import clean
from hodu_cli.commands.completions import completions
from hodu_cli.commands.convert import convert
from hodu_cli.commands.demo import demo
from hodu_cli.commands.diff import diff
from hodu_cli.commands.doctor import doctor
from hodu_cli.commands.inspect import inspect
from hodu_cli.commands.plugin import app as plugin_app
from hodu_cli.commands.run import run
from hodu_cli.commands.test_target import test_target
from hodu_cli.commands.version import print_version, version
from hodu_cli.errors import report, shown_warnings

app = typer.Typer(
    name="hodu",
    help="Run, compile, convert and inspect machine-learning models.",
    # Plain help: importing rich to draw boxes would double the time of `hodu --help`.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show stack traces of errors.")] = False,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> None:
    """Run, compile, convert and inspect machine-learning models."""
    if version:
        print_version()
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(run)
app.command()(build)
app.command()(test_target)
app.command()(bench)
app.command()(convert)
app.command()(inspect)
app.command("info", hidden=True)(inspect)
app.command()(diff)
app.command()(doctor)
app.command()(clean)
app.add_typer(plugin_app, name="plugin")
app.command()(demo)
app.command()(version)
app.command()(completions)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0, 1 for an error, 2 for wrong usage, 130 for Ctrl-C."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments or os.environ.get("HODU_DEBUG", "0") not in ("", "0")
    arguments = [a for a in arguments if a != "--debug"]
    _replace_closed_streams()
    _accept_any_text()
    try:
        _enable_completion()
        command = typer.main.get_command(app)
        with shown_warnings():
            code = command.main(arguments, prog_name="hodu", standalone_mode=False)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        return report(error, debug)
    return code if isinstance(code, int) else 0


def _replace_closed_streams() -> None:
    """Python has None for streams that the shell closed, as in `hodu ... >&-`."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 (for the process)


def _accept_any_text() -> None:
    """Let terminals that cannot show a character show its escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _enable_completion() -> None:
    if "_HODU_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()


if __name__ == "__main__":
    sys.exit(main())
