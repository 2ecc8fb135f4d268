"""Decisions that measurements may change: which of some candidates a kernel takes.

A question is a text that says what the kernel computes, with all sizes that matter to its speed, so
that an answer holds for every kernel that asks the same. The candidates come from the cost models,
the one they think best first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from hodu.lower.program import Launch

T = TypeVar("T")


class Choices:
    """Answers to questions: what was `found`, for all others the candidate number `otherwise`.

    Where there are not so many candidates, it is the first. `asked` is how many each question had,
    `launches` the calls of kernels, each with its question.
    """

    def __init__(self, found: Mapping[str, int] | None = None, otherwise: int = 0) -> None:
        self._found = found or {}
        self._otherwise = otherwise
        self.asked: dict[str, int] = {}
        self.launches: list[tuple[str, Launch]] = []

    def pick(self, question: str, candidates: Sequence[T]) -> T:
        """The candidate to take."""
        self.asked[question] = len(candidates)
        number = self._found.get(question, self._otherwise)
        return candidates[number if number < len(candidates) else 0]

    def note(self, question: str, launch: Launch) -> None:
        """Remember the call of a kernel that asked."""
        self.launches.append((question, launch))
