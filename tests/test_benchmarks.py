"""The parts of the benchmark scripts that decide: intervals, verdicts, the page of results."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module(request.param)
    yield module
    sys.modules.pop(request.param)


@pytest.mark.parametrize("script", ["check"], indirect=True)
def test_the_interval_holds_the_median_as_often_as_it_says(script: ModuleType) -> None:
    draw = random.Random(0)
    hits = 0
    for _ in range(2000):
        low, high = script.interval([draw.expovariate(1.0) for _ in range(15)])
        hits += low <= 0.6931 <= high
    assert 0.95 <= hits / 2000 <= 0.98  # 96.5 %: the ranks are whole numbers


@pytest.mark.parametrize("script", ["check"], indirect=True)
def test_six_values_give_their_range(script: ModuleType) -> None:
    assert script.interval([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]) == (1.0, 6.0)


@pytest.mark.parametrize("script", ["check"], indirect=True)
def test_only_an_interval_beyond_the_tolerance_decides(script: ModuleType) -> None:
    assert script.verdict(1.04, 1.10, 0.03) == "slower"
    assert script.verdict(1.02, 1.10, 0.03) == "same"
    assert script.verdict(0.90, 0.96, 0.03) == "faster"


@pytest.mark.parametrize("script", ["report"], indirect=True)
def test_the_page_keeps_sections_that_are_not_run(script: ModuleType) -> None:
    parts = {"Calls": "b\n\n```\n1\n```\n"}
    page = script.page_of(parts)
    assert script.parts_of(page) == parts
    assert page.startswith("# Results")


@pytest.mark.parametrize("script", ["report"], indirect=True)
def test_a_script_that_prints_nothing_is_no_result(script: ModuleType, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.py"
    quiet.write_text("")
    with pytest.raises(SystemExit, match="printed nothing; exit code 0"):
        script.text_of(script.Section("Quiet", str(quiet), "Nothing."), sys.executable)
