"""The signature of an op, as one line of text in the manner of PyTorch's operator schemas.

    sum(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor

Grammar:
    schema = name "(" [param ("," param)*] ")" "->" result
    param  = "*" | type ["?"] name ["=" literal]
    type   = Tensor | Tensor[] | Tensor?[] | int | int[] | float | float[] | bool | str | Scalar
           | DType | Dim | Dim[] | Snapshot
    result = Tensor | Tensor[] | "(" Tensor name ("," Tensor name)* ")"
A "[]" type also takes a single value. Parameters after "*" are keyword-only.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

TENSORS = frozenset({"Tensor", "Tensor[]", "Tensor?[]"})
_SCHEMA = re.compile(r"(\w+)\((.*)\) -> (.+)", re.DOTALL)
_PARAM = re.compile(
    r"(?P<type>[A-Za-z]+(?:\?\[\]|\[\])?)(?P<opt>\?)? (?P<name>\w+)(?:=(?P<default>.+))?"
)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its type (without "?"), whether None is allowed, and its default."""

    name: str
    type: str
    optional: bool
    required: bool
    default: object
    keyword_only: bool

    @property
    def is_tensor(self) -> bool:
        """Whether this is an input of the op rather than an attribute."""
        return self.type in TENSORS

    @property
    def is_list(self) -> bool:
        """Whether it takes a sequence."""
        return self.type.endswith("[]")


@dataclass(frozen=True, slots=True)
class Schema:
    """A parsed signature: the op's name, its parameters and the names of its results.

    `results` is None for an op that returns a list of tensors; `inputs` are the tensor parameters,
    `attrs` the others.
    """

    name: str
    params: tuple[Param, ...]
    results: tuple[str, ...] | None
    text: str
    inputs: tuple[Param, ...] = field(init=False)
    attrs: tuple[Param, ...] = field(init=False)

    def __post_init__(self) -> None:
        tensors = tuple(p for p in self.params if p.is_tensor)
        object.__setattr__(self, "inputs", tensors)
        object.__setattr__(self, "attrs", tuple(p for p in self.params if not p.is_tensor))


def parse_schema(text: str) -> Schema:
    """Parse a schema line; raises ValueError for one that does not follow the grammar."""
    match = _SCHEMA.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError(f"not an op schema: {text!r}")
    name, params, result = match.groups()
    return Schema(name, _parse_params(params), _parse_results(result), text)


def _parse_params(text: str) -> tuple[Param, ...]:
    parsed: list[Param] = []
    keyword_only = False
    for part in _split_commas(text):
        if part == "*":
            keyword_only = True
            continue
        match = _PARAM.fullmatch(part)
        if match is None:
            raise ValueError(f"not a parameter: {part!r}")
        default = match["default"]
        value = None if default is None else ast.literal_eval(default)
        parsed.append(
            Param(
                match["name"],
                match["type"],
                bool(match["opt"]),
                default is None,
                value,
                keyword_only,
            )
        )
    return tuple(parsed)


def _split_commas(text: str) -> list[str]:
    parts, depth, start, quoted = [], 0, 0, False
    for i, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        quoted ^= c == '"'
        if c == "," and depth == 0 and not quoted:
            parts.append(text[start:i].strip())
            start = i + 1
    return [p for p in [*parts, text[start:].strip()] if p]


def _parse_results(text: str) -> tuple[str, ...] | None:
    if text == "Tensor[]":
        return None
    if text == "Tensor":
        return ("output",)
    return tuple(part.split()[1] for part in text.strip("()").split(","))
