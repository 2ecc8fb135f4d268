"""The base class of all modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from hodu._tensor import Tensor
from hodu.devices import Device, require_cpu
from hodu.dtypes import DType, DTypeLike, as_dtype, bf16, f16, f32, f64
from hodu.errors import ArgumentError, DTypeError, UnsupportedError
from hodu.nn import _hooks
from hodu.nn._hooks import Hook, Hooks, RemovableHandle
from hodu.nn._state_dict import Stateful
from hodu.nn._writing import write
from hodu.nn.parameter import Parameter
from hodu.source import location


class Module(Stateful):
    """A part of a network: parameters, buffers and further modules, and a `forward`.

    Assigned to attributes, `Parameter`s, `Buffer`s and modules are registered by their names.
    Calling a module runs its hooks and `forward`.
    """

    training: bool

    def __init__(self) -> None:
        super().__init__()
        self.training = True
        self._hooks = Hooks()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; a module defines its own."""
        raise UnsupportedError(f"{type(self).__name__} has no forward()", where=location())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward` between the hooks."""
        if self._hooks:
            return _hooks.run(self._hooks, self, args, kwargs)
        return self.forward(*args, **kwargs)

    # -- hooks ------------------------------------------------------------------------------

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Run `hook(module, args)` before `forward`; what it returns replaces the arguments.

        With `with_kwargs` it is `hook(module, args, kwargs)` and returns both.
        """
        return _hooks.add(self._hooks.before, Hook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Run `hook(module, args, result)` after `forward`; what it returns replaces the result.

        With `with_kwargs` it is `hook(module, args, kwargs, result)`; with `always_call` it runs
        also when `forward` raises.
        """
        return _hooks.add(self._hooks.after, Hook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Run `hook(module, grad_output)` before gradients go back through the module.

        What it returns replaces the gradients of the results.
        """
        return _hooks.add(self._hooks.gradients_before, Hook(hook), prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Run `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        What it returns replaces them. `grad_input` holds one for each positional argument, None
        for those without, and is empty when no argument requires grad.
        """
        return _hooks.add(self._hooks.gradients_after, Hook(hook), prepend)

    # -- parts ------------------------------------------------------------------------------

    def get_submodule(self, target: str) -> Module:
        """The module of this dotted name; "" is this one. Raises AttributeError."""
        found: Any = self
        for name in target.split(".") if target else ():
            found = getattr(found, name)
            if not isinstance(found, Module):
                raise AttributeError(f"{name!r} in {target!r} is no module")
        return found

    def set_submodule(self, target: str, module: Module) -> None:
        """Put a module in the place of this dotted name."""
        place, _, name = target.rpartition(".")
        self.get_submodule(place).add_module(name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of this dotted name; raises AttributeError."""
        found = self._part(target)
        if not isinstance(found, Parameter):
            raise AttributeError(f"{target!r} is no parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of this dotted name; raises AttributeError."""
        place, _, name = target.rpartition(".")
        found = self.get_submodule(place)._buffers.get(name)
        if found is None:
            raise AttributeError(f"{target!r} is no buffer")
        return found

    def _part(self, target: str) -> Any:
        place, _, name = target.rpartition(".")
        return getattr(self.get_submodule(place), name)

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Call `fn` with every module within, then with this one; returns this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # -- modes ------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Set this module and all within it to training, or to evaluation; returns it."""
        if not isinstance(mode, bool):
            raise ArgumentError(f"train(mode={mode!r})", hint="mode is True or False")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set this module and all within it to evaluation; returns it."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let all parameters be trained, or none; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zeros."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                write(parameter.grad.detach_(), parameter.grad * 0)

    # -- dtypes -----------------------------------------------------------------------------

    def to(
        self,
        *args: Any,
        dtype: DTypeLike | None = None,
        device: Device | str | None = None,
        non_blocking: bool = False,
    ) -> Self:
        """Cast the floating-point parameters and buffers, in place; returns the module.

        Called as to(dtype), to(device), to(device, dtype) or to(other tensor).
        """
        for arg in args:
            if isinstance(arg, Tensor):
                dtype, device = arg.dtype, arg.device
            elif isinstance(arg, Device) or (isinstance(arg, str) and _is_device(arg)):
                device = arg
            elif arg is not None and not isinstance(arg, bool):
                dtype = as_dtype(arg)
        require_cpu(device)
        return self if dtype is None else self._cast(as_dtype(dtype))

    def _cast(self, dtype: DType) -> Self:
        if not dtype.is_float:
            raise DTypeError(
                f"a module is cast to floats, not to {dtype}", hint="integers keep their dtype"
            )
        for tensor in (*self.parameters(), *self.buffers()):
            for part in (tensor, tensor.grad):
                if part is not None and part.dtype.is_float:
                    part._data = part.detach().to(dtype)._data
        return self

    def float(self) -> Self:
        """`to` f32."""
        return self._cast(f32)

    def double(self) -> Self:
        """`to` f64."""
        return self._cast(f64)

    def half(self) -> Self:
        """`to` f16."""
        return self._cast(f16)

    def bfloat16(self) -> Self:
        """`to` bf16."""
        return self._cast(bf16)

    def cpu(self) -> Self:
        """The module itself: eager tensors live in host memory."""
        return self

    # -- display ----------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What `repr` shows in parentheses: the options of the module."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        parts = [f"({n}): {_indented(repr(m))}" for n, m in self._modules.items()]
        name = self._get_name()
        if not parts:
            return f"{name}({_indented(extra)})"
        lines = [*extra.split("\n"), *parts] if extra else parts
        return "\n  ".join([f"{name}(", *lines]) + "\n)"

    def _get_name(self) -> str:
        return type(self).__name__


def _is_device(name: str) -> bool:
    from hodu.devices import KINDS

    return name.split(":")[0] in KINDS


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
