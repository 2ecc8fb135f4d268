"""Write the table of ONNX operators, docs/onnx-ops.md, from what passes of the test cases.

    python -m tools.support [--mode eager|captured|compiled|exported] [--each N]

Runs the official backend suite, and the project's own cases of what it leaves out, in the modes
(all without one, of which `compiled` takes ten minutes), and keeps the counts of the others. The
counts stand in docs/onnx-ops.json, by operator, version and dtype; --each runs at most so many
cases of every one.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
import onnx
from onnx import defs

from hodu.formats.onnx import families  # noqa: F401  (fills the registry)
from hodu.formats.onnx.dtypes import FROM_ONNX, type_name
from hodu.formats.onnx.registry import mapped, normal_domain
from tests.onnx.learned_cases import CASES as LEARNED
from tests.onnx.learned_cases import Case as LearnedCase
from tests.onnx.microsoft_cases import CASES as MICROSOFT
from tests.onnx.microsoft_cases import EXPECTED
from tests.onnx.microsoft_cases import Case as MicrosoftCase
from tools.conformance import run_case, select
from tools.conformance_cases import Case, DataSet
from tools.support_modes import MODES
from tools.support_table import COUNTS, TABLE, Counts, Key, render

GROUPS = ("node", "simple", "pytorch-converted", "pytorch-operator")
Reader: TypeAlias = Callable[[], tuple[onnx.ModelProto, list[DataSet]]]


def cases() -> Iterator[Case]:
    """The cases of the suite that are not expanded, and the project's own."""
    yield from (c for c in select(GROUPS) if "_expanded" not in c.name)
    for case in MICROSOFT.values():
        # Caches of which a part means nothing need a comparison of their own.
        if case.rows is None:
            yield Case("microsoft", case.name, case.op, 1e-5, 1e-5, _stored(case))
    for learned in LEARNED.values():
        yield Case("learned", learned.name, learned.op, 1e-4, 1e-5, _computed(learned))


def chosen(each: int | None) -> Iterator[tuple[Case, set[Key]]]:
    """The cases with their rows, as long as a row has fewer than `each`."""
    seen: dict[Key, int] = defaultdict(int)
    for case in cases():
        keys = keys_of(case.read()[0])
        if each is None or any(seen[key] < each for key in keys):
            for key in keys:
                seen[key] += 1
            yield case, keys


def _stored(case: MicrosoftCase) -> Reader:
    def read() -> tuple[onnx.ModelProto, list[DataSet]]:
        with np.load(EXPECTED) as stored:
            wanted = [stored[f"{case.name}.{i}"] for i in range(case.outputs.count("1"))]
        return case.model(), [(list(case.feeds().values()), wanted)]

    return read


def _computed(case: LearnedCase) -> Reader:
    return lambda: (case.model(), [(case.inputs, case.expected())])


def keys_of(model: onnx.ModelProto) -> set[Key]:
    """The operators of a model with their versions, and the dtype of its first input."""
    opsets = {normal_domain(o.domain): o.version for o in model.opset_import}
    dtype = _dtype(model.graph)
    return {
        (f"{domain}.{name}" if domain else name, _version(domain, name, opsets), dtype)
        for domain, name in _operators(model.graph.node)
    }


def _operators(nodes: Iterable[onnx.NodeProto]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield normal_domain(node.domain), node.op_type
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from _operators(graph.node)


def _version(domain: str, name: str, opsets: dict[str, int]) -> int:
    """The version of the domain that brought the operator as it is in this model."""
    try:
        return int(defs.get_schema(name, opsets.get(domain, 1), domain).since_version)
    except defs.SchemaError:
        return opsets.get(domain, 1)


def _dtype(graph: onnx.GraphProto) -> str:
    infos = [*graph.input, *graph.output]
    kind = infos[0].type.WhichOneof("value") if infos else None
    if kind != "tensor_type":
        return str(kind or "none").removesuffix("_type")
    number = infos[0].type.tensor_type.elem_type
    return FROM_ONNX[number].name if number in FROM_ONNX else type_name(number).lower()


def count(mode: str, each: int | None) -> dict[Key, list[int]]:
    """Passed and all cases of each row in a mode."""
    found: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for case, keys in chosen(each):
        outcome = run_case(case, MODES[mode])
        passed = outcome.passed and (mode != "compiled" or outcome.native)
        for key in keys:
            found[key][0] += passed
            found[key][1] += 1
    return found


def shown_names() -> set[str]:
    """The operators that are mapped, as the table calls them; but for Hodu's own functions."""
    others = (pair for pair in mapped() if pair[0] != "hodu")
    return {f"{domain}.{name}" if domain else name for domain, name in others}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mode", action="append", choices=tuple(MODES))
    parser.add_argument("--each", type=int, metavar="N", help="at most N cases of a row")
    options = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {mode: count(mode, options.each) for mode in options.mode or MODES}
    counts = Counts.read(COUNTS) if COUNTS.exists() else Counts(onnx.__version__, options.each, {})
    counts.onnx, counts.each = onnx.__version__, options.each
    for mode, pairs in found.items():
        counts.put(mode, pairs)
    counts.add(shown_names())
    COUNTS.write_text(json.dumps(counts.plain(), indent=0, separators=(",", ":")) + "\n")
    TABLE.write_text(render(counts))


if __name__ == "__main__":
    main()
