"""`hodu run`: outputs, reports and the choice of plugins."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F

from .conftest import Cli

Y = [[18.0, 24.0, 30.0], [38.0, 52.0, 66.0]]
GIVEN = ("-i", "x=x.npy", "-i", "bias=3")


def test_pretty_output_goes_to_stdout_and_status_to_stderr(cli: Cli, affine: str) -> None:
    result = cli("run", affine, *GIVEN)
    assert result.code == 0
    assert result.out == ("y: f32[2, 3] = [[18., 24., 30.], [38., 52., 66.]]\ntwice: i32 = 6\n")
    assert "   Compiling affine (3 nodes) with cpu for cpu\n" in result.err


def test_quiet_says_nothing(cli: Cli, affine: str) -> None:
    assert cli("run", affine, *GIVEN, "-q").err == ""


def test_json_output(cli: Cli, affine: str) -> None:
    outputs = json.loads(cli("run", affine, *GIVEN, "-f", "json").out)
    assert outputs == {
        "y": {"dtype": "f32", "shape": [2, 3], "data": Y},
        "twice": {"dtype": "i32", "shape": [], "data": 6},
    }


@pytest.mark.parametrize("form", ["npy", "hdt", "json"])
def test_a_file_for_each_output(cli: Cli, affine: str, tmp_path: Path, form: str) -> None:
    assert cli("run", affine, *GIVEN, "-f", form, "-o", "out").code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [f"twice.{form}", f"y.{form}"]
    loaded = hodu.load(tmp_path / "out" / f"y.{form}")
    tensor = loaded["y"] if isinstance(loaded, dict) else loaded
    assert tensor.numpy().tolist() == Y


def test_pretty_output_in_files(cli: Cli, affine: str, tmp_path: Path) -> None:
    cli("run", affine, *GIVEN, "-o", "out")
    assert (tmp_path / "out" / "twice.txt").read_text() == "twice: i32 = 6\n"


def test_only_chosen_tensors_and_the_inputs_they_need(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "-i", "x=x.npy", "--output", "product", "-q")
    assert result.out == "product: f32[2, 3] = [[9., 12., 15.], [19., 26., 33.]]\n"


def test_inputs_that_the_chosen_tensors_do_not_need(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bias=1", "--output", "y", "-q")
    assert result.code == 0 and result.out.startswith("y: ")
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bais=1", "--output", "y", "-q")
    assert result.code == 1 and "the model has no input 'bais'" in result.err


def test_sizes_outside_the_bounds_of_a_dimension(cli: Cli, affine: str, tmp_path: Path) -> None:
    np.save(tmp_path / "nine.npy", np.ones((9, 2), np.float32))
    result = cli("run", affine, "-i", "x=nine.npy", "-i", "bias=1", "-q")
    assert result.code == 1 and "'N' cannot be 9: it is at least 1 and at most 8" in result.err


@pytest.mark.parametrize("seconds", ["inf", "1e300"])
def test_a_limit_longer_than_clocks_have(cli: Cli, affine: str, seconds: str) -> None:
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bias=1", "--timeout", seconds, "-q")
    assert (result.code, result.err) == (0, "")


def test_a_file_in_place_of_the_folder(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bias=1", "-o", "x.npy", "-q")
    assert result.code == 2 and "'x.npy' is a file" in result.err


def test_an_unknown_tensor_suggests_close_names(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "--output", "produkt")
    assert result.code == 1
    assert "error: the model has no tensor 'produkt'\n  help: close names: product\n" in result.err


def test_a_state_starts_from_its_initial_value(cli: Cli, counter: str) -> None:
    assert cli("run", counter, "-i", "step=2", "-q").out == "total: i64 = 7\n"


def test_npy_on_stdout_needs_a_single_output(cli: Cli, affine: str) -> None:
    result = cli("run", affine, *GIVEN, "-f", "npy")
    assert result.code == 2
    assert "there are 2 outputs: y, twice" in result.err


def test_binary_output_to_a_terminal_is_refused(
    cli: Cli, affine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    result = cli("run", affine, *GIVEN, "-f", "hdt", "-q")
    assert result.code == 2
    assert "stdout is a terminal" in result.err


def test_benchmark_reports_latencies(cli: Cli, affine: str) -> None:
    result = cli("run", affine, *GIVEN, "--benchmark", "20", "-f", "json")
    report = json.loads(result.out)
    seconds = report["seconds"]
    assert report["runs"] == 20 and report["warm_up"] >= 1
    assert 0 < seconds["min"] <= seconds["median"] <= seconds["p90"] <= seconds["p99"]
    assert "latency of 20 runs" in cli("run", affine, *GIVEN, "--benchmark", "20").out


def test_profile_reports_time_by_op(cli: Cli, affine: str) -> None:
    given = ("run", affine, *GIVEN, "--pack", "interp", "--profile")
    report = json.loads(cli(*given, "-f", "json").out)
    assert {(s["step"], s["calls"]) for s in report["steps"]} == {("matmul", 1), ("add", 2)}
    assert "share" in cli(*given).out


def test_profile_reports_kernels_against_the_limits_of_the_machine(
    cli: Cli, affine: str, tmp_path: Path
) -> None:
    result = cli("run", affine, *GIVEN, "--profile", "--trace", "trace.json", "-f", "json")
    report = json.loads(result.out)
    assert report["limits"]["operations"] > 1e8 and report["limits"]["bytes"] > 1e8
    steps = report["steps"]
    assert sum(s["share"] for s in steps) == pytest.approx(1)
    assert all(s["of_limit"] > 0 and s["seconds"] > 0 for s in steps)
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert sum(s["calls"] for s in steps) == len(events)
    assert sum(e["dur"] for e in events) == pytest.approx(1e6 * report["seconds"])
    assert report["memory"]["peak_after_loading"] <= report["memory"]["peak_after_running"]
    shown = cli("run", affine, *GIVEN, "--profile").out
    assert "of the limit" in shown and "arena bytes" in shown
    assert cli("run", affine, "--trace", "t.json").code == 2


def test_benchmark_and_profile_exclude_one_another(cli: Cli, affine: str) -> None:
    assert cli("run", affine, "--benchmark", "2", "--profile").code == 2


def test_dry_run_says_what_is_missing(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "-i", "x=x.npy", "--dry-run")
    assert "  bias  i32[]      (missing)\n" in result.out
    plan = json.loads(cli("run", affine, "--dry-run", "-f", "json").out)
    assert plan["compiler"].startswith("cpu ") and plan["device"] == "cpu"
    assert plan["outputs"][0] == {"name": "y", "type": "f32[N, 3]"}


def test_dims_are_bound_at_load(cli: Cli, affine: str) -> None:
    plan = json.loads(cli("run", affine, "--dim", "N=4", "--dry-run", "-f", "json").out)
    assert plan["inputs"][0]["type"] == "f32[4, 2]"


@pytest.mark.parametrize("spec", ["N", "N=", "=4", "N=0", "N=x", "N=-1"])
def test_a_malformed_dim_is_a_usage_error(cli: Cli, affine: str, spec: str) -> None:
    assert cli("run", affine, "--dim", spec).code == 2


def test_a_missing_compiler_names_those_there_are(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "--compiler", "nope")
    assert result.code == 1
    assert "no compiler plugin 'nope'" in result.err and "interp" in result.err


def test_a_device_without_plugins(cli: Cli, affine: str) -> None:
    result = cli("run", affine, "-d", "cuda:1")
    assert result.code == 1 and "no compiler plugin for cuda:1" in result.err


def test_pack_names_both_plugins(cli: Cli, affine: str) -> None:
    assert cli("run", affine, *GIVEN, "--pack", "interp").code == 0
    assert cli("run", affine, "--pack", "interp", "--compiler", "interp").code == 2


PLUGIN = """
from hodu.backends.interp.plugin import InterpCompiler, InterpRuntime

class Compiler(InterpCompiler):
    name = "mine"

class Runtime(InterpRuntime):
    name = "mine too"

compiler, runtime = Compiler(), Runtime()
"""


@pytest.fixture
def plugin_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("hodu.plugins.manager._registered", {})
    (tmp_path / "mine.py").write_text(PLUGIN)
    return "mine.py"


def test_plugins_from_a_python_file(cli: Cli, affine: str, plugin_file: str) -> None:
    files = ("--compiler-plugin", plugin_file, "--runtime-plugin", plugin_file)
    result = cli("run", affine, *GIVEN, *files)
    assert result.code == 0
    assert "with mine for cpu" in result.err and "Running mine too on cpu" in result.err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("absent.py", None, "no such plugin file"),
        ("empty.py", "", "defines no compiler"),
        ("broken.py", "1 / 0", "cannot be imported: ZeroDivisionError"),
        ("object.py", "compiler = object()", "lacks supported_devices"),
        ("library.so", "", "loaded from Python files"),
    ],
)
def test_plugin_files_that_do_not_work(
    cli: Cli, affine: str, tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    result = cli("run", affine, "--compiler-plugin", name)
    assert result.code == 1 and message in result.err


def test_compiled_code_that_no_runtime_loads(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "model.so").write_bytes(b"\x7fELF")
    result = cli("run", "model.so")
    assert result.code == 1 and "cannot load 'model.so'" in result.err
    (tmp_path / "model.ptx").write_bytes(b"")
    result = cli("run", "model.ptx")
    assert result.code == 1 and "does not load .ptx files" in result.err


def test_a_slow_but_finished_run_keeps_its_result(cli: Cli, affine: str) -> None:
    assert cli("run", affine, *GIVEN, "--timeout", "60").code == 0
    assert cli("run", affine, *GIVEN, "--timeout", "0").code == 2


def test_names_of_outputs_become_safe_file_names() -> None:
    from hodu_cli.output import file_names

    names = ["/a/b:0", "a_b_0", "A_B_0", "..", "ok.name"]
    files = file_names(names and dict.fromkeys(names), "npy")
    assert list(files.values()) == [
        "a_b_0.npy",
        "a_b_0_2.npy",
        "A_B_0_3.npy",
        "output.npy",
        "ok.name.npy",
    ]


def test_long_outputs_are_cut() -> None:
    from hodu_cli.display import pretty

    tensor = hodu.Tensor(np.arange(1000, dtype=np.float32).reshape(10, 100))
    text = pretty("y", tensor)
    assert text.startswith("y: f32[10, 100] = [[0., 1., 2., ..., 97., 98., 99.], ")
    assert text.endswith("(1000 elements)")


def test_exact_is_what_a_compiler_gets(cli: Cli, tmp_path: Path) -> None:
    data = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3, 3)).astype(np.float32)
    weights = [hodu.tensor(w) for w in data]
    with hodu.capture("images") as board:
        x = board.input("x", (1, 64, 20, 20), hodu.f32)
        board.target("y", F.conv2d(F.conv2d(x, weights[0]), weights[1]))
    hodu.save(board.snapshot, tmp_path / "images.hdss")

    def result(*options: str) -> np.ndarray:
        given = ("-i", "x=@rand(1)", "-f", "npy", "-o", "out")
        assert cli("run", "images.hdss", *given, *options).code == 0
        return np.load(tmp_path / "out" / "y.npy")

    usual, exact = result(), result("--exact")
    assert not np.array_equal(usual, exact)
    np.testing.assert_allclose(usual, exact, atol=1e-5 * np.abs(exact).max())


def test_exact_compiled_code(cli: Cli, affine: str) -> None:
    assert cli("build", affine, "-o", "affine.so", "--dim", "N=2", "-q").code == 0
    result = cli("run", "affine.so", *GIVEN, "--exact")
    assert result.code == 2 and "--exact needs a model" in result.err


def test_exact_programs(cli: Cli, affine: str) -> None:
    usual, exact = (cli("run", affine, *GIVEN, *more, "-q") for more in ((), ("--exact",)))
    assert exact.code == 0 and exact.out == usual.out


def test_tuned_models(cli: Cli, affine: str) -> None:
    usual, tuned = (cli("run", affine, *GIVEN, *more, "-q") for more in ((), ("--tune",)))
    assert tuned.code == 0 and tuned.out == usual.out
