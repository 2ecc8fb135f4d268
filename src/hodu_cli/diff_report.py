"""What `hodu diff` found, as JSON and as text."""

from __future__ import annotations

import math
from typing import Any

from hodu_cli.diffing import Comparison, Row, Side
from hodu_cli.tables import columns, plural

_SHOWN = 40


def as_json(found: Comparison, a: Side, b: Side) -> dict[str, Any]:
    """Everything that was found; what is not finite is a text."""
    return {
        "kind": "diff",
        "a": _side(a),
        "b": _side(b),
        "agrees": found.agrees,
        "matched_by": found.matched_by,
        "unmatched": dict(zip("ab", found.unmatched, strict=True)),
        "first": None if found.first is None else _entry(found.first),
        "tensors": [_entry(row) for row in found.rows],
        "outputs": [_entry(row) for row in found.outputs],
    }


def _side(side: Side) -> dict[str, str]:
    return {"file": side.file, "backend": side.engine.compiler.name}


def _entry(row: Row) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": row.name,
        "other": row.other,
        "op": None if row.node is None else row.node.op,
        "where": None if row.node is None else row.node.loc,
        "types": [str(t) for t in row.types],
        "agrees": row.agrees,
    }
    if row.distance is None:
        return entry
    d = row.distance
    errors = {"max_abs": _plain(d.absolute), "max_rel": _plain(d.relative), "max_ulp": d.ulp}
    worst = {"place": list(d.place), "values": [_plain(v) for v in d.values]}
    return {**entry, **errors, "beyond": d.beyond, "worst": worst}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_lines(found: Comparison, a: Side, b: Side, verbose: bool) -> list[str]:
    """The report for people: the first difference first, then errors node by node."""
    lines = [f"a: {_described(a)}", f"b: {_described(b)}"]
    lines += [_verdict(found), *_first(found)]
    rows = found.rows if verbose else _chosen(found)
    if rows:
        lines += ["tensors", *columns([_HEAD, *map(_cells, rows)], right=[3, 4, 5])]
    hidden = len(found.rows) - len(rows)
    if hidden:
        lines.append(f"  and {plural(hidden, 'tensor')} more: -v shows all")
    if found.outputs:
        lines += ["outputs", *columns([_HEAD, *map(_cells, found.outputs)], right=[3, 4, 5])]
    return lines


_HEAD = ["name", "op", "type", "max abs", "max rel", "ulp", ""]


def _described(side: Side) -> str:
    return (
        f"{side.file} ({plural(len(side.snapshot.nodes), 'node')}) by {side.engine.compiler.name}"
    )


def _verdict(found: Comparison) -> str:
    wrong = sum(not row.agrees for row in found.rows)
    compared = f"{plural(len(found.rows), 'tensor')} compared by {found.matched_by}"
    left = [f"{n} only in {side}" for side, n in zip("ab", found.unmatched, strict=True) if n]
    if wrong:
        return ", ".join([compared, *left, f"{wrong} beyond the tolerance"])
    ends = sum(not row.agrees for row in found.outputs)
    told = f"{plural(ends, 'output')} beyond the tolerance" if ends else "all agree"
    return ", ".join([compared, *left, told])


def _first(found: Comparison) -> list[str]:
    row = found.first
    if row is None:
        if found.agrees:
            return []
        return ["no tensor of a node differs: what does comes from joining nodes in one kernel"]
    place = f" at {row.node.loc}" if row.node is not None and row.node.loc else ""
    op = "" if row.node is None else f" = {row.node.op}"
    lines = [f"first difference: {row.name}{op}{place}"]
    if row.distance is None:
        return [*lines, f"  the types differ: {row.types[0]} and {row.types[1]}"]
    (x, y), at = row.distance.values, list(row.distance.place)
    lines.append(
        f"  {row.distance.beyond} elements beyond the tolerance, worst at {at}: {x} and {y}"
    )
    known = {r.name: r for r in found.rows}
    names = dict.fromkeys(v.name for v in row.node.inputs if v) if row.node else {}
    inputs = [known[name] for name in names if name in known]
    if inputs:
        lines.append(f"  its inputs agree: {', '.join(_input(r) for r in inputs)}")
    return lines


def _input(row: Row) -> str:
    return f"{row.name} (max abs {row.distance.absolute:.3g})" if row.distance else row.name


def _chosen(found: Comparison) -> list[Row]:
    """All rows if they are few; else those up to the first difference and after it."""
    if len(found.rows) <= _SHOWN:
        return found.rows
    first = found.first
    at = 0 if first is None else found.rows.index(first)
    start = max(0, at - _SHOWN // 4)
    return found.rows[start : start + _SHOWN]


def _cells(row: Row) -> list[str]:
    op = "" if row.node is None else row.node.op
    if row.distance is None:
        return [row.name, op, f"{row.types[0]}, {row.types[1]}", "", "", "", "another shape"]
    d = row.distance
    ulp = "" if d.ulp is None else str(d.ulp)
    mark = "" if row.agrees else f"{d.beyond} beyond"
    kind = str(row.types[0]) if row.types[0] == row.types[1] else f"{row.types[0]}, {row.types[1]}"
    return [row.name, op, kind, f"{d.absolute:.3g}", f"{d.relative:.3g}", ulp, mark]
