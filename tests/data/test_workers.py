"""Worker processes: the same batches, and what happens when one of them comes to grief."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.data import DataLoader, TensorDataset
from hodu.data.transport import pack, unpack
from hodu.errors import ArgumentError, WorkerError
from tests.data.datasets import (
    Counting,
    Informed,
    Misbehaving,
    Slow,
    Squares,
    broken_start,
    mark_worker,
    pairs,
)


def flat(batches):
    """Batches as plain values."""
    return [
        [part.tolist() if isinstance(part, hodu.Tensor) else part for part in b] for b in batches
    ]


def no_children():
    """Whether all worker processes are gone, and their folders."""
    alive = [p for p in multiprocessing.active_children() if p.name.startswith("hodu loader")]
    return not alive and not folders()


def folders():
    """The folders of loaders of this process's children or its own."""
    return list(Path("/dev/shm").glob(f"hodu-loader-{os.getpid()}-*"))


@pytest.fixture(autouse=True)
def clean():
    """No test leaves processes or shared memory behind."""
    yield
    assert no_children()


def loaded(num_workers, **options):
    """Two epochs in random order."""
    generator = hodu.Generator(7)
    loader = DataLoader(
        Squares(), 4, shuffle=True, num_workers=num_workers, generator=generator, **options
    )
    return [[(rows.tolist(), ids.tolist()) for rows, ids, _ in loader] for _ in range(2)]


@pytest.mark.parametrize("num_workers", [1, 2, 3])
def test_batches_and_order_do_not_depend_on_the_workers(num_workers):
    assert loaded(num_workers) == loaded(0)


def test_persistent_workers_stay():
    assert loaded(2, persistent_workers=True, prefetch_factor=3) == loaded(0)


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_workers():
    assert loaded(2, multiprocessing_context="fork") == loaded(0)


def test_random_numbers_of_a_batch_do_not_depend_on_the_workers():
    first, second = (
        [flat([draws])[0] for *_, draws in DataLoader(Squares(), 4, num_workers=n, generator=g)]
        for n, g in ((1, hodu.Generator(3)), (2, hodu.Generator(3)))
    )
    assert first == second
    assert len({draw for batch in first for source in batch for draw in source}) == 3 * 23


def test_large_arrays_are_mapped_and_writable():
    data = hodu.arange(200_000, dtype="f64").reshape(4, -1)
    loader = DataLoader(TensorDataset(data, data.to("bf16")), 2, num_workers=1)
    batches = list(loader)
    for number, (wide, narrow) in enumerate(batches):
        rows = data[2 * number : 2 * number + 2]
        np.testing.assert_array_equal(wide.numpy(), rows.numpy())
        assert narrow.dtype is hodu.bf16
        wide.add_(1)
        np.testing.assert_array_equal(wide.numpy(), rows.numpy() + 1)


def test_what_is_packed_comes_out_equal(tmp_path):
    rng = np.random.default_rng(0)
    batch = {
        "a": hodu.tensor(rng.normal(size=(100, 100))),
        "b": ["text", 3],
        "c": rng.normal(size=9),
    }
    packed = pack(batch, tmp_path / "batch")
    assert packed.path is not None
    found = unpack(pickle.loads(pickle.dumps(packed)))
    np.testing.assert_array_equal(found["a"].numpy(), batch["a"].numpy())
    np.testing.assert_array_equal(found["c"], batch["c"])
    assert found["b"] == batch["b"]
    assert not list(tmp_path.iterdir())


def test_iterable_datasets_are_shared_out():
    loader = DataLoader(Counting(11), 2, num_workers=2)
    assert [batch.tolist() for batch in loader] == [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9]]


def test_worker_info_and_init():
    batches = list(DataLoader(Informed(), 1, num_workers=2, worker_init_fn=mark_worker))
    assert [[x.item() for x in batch] for batch in batches] == [[0, 0], [1, 1]] * 3


def test_collate_fn():
    batches = list(DataLoader(Squares(5), 2, num_workers=1, collate_fn=pairs))
    assert batches == [[0, 1], [2, 3], [4]]


def test_leaving_a_loop_ends_the_workers():
    for _ in DataLoader(Slow(100), 2, num_workers=2):
        break
    assert no_children()


def test_an_abandoned_epoch_does_not_leak_into_the_next():
    loader = DataLoader(Squares(), 4, num_workers=2, persistent_workers=True)
    for _ in range(3):
        for _, ids, _ in loader:
            assert ids.tolist() == [0, 1, 2, 3]
            break
    assert [ids.tolist()[0] for _, ids, _ in loader] == [0, 4, 8, 12, 16, 20]
    del loader


ENDINGS = {
    "raise": r"worker 1 failed while loading item 13 \(number 1 of batch 3\): KeyError: 'no such f",
    "exit": r"worker 1 ended with exit code 3 while loading item 13 \(number 1 of batch 3\)",
    "kill": r"worker 1 was killed by SIGKILL while loading item 13 \(number 1 of batch 3\)",
}


@pytest.mark.parametrize(("how", "message"), ENDINGS.items(), ids=ENDINGS)
@pytest.mark.parametrize("persistent", [False, True])
def test_a_worker_that_fails_is_reported_and_the_others_end(how, message, persistent):
    loader = DataLoader(Misbehaving(how), 4, num_workers=2, persistent_workers=persistent)
    seen = []
    with pytest.raises(WorkerError, match=message) as caught:
        seen += [ids.tolist() for _, ids, _ in loader]
    assert caught.value.worker == 1
    if how == "raise":
        assert 'raise KeyError("no such file")' in str(caught.value)
    assert no_children()


def test_batches_before_a_crash_arrive():
    seen = []
    with pytest.raises(WorkerError):
        for _, ids, _ in DataLoader(Misbehaving("kill"), 4, num_workers=2):
            seen.append(ids.tolist()[0])
    assert seen == [0, 4, 8]


def test_a_worker_killed_from_outside():
    loader = DataLoader(Slow(1000), 2, num_workers=2)
    with pytest.raises(WorkerError, match=r"was killed by SIGKILL while loading (item|a batch)"):
        for number, _ in enumerate(loader):
            if number == 2:
                worker = next(
                    p for p in multiprocessing.active_children() if p.name == "hodu loader 0"
                )
                os.kill(worker.pid, signal.SIGKILL)
    assert no_children()


def test_a_worker_that_hangs_is_given_up():
    started = time.monotonic()
    loader = DataLoader(Misbehaving("hang"), 4, num_workers=2, timeout=5)
    with pytest.raises(WorkerError, match=r"did not answer within 5 s, loading item 13"):
        list(loader)
    assert time.monotonic() - started < 30
    assert no_children()


def test_a_start_that_fails_is_reported():
    loader = DataLoader(Squares(), num_workers=2, worker_init_fn=broken_start)
    with pytest.raises(WorkerError, match="failed while starting: OSError: no such database"):
        list(loader)


def test_what_cannot_be_pickled_is_named():
    loader = DataLoader(Squares(), num_workers=1, collate_fn=lambda batch: batch)
    with pytest.raises(ArgumentError, match="cannot be sent to a worker process"):
        list(loader)


SCRIPT = """
import signal
import sys
from hodu.data import DataLoader
from tests.data.datasets import Slow

if __name__ == "__main__":
    # As in a terminal, whatever these tests were started by ignores.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, _ in enumerate(DataLoader(Slow(100000), 2, num_workers=2)):
        if number == 2:
            print("running", flush=True)
"""


def run_until_loading(tmp_path):
    """A process of its own group that loads data, and its session's members."""
    script = tmp_path / "load.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


def members(group):
    """The living processes of a group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, pgrp = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(pgrp) == group and state != "Z":
            found.append(int(entry.name))
    return found


def wait_until(holds, seconds=20.0):
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_leaves_no_processes(tmp_path):
    process = run_until_loading(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert wait_until(lambda: not members(process.pid))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_with_a_killed_main_process(tmp_path):
    before = set(Path("/dev/shm").glob("hodu-loader-*"))
    process = run_until_loading(tmp_path)
    process.kill()
    process.communicate(timeout=30)
    assert wait_until(lambda: not members(process.pid))
    assert wait_until(lambda: set(Path("/dev/shm").glob("hodu-loader-*")) <= before)


def test_a_script_without_a_main_guard_is_told(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    run = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        timeout=60,
    )
    assert "if __name__ == '__main__':" in run.stderr
    assert "WorkerError: worker 0 ended with exit code 1 while starting" in run.stderr
