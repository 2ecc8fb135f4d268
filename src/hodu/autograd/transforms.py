"""Gradients of functions: `grad`, `value_and_grad`, `vjp`, `jvp`, `jacrev`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from hodu import tree
from hodu.autograd.engine import Pass
from hodu.dispatch.base import TensorBase, type_of, wrap, wrap_value
from hodu.dispatch.tape import Node, attach, edge_of, grad_enabled, next_number, require
from hodu.errors import ArgumentError, GradientError
from hodu.ops._table import F
from hodu.shapes import format_shape, numel
from hodu.source import location


class _Same(Node):
    """A tensor under another name, so that what reaches it by this name can be told apart."""

    __slots__ = ()

    def name(self) -> str:
        return "identity"

    def backward(self, cts: Sequence[Any], wanted: Sequence[bool]) -> Sequence[Any]:
        return cts


def _renamed(x: Any) -> Any:
    """`x` as another tensor, of which gradients can be asked."""
    copy = wrap(x._data) if x._data is not None else wrap_value(x._value)
    if x._node is None:
        return require(copy)
    return attach(copy, _Same([edge_of(x)], 1))


def _differentiable(argument: Any, what: str) -> tuple[list[Any], Any, Any]:
    """The tensors of an argument as starting points, the argument made of them, its structure."""
    leaves, structure = tree.flatten(argument)
    if not leaves:
        raise ArgumentError(f"{what} holds no tensor to differentiate by", where=location())
    renamed = [_renamed(x) for x in leaves]
    return renamed, tree.unflatten(structure, renamed), structure


class _Level:
    """One use of a transform: what was on the tape before it began is outside."""

    def __init__(self) -> None:
        self._start = next_number()
        self.records = grad_enabled.get()

    def reaches_outside(self, outputs: Sequence[Any]) -> bool:
        """Whether the outputs depend on something outside that is on the tape."""
        if not self.records:
            return False
        stack = [t._node for t in outputs if isinstance(t, TensorBase) and t._node is not None]
        seen = set(stack)
        while stack:
            node = stack.pop()
            if node.number < self._start:
                return True
            inputs = {e[0] for e in node.edges if e is not None} - seen
            seen |= inputs
            stack += inputs
        return False


def _gradients(
    outputs: Sequence[Any], cts: Sequence[Any], inputs: Sequence[Any], create: bool
) -> list[Any]:
    """The gradients of outputs that may not be on the tape; zeros where nothing arrives."""
    pairs = zip(outputs, cts, strict=True)
    roots = [(edge_of(o), ct) for o, ct in pairs if o._node is not None]
    edges = [edge_of(x) for x in inputs]
    found = Pass(targets=edges, retain=True, create=create).run(roots)
    given = [found.get(e) for e in edges if e is not None]
    return [F.zeros_like(x) if g is None else g for g, x in zip(given, inputs, strict=True)]


def _call(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    token = grad_enabled.set(True)
    try:
        return function(*args, **kwargs)
    finally:
        grad_enabled.reset(token)


def _detached(result: Any) -> Any:
    if isinstance(result, TensorBase):
        return result.detach()  # type: ignore[attr-defined]
    return tree.with_children(result, _detached)


def _one_number(value: Any) -> Any:
    if not isinstance(value, TensorBase) or numel(type_of(value).shape) != 1:
        shown = type(value).__name__
        if isinstance(value, TensorBase):
            shown = f"a tensor of shape {format_shape(type_of(value).shape)}"
        raise GradientError(
            f"the function to differentiate must return one number, not {shown}",
            where=location(),
            hint="reduce it, as in .sum(), or use hodu.vjp or hodu.jacrev",
        )
    return value


def _ones(x: Any) -> Any:
    t = type_of(x)
    return F.ones(t.shape, dtype=t.dtype)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns what `f` returns, one number, and its gradient.

    The gradient is by the positional argument `argnums` (a tuple of them for several), which may
    be a tensor or tuples, lists and dicts of tensors. With `has_aux` `f` returns (value, aux) and
    the result is ((value, aux), gradient). Gradients have gradients in turn.
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(f)
    def run(*args: Any, **kwargs: Any) -> Any:
        level, given, inputs, structures = _Level(), list(args), [], []
        for n in numbers:
            leaves, given[n], structure = _differentiable(args[n], f"argument {n}")
            inputs += leaves
            structures.append((len(leaves), structure))
        result = _call(f, given, kwargs)
        value = _one_number(result[0] if has_aux else result)
        outside = level.reaches_outside([value])
        rest = iter(_gradients([value], [_ones(value)], inputs, outside))
        found = [tree.unflatten(s, [next(rest) for _ in range(n)]) for n, s in structures]
        gradient = found[0] if isinstance(argnums, int) else tuple(found)
        return (result if outside else _detached(result)), gradient

    return run


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns the gradient of `f`, which returns one number.

    Arguments are those of `value_and_grad`; with `has_aux` the result is (gradient, aux).
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def run(*args: Any, **kwargs: Any) -> Any:
        result, gradient = both(*args, **kwargs)
        return (gradient, result[1]) if has_aux else gradient

    return run


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """`f(*primals)`, and the function from gradients of its results to those of `primals`.

    Results and gradients may be nested in tuples, lists and dicts. With `has_aux` `f` returns
    (output, aux), and aux comes third.
    """
    level = _Level()
    inputs, given, structure = _differentiable(tuple(primals), "vjp()")
    result = _call(f, given, {})
    output = result[0] if has_aux else result
    outputs, form = tree.flatten(output)
    outside = level.reaches_outside(outputs)

    def pull(cts: Any) -> Any:
        flat, own = tree.flatten(cts)
        if own != form:
            raise ArgumentError(f"gradients in the form {own} for outputs in {form}")
        create = grad_enabled.get() and (outside or any(ct._node is not None for ct in flat))
        return tree.unflatten(structure, _gradients(outputs, flat, inputs, create))

    output = output if outside else _detached(output)
    return (output, pull, result[1]) if has_aux else (output, pull)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """`f(*primals)` and its derivative in the direction `tangents`.

    Computed as the gradient of the backward pass, which is linear in the gradients that it starts
    from (J. Townsend, "A new trick for calculating Jacobian vector products", 2017), so that
    every function with a second derivative has it.
    """
    level = _Level()
    inputs, given, structure = _differentiable(tuple(primals), "jvp()")
    directions, form = tree.flatten(tuple(tangents))
    if form != structure:
        raise ArgumentError(f"tangents in the form {form} for primals in {structure}")
    result = _call(f, given, {})
    outputs, result_form = tree.flatten(result)
    starts = [require(F.zeros_like(o.detach())) for o in outputs]
    outside = level.reaches_outside([*outputs, *directions])
    slopes = _gradients(outputs, starts, inputs, True)
    found = _gradients(slopes, directions, starts, outside)
    output = result if outside else _detached(result)
    return output, tree.unflatten(result_form, found)


def jacrev(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """A function that returns the Jacobian of `f`, a tensor, by the tensor `argnums`.

    Its shape is that of the result followed by that of the argument; one backward pass for each
    element of the result.
    """

    @functools.wraps(f)
    def run(*args: Any) -> Any:
        def of_one(x: Any) -> Any:
            return f(*args[:argnums], x, *args[argnums + 1 :])

        output, pull = vjp(of_one, args[argnums])
        count = int(output.numel())
        basis = F.reshape(F.eye(count, dtype=output.dtype), (count, *output.shape))
        rows = [pull(basis[i])[0] for i in range(count)]
        shape = (*output.shape, *args[argnums].shape)
        if not rows:
            return F.zeros(shape, dtype=output.dtype)
        return F.reshape(F.stack(rows), shape)

    return run
