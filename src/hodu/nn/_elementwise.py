"""A base for modules without parameters whose options print alike."""

from __future__ import annotations

from hodu.nn.module import Module


class Plain(Module):
    """A module whose printout shows the options that `shown` names."""

    shown: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        """The options."""
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown)


class Inplace(Plain):
    """A module that may write its result to its input; shown only if it does."""

    inplace: bool

    def extra_repr(self) -> str:
        """The options."""
        text = super().extra_repr()
        return ", ".join(filter(None, [text, "inplace=True" if self.inplace else ""]))
