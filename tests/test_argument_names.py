"""What the arguments of compiled functions are called in their Snapshots."""

from __future__ import annotations

from typing import Any

import hodu
from hodu import nn

ONE = hodu.ones(2)


def names(function: Any, *args: Any, **kwargs: Any) -> list[str]:
    snapshot = hodu.compile(function, compiler="interp").snapshot(*args, **kwargs)
    return [v.name for v in snapshot.inputs if v.name not in snapshot.states]


def test_arguments_are_called_what_the_parameters_are() -> None:
    def both(images, *others, scale, **more):
        return images * scale + others[0] + others[1]["a"][1] + more["bias"]

    found = names(both, ONE, ONE, {"a": [ONE, ONE]}, scale=ONE, bias=ONE)
    assert found == ["images", "others0", "others1.a.0", "others1.a.1", "scale", "bias"]


def test_a_module_has_the_parameters_of_its_forward() -> None:
    assert names(nn.Linear(2, 3), ONE) == ["input"]


def test_names_of_states_are_left_to_them() -> None:
    count = hodu.zeros(2)

    def step(count_):
        count.add_(count_)
        return count * 2

    compiled = hodu.compile(step, compiler="interp", state={"count_": count})
    snapshot = compiled.snapshot(ONE)
    assert [v.name for v in snapshot.inputs] == ["count__0", "count_"]
    assert compiled(ONE).tolist() == [2, 2] and count.tolist() == [1, 1]


def test_an_argument_that_is_written_keeps_its_name() -> None:
    def add_one(total):
        total.add_(1)

    compiled = hodu.compile(add_one, compiler="interp")
    x = hodu.zeros(2)
    compiled(x)
    assert x.tolist() == [1, 1]
    assert dict(compiled.snapshot(x).aliases) == {"total.next": "total"}
