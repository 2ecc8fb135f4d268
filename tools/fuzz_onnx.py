"""Damaged ONNX models: each must give a clear error or a right result, never more than that.

    python -m tools.fuzz_onnx [--count 10000] [--seed 0] [--start I] [--save FOLDER]

Models of the official suite are damaged at random, in their structure and in their bytes, loaded
from a file, and run where that succeeds: eagerly, and the Snapshot by the interpreter, which must
agree. Every variant is made from its number and the seed alone. It has LIMIT_SECONDS of CPU time to
load, as many to run, and LIMIT_BYTES of memory, in a process of its own; running into them while it
is loaded is a failure, as is any error that is not Hodu's, a wrong result, or the process's death.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

import hodu
from hodu.backends.interp.module import InterpModule
from hodu.errors import HoduError
from hodu.formats.onnx.backend import Eager
from hodu.snapshot.ir import Snapshot
from tools.conformance import select
from tools.conformance_cases import Case
from tools.conformance_compare import difference
from tools.fuzz_onnx_mutations import MUTATIONS, damaged_bytes

LIMIT_SECONDS = 10
LIMIT_BYTES = 1 << 30
RANDOM = ("philox",)
ERROR, RESULT, UNRUN, FAILED = "a clear error", "a result", "loads, but does not run", "FAILED"


@dataclass(frozen=True)
class Verdict:
    """What became of a variant."""

    index: int
    name: str
    status: str
    reason: str = ""


class _Slow(BaseException):
    """The time is up; no handler of errors may take it for one."""


def bases() -> list[Case]:
    """The models that are damaged: two of every operator."""
    found: dict[str, list[Case]] = {}
    for case in select(["node"]):
        found.setdefault(case.op, []).append(case)
    return [c for of in found.values() for c in of[:: max(1, len(of) // 2)][:2]]


def variant(index: int, seed: int, cases: list[Case]) -> tuple[Case, bytes]:
    """The bytes of a damaged model, and the case that it was."""
    rng = random.Random(f"{seed}:{index}")
    case, other = rng.choice(cases), rng.choice(cases)
    model = onnx.ModelProto()
    model.CopyFrom(case.read()[0])
    if rng.random() < 0.25:
        return case, damaged_bytes(_bytes(model), _bytes(other.read()[0]), rng)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        rng.choice(MUTATIONS)(model, rng)
    return case, _bytes(model)


def _bytes(model: onnx.ModelProto) -> bytes:
    return model.SerializeToString(deterministic=True)


def judge(case: Case, raw: bytes, folder: Path) -> tuple[str, str]:
    """The status of a variant, and why it failed."""
    path = folder / "model.onnx"
    path.write_bytes(raw)
    try:
        with limited(LIMIT_SECONDS):
            snapshot = hodu.load(path)
    except HoduError as error:
        return (ERROR, "") if str(error) else (FAILED, "an error without a text")
    except BaseException:
        return FAILED, traceback.format_exc(limit=-6)
    try:
        with limited(LIMIT_SECONDS):
            reason = _difference(snapshot, onnx.ModelProto.FromString(raw), case)
    except (_Slow, HoduError, MemoryError):
        return UNRUN, ""
    except BaseException:
        return FAILED, traceback.format_exc(limit=-6)
    return (FAILED, reason) if reason else (RESULT, "")


def _difference(snapshot: Snapshot, model: onnx.ModelProto, case: Case) -> str:
    """What the Snapshot of a model computes otherwise than its nodes do, on the case's inputs."""
    wanted = [i.name for i in case.read()[0].graph.input]
    arrays = dict(zip(wanted, case.read()[1][0][0], strict=False))
    module = InterpModule(snapshot)
    given = {i.name: arrays[i.name] for i in module.inputs if i.name in arrays}
    found = module.execute(given)
    eager = Eager.prepare(model).run(given)
    if any(draws in node.op for node in snapshot.nodes for draws in RANDOM):
        return ""
    pairs = [
        (found[o.name].numpy(), value)
        for o, value in zip(model.graph.output, eager, strict=True)
        if o.name in found  # what goes into a state is no result
    ]
    got, want = zip(*pairs, strict=True) if pairs else ((), ())
    return difference(got, list(want), 1e-3, 1e-5, "interpreted and eager outputs")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `_Slow` when the body has taken so much CPU time; the process dies 10 s later."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = int(used.ru_utime + used.ru_stime + seconds + 10)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (hard, most))

    def stop(*_: Any) -> None:
        raise _Slow(f"it takes more than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)  # again, should a destructor swallow it
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:  # also if memory or time was up in the line above
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _work(indices: Sequence[int], seed: int, cases: list[Case], pipe: Any) -> None:
    """Judge variants one after the other, telling which comes next and what became of it."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + LIMIT_BYTES,) * 2)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inner = Path(folder) / "model"
        inner.mkdir()
        (Path(folder) / "secret").write_bytes(bytes(64))
        (inner / "link").symlink_to(folder)
        for index in indices:
            pipe.send(Verdict(index, "a model", FAILED, "the process died"))
            case, raw = variant(index, seed, cases)
            pipe.send(Verdict(index, case.name, *judge(case, raw, inner)))
    pipe.close()


def fuzz(indices: Sequence[int], seed: int = 0) -> Iterator[Verdict]:
    """The verdicts on variants, in order."""
    cases, rest = bases(), list(indices)
    context = multiprocessing.get_context("fork")
    while rest:
        receive, send = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(rest, seed, cases, send))
        worker.start()
        send.close()
        verdict = None
        try:
            while True:
                doubt = receive.recv()  # what is true if the process dies
                verdict = doubt
                verdict = receive.recv()
                yield verdict
                rest.remove(verdict.index)
        except EOFError:
            worker.join()
        if rest and verdict is not None and verdict.index in rest:
            yield replace(verdict, reason=f"{verdict.reason}, its exit status {worker.exitcode}")
            rest.remove(verdict.index)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0, help="the number of the first variant")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="where to put what fails")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for verdict in fuzz(range(options.start, options.start + options.count), options.seed):
        counts[verdict.status] += 1
        if sum(counts.values()) % 500 == 0:
            print(f"{sum(counts.values())} of {options.count}", file=sys.stderr, flush=True)
        if verdict.status == FAILED:
            print(f"variant {verdict.index} of {verdict.name}: {verdict.reason}", flush=True)
            if options.save:
                raw = variant(verdict.index, options.seed, bases())[1]
                (options.save / f"{verdict.index}.onnx").write_bytes(raw)
    for status, count in counts.most_common():
        print(f"{status:<28}{count:>7}")
    sys.exit(counts[FAILED] > 0)


if __name__ == "__main__":
    main()
