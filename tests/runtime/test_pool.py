"""The thread pool: every part is done once, after fork too, and idle threads sleep."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from hodu.errors import ValueRangeError
from hodu.runtime import support as helpers
from hodu.runtime.support import C_FOLDER, default_threads, shared_pool, support

TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
RUN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, TASK, ctypes.c_void_p, ctypes.c_int64)
gcc = shutil.which("gcc")


def run(pool: int, count: int) -> list[tuple[int, int]]:
    """The parts of [0, count) that the pool made."""
    parts: list[tuple[int, int]] = []
    RUN(support().run)(pool, TASK(lambda _, begin, end: parts.append((begin, end))), None, count)
    return sorted(parts)


@pytest.mark.parametrize("threads", range(1, 9))
def test_parts_are_static(threads: int) -> None:
    for count in (0, 1, 5, 64, 1001):
        n = min(threads, count)
        expected = [(count * i // n, count * (i + 1) // n) for i in range(n)]
        assert run(shared_pool(threads), count) == expected


def test_many_callers_at_once() -> None:
    wrong: list[object] = []

    def work() -> None:
        for _ in range(100):
            parts = run(shared_pool(4), 100)
            if sum(end - begin for begin, end in parts) != 100 or parts[0][0] != 0:
                wrong.append(parts)

    callers = [threading.Thread(target=work) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    run(shared_pool(4), 100)
    child = os.fork()
    if child == 0:
        good = all(len(run(shared_pool(4), 100)) == 4 for _ in range(20))
        threads = len(list(Path("/proc/self/task").iterdir())) if Path("/proc").exists() else 4
        os._exit(0 if good and threads >= 4 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(run(shared_pool(4), 100)) == 4


def test_idle_threads_take_no_time() -> None:
    run(shared_pool(8), 100)
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.4)
    assert time.process_time() - before < 0.02


def test_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HODU_NUM_THREADS", "3")
    assert default_threads() == 3
    monkeypatch.delenv("HODU_NUM_THREADS")
    assert default_threads() == helpers.usable_cores()
    for text in ("0", "-1", "two"):
        monkeypatch.setenv("HODU_NUM_THREADS", text)
        with pytest.raises(ValueRangeError, match="HODU_NUM_THREADS"):
            default_threads()


@pytest.mark.skipif(gcc is None, reason="needs gcc for its sanitizers")
@pytest.mark.parametrize("sanitizers", ["address,undefined", "thread"])
def test_the_pool_under_sanitizers(tmp_path: Path, sanitizers: str) -> None:
    check = Path(__file__).with_name("pool_check.c")
    command = [str(gcc), "-std=gnu99", "-g", "-O1", "-Wall", "-Wextra", "-Werror",
               f"-fsanitize={sanitizers}", f"-I{C_FOLDER}", str(check), str(C_FOLDER / "pool.c"),
               "-o", str(tmp_path / "check"), "-lpthread"]  # fmt: skip
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
