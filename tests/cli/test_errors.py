"""Exit codes, stack traces, colours, pipes and interrupts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hodu_cli.console import wants_color
from hodu_cli.main import main

from .conftest import Cli


def raising(error: BaseException) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("rnu",), "no such command 'rnu'"),
        (("run",), "missing argument 'MODEL'"),
        (("run", "m.hdss", "--nope"), "no such option: --nope"),
        (("run", "m.hdss", "-f", "xml"), "'-f' / '--format': 'xml' is not one of"),
        (("completions",), "Choose from: bash, zsh"),
        (("plugin",), "missing command"),
        (("run", "m.hdss", "--benchmark", "2", "-o", "dir"), "write no outputs"),
        (("run", "m.hdss", "--dry-run", "-f", "npy"), "write no outputs"),
    ],
)
def test_wrong_usage_exits_with_2(cli: Cli, args: tuple[str, ...], message: str) -> None:
    result = cli(*args)
    assert result.code == 2
    assert result.err.startswith("error: ") and message in result.err and "help:" in result.err


def test_an_error_exits_with_1_and_no_trace(cli: Cli) -> None:
    result = cli("inspect", "absent.hdss")
    assert (result.code, result.err) == (1, "error: no such file: 'absent.hdss'\n")


@pytest.mark.parametrize(
    "args", [("--debug", "inspect", "a.hdss"), ("inspect", "a.hdss", "--debug")]
)
def test_debug_shows_the_trace(cli: Cli, args: tuple[str, ...]) -> None:
    result = cli(*args)
    assert result.code == 1 and "Traceback" in result.err


def test_debug_from_the_environment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HODU_DEBUG", "1")
    assert "Traceback" in cli("inspect", "absent.hdss").err


def test_an_interrupt_exits_with_130(
    cli: Cli, affine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hodu_cli.model.load_model", raising(KeyboardInterrupt()))
    result = cli("run", affine, "-q")
    assert result.code == 130 and "Traceback" not in result.err


def test_an_internal_error_says_how_to_see_more(
    cli: Cli, affine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hodu_cli.model.load_model", raising(RuntimeError("odd")))
    result = cli("run", affine, "-q")
    assert result.code == 1
    assert result.err.startswith("error: internal error: RuntimeError: odd\n  help: ")
    assert "--debug" in result.err


def test_errors_of_the_system(cli: Cli, affine: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bias=1", "-o", "file/deep", "-q")
    assert result.code == 1 and result.err == "error: 'file/deep': not a directory\n"


def test_colour_only_on_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert wants_color(sys.stderr)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(sys.stderr)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    assert not wants_color(sys.stderr)


def test_help_without_arguments(cli: Cli) -> None:
    result = cli()
    assert result.code == 0
    for name in ("run", "convert", "inspect", "doctor", "plugin", "demo", "version", "completions"):
        assert f"  {name} " in result.out


def hodu(*args: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "hodu", *args]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_a_process_pipes_data_and_reports_errors(affine: str, tmp_path: Path) -> None:
    x = (tmp_path / "x.npy").read_bytes()
    args = ("run", affine, "-i", "x=-", "--output", "y", "-q", "-f")
    first = hodu(*args, "npy", input=x, cwd=tmp_path)
    assert first.returncode == 0 and first.stdout.startswith(b"\x93NUMPY")
    assert hodu(*args, "hdt", input=x, cwd=tmp_path).stdout
    assert hodu("inspect", "absent").returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is POSIX's")
@pytest.mark.parametrize(("closed", "value", "code"), [("<&-", "-", 2), (">&-", "x.npy", 0)])
def test_streams_that_the_shell_closed(
    affine: str, tmp_path: Path, closed: str, value: str, code: int
) -> None:
    line = f'"$0" -m hodu run {affine} -i x={value} -i bias=1 -q {closed}'
    result = subprocess.run(
        ["sh", "-c", line, sys.executable], capture_output=True, check=False, cwd=tmp_path
    )
    assert result.returncode == code and b"internal" not in result.stderr


def test_a_run_that_hangs_is_ended(affine: str, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "from hodu.backends.interp.plugin import InterpCompiler\n"
        "import time\n"
        "class Slow(InterpCompiler):\n"
        "    name = 'slow'\n"
        "    def compile(self, *args): time.sleep(60)\n"
        "compiler = Slow()\n"
    )
    args = ("run", affine, "-i", "@ones", "--dim", "N=1", "--compiler-plugin", "slow.py")
    result = hodu(*args, "--timeout", "0.5", "-q", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith(b"error: timed out after 0.5 s\n  help: ")


def test_a_reader_that_leaves_early_is_no_error(affine: str, tmp_path: Path) -> None:
    code = "import sys; from hodu_cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "inspect", affine, "-v"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_importing_hodu_stays_light() -> None:
    forbidden = ("onnx", "typer", "rich", "PIL", "hodu.formats.onnx", "hodu_cli")
    code = f"import sys, hodu; print([m for m in {forbidden!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_help_imports_neither_hodu_nor_numpy() -> None:
    code = (
        "import sys; from hodu_cli.main import main; main(['--help']);"
        "print([m for m in ('hodu', 'numpy', 'rich') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.endswith("[]\n")


def test_main_takes_its_arguments_from_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hodu", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("hodu ")
