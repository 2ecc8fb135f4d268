"""`hodu doctor`, `plugin`, `version`, `completions` and `demo`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hodu_cli.survey import parse_cpuinfo

from .conftest import Cli


def test_version(cli: Cli) -> None:
    import hodu

    versions = json.loads(cli("version", "-f", "json").out)
    assert versions["hodu"] == hodu.__version__ and versions["numpy"] == np.__version__
    assert cli("version").out.startswith(f"hodu {hodu.__version__}\n")


def test_plugin_list_and_info(cli: Cli) -> None:
    plugins = json.loads(cli("plugin", "list", "-f", "json").out)
    found = {(p["kind"], p["name"]) for p in plugins}
    assert {("compiler", "interp"), ("runtime", "interp"), ("format", "hdss")} <= found
    assert all(p["status"] == "ok" for p in plugins)
    [hdt] = json.loads(cli("plugin", "info", "hdt", "-f", "json").out)
    assert hdt["extensions"] == [".hdt"] and "save_tensors" in hdt["capabilities"]
    assert "cpu: hdss" in cli("plugin", "info", "interp").out
    assert cli("plugin", "info", "nope").code == 1


def test_a_broken_plugin_is_listed_as_such(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from hodu.plugins import manager

    broken = manager.PluginEntry("format", "odd", "odd-package", "1.0", "nowhere.to:be_found")
    entries = {"odd": broken, **manager.entries("format")}
    monkeypatch.setattr(
        manager,
        "entries",
        lambda kind, real=manager.entries: entries if kind == "format" else real(kind),
    )
    [odd] = json.loads(cli("plugin", "info", "odd", "-f", "json").out)
    assert odd["status"] == "broken" and "odd-package" in odd["error"]
    assert "✗  odd" in cli("doctor").out


def test_doctor(cli: Cli) -> None:
    findings = json.loads(cli("doctor", "-f", "json").out)
    devices = {d["device"]: d for d in findings["devices"]}
    assert devices["cpu"]["available"] and devices["cpu"]["runtimes"] == ["cpu", "interp"]
    assert not devices["metal"]["available"]
    assert findings["host"]["cores"] >= 1
    assert findings["toolchain"]["version"] and "linux" in findings["target"]["triple"]
    assert findings["cache"]["bytes"] >= 0 and findings["cache"]["folder"].endswith("code")
    text = cli("doctor").out
    assert "✗  cuda    no compiler plugin and no runtime plugin for it" in text
    assert "optional packages\n" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model name\t: A CPU\nflags\t\t: fpu avx2 sse4_2\n", ("A CPU", ["sse4_2", "avx2"])),
        ("Features\t: fp asimd sve\nModel\t: Board\n", ("Board", ["asimd", "sve"])),
    ],
)
def test_cpuinfo(text: str, expected: tuple[str, list[str]]) -> None:
    assert parse_cpuinfo(text) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts(cli: Cli, shell: str) -> None:
    result = cli("completions", shell)
    assert result.code == 0 and "_HODU_COMPLETE" in result.out
    found = shutil.which(shell)
    if found and shell != "powershell":
        subprocess.run([found, "-n"], input=result.out, text=True, check=True)


def test_an_unknown_shell(cli: Cli) -> None:
    assert cli("completions", "tcsh").code == 2


def test_completion_answers() -> None:
    code = "import sys; from hodu_cli.main import main; sys.exit(main([]))"
    env = {"_HODU_COMPLETE": "complete_bash", "COMP_WORDS": "hodu ins", "COMP_CWORD": "1"}
    result = subprocess.run(
        [sys.executable, "-c", code], env={**__import__("os").environ, **env},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.split() == ["inspect"]


def test_demo(cli: Cli, tmp_path: Path) -> None:
    result = cli("demo")
    assert result.code == 0, result.err
    assert "accuracy" in result.out and "truth" in result.out
    assert "all agree: " in result.out and "times as fast as interpreted" in result.out
    assert (tmp_path / "digits").stat().st_size > 10_000


def test_clean(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "cache"))
    entry = tmp_path / "cache" / "code" / "entry"
    entry.mkdir(parents=True)
    (entry / "file").write_bytes(bytes(2048))
    assert cli("clean", "--dry-run").out.startswith("2.0 KiB in ") and entry.exists()
    assert cli("clean").out.startswith("removed 2.0 KiB from ") and not entry.exists()


def test_bench(cli: Cli, affine: str) -> None:
    [report] = json.loads(cli("bench", affine, "-n", "3", "--warmup", "1", "-f", "json").out)
    assert report["dims"] == {"N": 1} and set(report["engines"]) == {"cpu", "interp"}
    assert all(0 < e["min"] <= e["median"] <= e["p99"] for e in report["engines"].values())
    lines = cli("bench", affine, "--dim", "N=2", "-n", "2", "--threads", "1").out.splitlines()
    assert lines[0].split()[:2] == ["model", "back"] and "1.00x" in lines[1]


def test_bench_against_onnx_runtime(cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    source = files("hodu") / "assets" / "digits.onnx"
    (tmp_path / "digits.onnx").write_bytes(source.read_bytes())
    [report] = json.loads(cli("bench", "digits.onnx", "-n", "2", "-f", "json").out)
    assert set(report["engines"]) == {"cpu", "interp", "onnxruntime"}


def test_pictures_of_digits() -> None:
    import io

    from hodu_cli.digits import picture, side_by_side

    image = np.array([[0, 1], [1, 1], [0, 0], [1, 0]], np.float32)
    unicode, ascii_only = (io.TextIOWrapper(io.BytesIO(), encoding=e) for e in ("utf-8", "ascii"))
    assert picture(image, unicode) == ["▄█", "▄ "]
    assert picture(image, ascii_only) == ["  @@", "@@@@", "    ", "@@  "]
    assert side_by_side([["##", "##"]], [["a"]]) == ["## a", "##"]
