"""The words of the text form of a Snapshot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

from hodu.errors import FormatError

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<number>-?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|inf\b|nan\b))(?![\w.])
    |(?P<dim><[^<>]*>)
    |(?P<name>[A-Za-z0-9_.]*[A-Za-z0-9_])
    |(?P<mark>\.\.\.|->|[%:=(){}\[\],@+*/-]))""",
    re.VERBOSE,
)
_T = TypeVar("_T")


class Tokens:
    """A text as a sequence of tokens; `kind` and `token` are the current one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.kind, self.token = "", ""
        self.advance()

    def advance(self) -> str:
        """Move to the next token; returns the current one."""
        token = self.token
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            if self.text[self.position :].strip():
                self.position = len(self.text) - len(self.text[self.position :].lstrip())
                self.fail("unexpected character")
            self.kind, self.token = "end", ""
            return token
        self.position = match.end()
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        return token

    def fail(self, message: str) -> NoReturn:
        """Raise FormatError with the line of the current token."""
        line = self.text.count("\n", 0, self.position - len(self.token)) + 1
        raise FormatError(f"{message} at {self.token[:40]!r}", where=f"line {line} of the text")

    def expect(self, token: str) -> None:
        """Skip a word or mark that must come here."""
        if self.token != token or self.kind == "string":
            self.fail(f"expected {token!r}")
        self.advance()

    def accept(self, token: str) -> bool:
        """Skip a word or mark if it comes here; says whether it did."""
        if self.token == token and self.kind != "string":
            self.advance()
            return True
        return False

    def take(self, kind: str) -> str:
        """Move past a token of this kind; returns it."""
        if self.kind != kind:
            self.fail(f"expected a {kind}")
        return self.advance()

    def string(self) -> str:
        """Move past a quoted text; returns what it says."""
        text = self.take("string")
        try:
            return str(json.loads(text))
        except ValueError:
            self.fail(f"{text[:40]} is not a string")

    def integer(self) -> int:
        """Move past an integer; returns it."""
        text = self.take("number")
        try:
            return int(text)
        except ValueError:
            self.fail(f"{text!r} is not an integer")

    def end(self) -> None:
        """Check that nothing follows."""
        if self.kind != "end":
            self.fail("unexpected text after the snapshot")

    def listed(self, item: Callable[[], _T], close: str) -> list[_T]:
        """Items separated by commas, up to the closing mark."""
        items: list[_T] = []
        while not self.accept(close):
            items.append(item())
            if self.token != close:
                self.expect(",")
        return items
