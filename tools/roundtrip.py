"""Send every model of the official ONNX suite out and in again, and count what comes back.

    python -m tools.roundtrip [--group node] [--only REGEX] [--opset N] [--failures]

A model is imported (specialised to inputs whose contents decide about shapes, where it must be),
exported, in its own opset or `--opset`, and imported again. That must compute what the suite wants,
or what the first import does. Another export and import must change nothing. Where ONNX Runtime
runs the original it must run the export, and agree with it, with the suite or with the import;
without the package this is left out.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import onnx

from hodu.backends.interp.module import InterpModule
from hodu.dispatch.base import wrap
from hodu.errors import CaptureError, HoduError, UnsupportedError
from hodu.formats.onnx.backend import CompiledRep
from hodu.formats.onnx.export.exporter import OLDEST, OPSET
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model, model_inputs
from hodu.formats.onnx.reader import prepared, version_of
from hodu.snapshot.ir import Snapshot
from tools.conformance import select
from tools.conformance_cases import GROUPS, Case
from tools.conformance_compare import difference

BACK, RUNS, NOT_IMPORTED, LOST = "back", "back, and ONNX Runtime agrees", "not imported", "lost"
# What these draw cannot be foretold.
RANDOM = ("test_bernoulli", "test_training_dropout")
Engine = Callable[[Snapshot], Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a model; the reason says why it was lost."""

    group: str
    name: str
    status: str
    reason: str = ""


def round_trip(case: Case, opset: int | None = None, runtime: bool = True) -> Outcome:
    """Send one model out and in, and compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, sets = case.read()
        model = prepared(model)
        opset = opset or _own_opset(model)
        try:
            first = _run(model, sets[0][0], InterpModule)
        except HoduError as error:
            return Outcome(case.group, case.name, NOT_IMPORTED, str(error))
        try:
            status, reason = _compared(
                case, model, (sets[0][0], [sets[0][1], first]), opset, runtime
            )
        except Exception as error:  # A crash is a failure like any other.
            status, reason = LOST, f"{type(error).__name__}: {error}"
    return Outcome(case.group, case.name, status, reason)


def _own_opset(model: onnx.ModelProto) -> int:
    """The opset of a model; the usual one if no operator of it is of the standard's domain."""
    plain = any(node.domain in ("", "ai.onnx") for node in model.graph.node)
    return max(version_of(model), OLDEST) if plain else OPSET


def _compared(
    case: Case, model: onnx.ModelProto, data: tuple[list[Any], list[Any]], opset: int, runtime: bool
) -> tuple[str, str]:
    """The status of a model that is imported, and why it is lost."""
    inputs, right = data

    def wrong(got: list[Any], right: list[Any]) -> str:
        if case.name.startswith(RANDOM):
            return ""
        found = [difference(got, list(r), case.rtol, case.atol, "outputs") for r in right]
        return "" if "" in found else found[0]

    reason = wrong(_run(model, inputs, lambda s: InterpModule(_back(s, opset))), right)
    original = _original(model, inputs) if runtime and not reason else None
    if reason or original is None:
        return LOST if reason else BACK, reason
    got = _run(model, inputs, lambda s: _Session(model_proto(s, opset)))
    reason = wrong(got, [*right, original])
    return LOST if reason else RUNS, reason and f"ONNX Runtime: {reason}"


def _run(model: onnx.ModelProto, inputs: list[Any], engine: Engine) -> list[Any]:
    """The outputs of what the engine makes of the import of a model."""
    try:
        snapshot = import_model(model)
    except (CaptureError, UnsupportedError):
        return list(_Rep(model, engine).run(inputs))
    names = [i.name for i in model_inputs(model.graph)]
    found = engine(snapshot).execute(dict(zip(names, inputs, strict=False)))
    return [found[o.name].numpy() for o in model.graph.output]


def _back(snapshot: Snapshot, opset: int) -> Snapshot:
    """The import of the export; ValueError if a second time around changes it."""
    once = import_model(model_proto(snapshot, opset))
    again = import_model(model_proto(once, opset))
    if str(again) != str(once):
        pairs = zip(str(once).splitlines(), str(again).splitlines(), strict=False)
        raise ValueError(
            "the second export differs: {!r} for {!r}".format(
                *next(((b, a) for a, b in pairs if a != b), ("more", "less"))
            )
        )
    return once


class _Rep(CompiledRep):
    """A model that is captured for its inputs, and run by an engine."""

    def __init__(self, model: onnx.ModelProto, engine: Engine) -> None:
        super().__init__(model)
        self.engine = engine

    def executable(self, snapshot: Snapshot) -> Any:
        """What the engine makes of the capture."""
        return self.engine(snapshot)


class _Session:
    """An exported model in ONNX Runtime."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.names = [o.name for o in model.graph.output]
        self.session = _session(model)

    def execute(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs by name."""
        found = self.session.run(self.names, dict(inputs))
        return {name: wrap(array) for name, array in zip(self.names, found, strict=True)}


def _session(model: onnx.ModelProto) -> Any:
    onnxruntime: Any = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _original(model: onnx.ModelProto, inputs: list[Any]) -> list[Any] | None:
    """What ONNX Runtime makes of a model, None where it does not run it."""
    names = [i.name for i in model_inputs(model.graph)]
    given = {n: x for n, x in zip(names, inputs, strict=False) if x is not None}
    try:
        found: list[Any] = _session(model).run(None, given)
    except Exception:  # It raises many kinds, also for what it does not implement.
        return None
    return found


def _case(group: str, index: int, opset: int | None, runtime: bool) -> Outcome:
    return round_trip(list(select([group]))[index], opset, runtime)


def outcomes(group: str, only: str, opset: int | None, runtime: bool) -> Iterator[Outcome]:
    """Every case of a group, in a process of its own that may die."""
    everything, chosen = list(select([group])), {c.name for c in select([group], only)}
    pool = ProcessPoolExecutor(1)
    for index, case in enumerate(everything):
        if case.name not in chosen:
            continue
        try:
            yield pool.submit(_case, group, index, opset, runtime).result()
        except BrokenProcessPool:
            yield Outcome(group, case.name, LOST, "the process died")
            pool = ProcessPoolExecutor(1)
    pool.shutdown()


def summary(found: Sequence[Outcome], failures: bool) -> str:
    """What is lost, with `failures` also what is not imported, and the numbers of all."""
    listed = [LOST, NOT_IMPORTED] if failures else [LOST]
    lines = [
        f"{o.name}: {o.status}: {' '.join(o.reason.split())[:300]}"
        for o in found
        if o.status in listed
    ]
    counts = Counter(o.status for o in found).most_common()
    return "\n".join([*lines, *(f"{status:<32}{count:>6}" for status, count in counts)])


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--group", action="append", choices=GROUPS, help="default: all of them")
    parser.add_argument("--only", default="", metavar="REGEX", help="cases whose name matches")
    parser.add_argument("--opset", type=int, metavar="N", help="default: that of the model")
    parser.add_argument("--failures", action="store_true", help="list also what is not imported")
    options = parser.parse_args()
    runtime = importlib.util.find_spec("onnxruntime") is not None
    found = [
        o
        for g in options.group or GROUPS
        for o in outcomes(g, options.only, options.opset, runtime)
    ]
    print(summary(found, options.failures))
    sys.exit(any(o.status == LOST for o in found))


if __name__ == "__main__":
    main()
