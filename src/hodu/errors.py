"""The exceptions Hodu raises.

Every error says what was wrong with the values, where it happened and what to do next. Each class
also derives from the built-in exception a Python user would expect to catch.
"""

from __future__ import annotations


class HoduError(Exception):
    """Base of all Hodu errors: a message, where it happened, and the next step.

    `where` is the user's file and line, or a node of a model; `hint` says what to do.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.message]
        if self.where:
            parts.append(f"  at: {self.where}")
        if self.hint:
            parts.append(f"  help: {self.hint}")
        return "\n".join(parts)


class ArgumentError(HoduError, TypeError):
    """An argument of the wrong kind."""


class ValueRangeError(HoduError, ValueError):
    """An argument of the right kind with a value that is not allowed."""


class DivisionByZeroError(ValueRangeError, ZeroDivisionError):
    """An integer divided by zero."""


class ShapeError(HoduError, ValueError):
    """Shapes that do not fit the operation."""


class DTypeError(HoduError, TypeError):
    """Data types that do not fit the operation."""


class OutOfRangeError(HoduError, IndexError):
    """An index or an axis outside its range."""


class DeviceError(HoduError, RuntimeError):
    """A device that is unknown or not available here."""


class CaptureError(HoduError, RuntimeError):
    """Something that cannot be captured into a Snapshot."""


class GradientError(HoduError, RuntimeError):
    """A gradient that cannot be computed, or a tensor misused on the way to one."""


class VerifyError(HoduError, ValueError):
    """A Snapshot that breaks the rules of the IR."""


class FormatError(HoduError, ValueError):
    """A file that is damaged, of the wrong format or of an unknown version."""


class UnsupportedError(HoduError, NotImplementedError):
    """A feature, operator or option that Hodu does not have."""


class PluginError(HoduError, RuntimeError):
    """A plugin that is missing, broken or of the wrong version."""


class ToolchainError(HoduError, RuntimeError):
    """A compiler or linker that is missing, or that failed."""


class WorkerError(HoduError, RuntimeError):
    """A worker process that failed or died; `worker` is its number, `trace` its traceback."""

    def __init__(
        self,
        message: str,
        *,
        worker: int,
        trace: str | None = None,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.worker = worker
        self.trace = trace

    def __str__(self) -> str:
        return f"{super().__str__()}\n\n{self.trace}" if self.trace else super().__str__()
