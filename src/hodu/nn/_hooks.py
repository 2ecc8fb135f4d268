"""Functions that run before and after a module's forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hodu._gradients import RemovableHandle as RemovableHandle
from hodu.nn._backward_hooks import Watch


@dataclass(frozen=True, slots=True)
class Hook:
    """A function, whether it takes the keyword arguments too, and runs after errors."""

    call: Callable[..., Any]
    with_kwargs: bool = False
    always: bool = False


@dataclass(slots=True)
class Hooks:
    """The hooks of a module, in the order in which they run."""

    before: dict[int, Hook] = field(default_factory=dict)
    after: dict[int, Hook] = field(default_factory=dict)
    gradients_before: dict[int, Hook] = field(default_factory=dict)
    gradients_after: dict[int, Hook] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.before or self.after or self._sees_gradients)

    @property
    def _sees_gradients(self) -> bool:
        return bool(self.gradients_before or self.gradients_after)

    def watch(self, module: Any) -> Watch | None:
        """What shows the gradients of one call to the hooks, if there are such."""
        if not self._sees_gradients:
            return None
        both = (self.gradients_before, self.gradients_after)
        return Watch(module, *([hook.call for hook in hooks.values()] for hooks in both))


def add(hooks: dict[int, Hook], hook: Hook, prepend: bool) -> RemovableHandle:
    """Put a hook last, or first."""
    earlier = dict(hooks)
    handle = RemovableHandle(hooks, hook)
    if prepend:
        for key, other in earlier.items():
            del hooks[key]
            hooks[key] = other
    return handle


def run(hooks: Hooks, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of `module.forward` between the hooks, which may change arguments and result."""
    args, kwargs = _before(hooks, module, args, kwargs)
    watch = hooks.watch(module)
    args = args if watch is None else watch.inputs(args)
    done: set[int] = set()
    result = None
    try:
        result = module.forward(*args, **kwargs)
        for key, hook in list(hooks.after.items()):
            done.add(key)
            changed = _call(hook, module, args, kwargs, result)
            result = result if changed is None else changed
        result = result if watch is None else watch.results(result)
    except BaseException:
        for key, hook in list(hooks.after.items()):
            if hook.always and key not in done:
                _call(hook, module, args, kwargs, result)
        raise
    return result


def _before(
    hooks: Hooks, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    for hook in list(hooks.before.values()):
        if hook.with_kwargs:
            args, kwargs = hook.call(module, args, kwargs) or (args, kwargs)
        else:
            changed = hook.call(module, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
    return args, kwargs


def _call(hook: Hook, module: Any, args: Any, kwargs: Any, result: Any) -> Any:
    given = (args, kwargs, result) if hook.with_kwargs else (args, result)
    return hook.call(module, *given)
