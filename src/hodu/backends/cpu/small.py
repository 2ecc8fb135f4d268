"""Programs for cores with little memory: kernels in the forms and the order of the least arena."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from hodu.lower.choices import Choices
from hodu.lower.overlaps import with_overlaps
from hodu.lower.program import Launch, Program, Slot
from hodu.lower.tables import join_tables
from hodu.lower.unite import unite_kernels
from hodu.plan.memory import least_alignment, plan_memory
from hodu.plan.order import in_best_order
from hodu.plan.target import Target

_ROUNDS = 8


def with_few_kernels(program: Program, target: Target) -> Program:
    """The program with one kernel for what differs in numbers alone, constants in few bytes."""
    if target.is_bare and target.reads_anywhere:
        program = join_tables(program, compact=target.compact)
    return unite_kernels(program, compact=target.compact)


def lower_small(lower: Callable[[Choices], Program], found: Mapping[str, int] | None) -> Program:
    """A program that takes, at its peaks of memory, forms of kernels that need less, if they help.

    `lower` makes it of choices, of which `found` are known.
    """
    answers = dict(found or {})
    best, size = None, 0
    for _ in range(_ROUNDS):
        choices = Choices(answers)
        program = in_best_order(with_overlaps(lower(choices)))
        plan = plan_memory(program, least_alignment(program))
        if best is not None and plan.size >= size:
            break
        best, size = program, plan.size
        questions = set(_questions_at(plan.peaks, program, choices)) - answers.keys()
        if not questions:
            break
        answers.update(dict.fromkeys(questions, 1))
    assert best is not None
    return best


def _questions_at(times: Sequence[int], program: Program, choices: Choices) -> Iterator[str]:
    """What the kernels asked that run at these times."""
    asked = {_written(launch): question for question, launch in choices.launches}
    launches = list(program.launches())
    for time in times:
        question = asked.get(_written(launches[time]))
        if question is not None:
            yield question


def _written(launch: Launch) -> Slot | None:
    """What a launch writes, by which it is known in all forms of a program."""
    return next((a.place.slot for a in launch.arguments if a.role == "out"), None)
