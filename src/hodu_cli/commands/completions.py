"""`hodu completions`: scripts that complete commands and options in a shell."""

from __future__ import annotations

import enum
from typing import Annotated

import typer


class Shell(enum.Enum):
    """Shells that can complete `hodu`."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


def completions(shell: Annotated[Shell, typer.Argument(help="The shell.")]) -> None:
    """Print a completion script for a shell.

    As in: eval "$(hodu completions bash)"
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    print(get_completion_script(prog_name="hodu", complete_var="_HODU_COMPLETE", shell=shell.value))
