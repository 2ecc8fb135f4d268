"""The base of the optimizers: parameter groups, states, and writing what an update computes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.autograd.modes import enable_grad, no_grad
from hodu.dispatch.base import recorder
from hodu.dispatch.inplace import assign
from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim import _blocks as blocks
from hodu.optim._arithmetic import ELEMENTWISE, SCALARS, Hyper, State, Update, counted
from hodu.optim._checks import Implementation, check_ranges, implementation
from hodu.optim._group import ParamGroup
from hodu.source import location

Params: TypeAlias = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]


class Optimizer:
    """Updates parameters in place by their gradients.

    `params` are tensors, pairs of name and tensor, or dicts with such "params" and hyperparameters
    of their own. A subclass says what its state is and gives the update as a pure function; this
    class keeps both, in eager code and in captures. `lifted` names the hyperparameters that may
    change between the runs of a captured step.
    """

    lifted: ClassVar[tuple[str, ...]] = ("lr",)

    def __init__(
        self, params: Params, defaults: Mapping[str, Any], options: Implementation | None = None
    ) -> None:
        self.defaults = {**defaults, **implementation(options or {})}
        check_ranges(self.defaults)
        self.state: defaultdict[Tensor, dict[str, Tensor]] = defaultdict(dict)
        self.param_groups: list[ParamGroup] = []
        self._left_out: Tensor | None = None
        if isinstance(params, Tensor):
            raise ArgumentError(
                "params is one tensor, where a list of them is asked for",
                where=location(),
                hint="write [param]",
            )
        given: list[Any] = list(params)
        if not given:
            raise ValueRangeError("optimizer got an empty parameter list", where=location())
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    # -- what a subclass gives --------------------------------------------------------------

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The state of a parameter before its first step, by PyTorch's names."""
        raise NotImplementedError

    @staticmethod
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """The new parameter and the new states, as a pure function over tensors.

        `hyper` holds numbers or 0-d tensors; `state["step"]` is the number of this step, from 1.
        """
        raise NotImplementedError

    # -- groups -----------------------------------------------------------------------------

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add parameters with hyperparameters of their own; the rest are the defaults."""
        if not isinstance(param_group, Mapping) or "params" not in param_group:
            raise ArgumentError(
                f"a parameter group is a dict with the key 'params', not {param_group!r}",
                where=location(),
            )
        names, params = _named(param_group["params"])
        entries = {**self.defaults, **param_group, "params": params}
        if names:
            entries["param_names"] = names
        check_ranges(entries)
        self._check_new(params)
        self.param_groups.append(ParamGroup(entries, self.lifted))

    def _check_new(self, params: list[Tensor]) -> None:
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for param in params:
            if id(param) in known:
                raise ValueRangeError(
                    "some parameters appear more than once in the optimizer",
                    where=location(),
                    hint="give each parameter once, in one group",
                )
            known.add(id(param))

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or make them zero."""
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    param.grad = None if set_to_none else f.zeros_like(param.grad)

    # -- steps ------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; returns what `closure` returns.

        `closure` computes the loss and the gradients anew.
        """
        with enable_grad():
            loss = None if closure is None else closure()
        with no_grad():
            for group in self.param_groups:
                hyper = group.hyper()
                params = [p for p in group["params"] if p.grad is not None]
                if recorder() is None and self.update in ELEMENTWISE:
                    params = self._advance_in_blocks(params, hyper)
                for param in params:
                    self._advance(param, param.grad.detach(), hyper)
        return loss

    def _advance_in_blocks(self, params: list[Tensor], hyper: Hyper) -> list[Tensor]:
        """Update eager parameters; returns those whose memory is not plain enough for that."""
        jobs = [(p, blocks.job(p, p.grad, self._state_of(p, hyper))) for p in params]
        blocks.advance(self.update, [job for _, job in jobs if job is not None], hyper)
        return [param for param, job in jobs if job is None]

    def _advance(self, param: Tensor, grad: Tensor, hyper: Hyper) -> None:
        state = self._state_of(param, hyper)
        active = recorder()
        if active is None:
            seen = counted(state)
        else:
            state = {name: active.lift_state(s, name) for name, s in state.items()}
            seen = _counted_captured(state)
        result, changed = self.update(param, grad, seen, hyper)
        if active is not None and "step" in state:
            self._write(state["step"], state["step"] + 1)
        for name, value in changed.items():
            self._write(state[name], value)
        self._write(param, result)

    def _write(self, target: Any, value: Any) -> None:
        assign(target, value if self._left_out is None else f.where(self._left_out, target, value))

    @contextmanager
    def left_out_where(self, condition: Tensor) -> Iterator[None]:
        """Let captured steps in the block change nothing in runs in which `condition` is true."""
        self._left_out = condition
        try:
            yield
        finally:
            self._left_out = None

    def _state_of(self, param: Tensor, hyper: Hyper) -> dict[str, Any]:
        state = self.state[param]
        if not state:
            state.update(self.create_state(param, hyper))
        return state

    # -- saving -----------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """States by the number of their parameter, and the groups; PyTorch's layout and keys."""
        numbers = {id(p): i for i, p in enumerate(self._params())}
        groups = [
            {**group.data, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {numbers[id(p)]: dict(s) for p, s in self.state.items() if s}
        return {"state": dict(sorted(state.items())), "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave here or in PyTorch; raises ValueRangeError.

        States that are there already are written in place, so that compiled steps see them.
        """
        saved = state_dict["param_groups"]
        self._check_groups(saved)
        numbers = [number for group in saved for number in group["params"]]
        states = state_dict["state"]
        for number, param in zip(numbers, self._params(), strict=True):
            self._load_state(param, states.get(number, {}))
        for group, entries in zip(self.param_groups, saved, strict=True):
            group.update({k: v for k, v in entries.items() if k != "params"})

    def _load_state(self, param: Tensor, saved: Mapping[str, Any]) -> None:
        state = self.state[param]
        loaded = {k: _as_state(k, v, param) for k, v in saved.items() if v is not None}
        for name in state.keys() - loaded.keys():
            del state[name]
        for name, value in loaded.items():
            if name in state and state[name].shape == value.shape:
                assign(state[name], value)
            else:
                state[name] = value

    def _check_groups(self, saved: list[Mapping[str, Any]]) -> None:
        have = [len(group["params"]) for group in self.param_groups]
        want = [len(group["params"]) for group in saved]
        if have != want:
            raise ValueRangeError(
                f"the saved groups have {want} parameters, those of this optimizer {have}",
                where=location(),
                hint="make the optimizer over the same model, with the same groups",
            )

    def _params(self) -> list[Tensor]:
        return [param for group in self.param_groups for param in group["params"]]

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {number}")
            lines += [f"    {k}: {v}" for k, v in sorted(group.items()) if k != "params"]
        return "\n".join([*lines, ")"])


def _named(params: Any) -> tuple[list[str], list[Tensor]]:
    """The names, if there are any, and the tensors."""
    if isinstance(params, (set, frozenset)):
        raise ArgumentError(
            "parameters in a set have no order, so their states could not be saved",
            where=location(),
            hint="use a list",
        )
    given = [params] if isinstance(params, Tensor) else list(params)
    names = [entry[0] for entry in given if isinstance(entry, tuple)]
    tensors = [entry[1] if isinstance(entry, tuple) else entry for entry in given]
    if names and len(names) != len(tensors):
        raise ValueRangeError("some parameters have names and some have none", where=location())
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise ArgumentError(
                f"an optimizer updates tensors, not {type(tensor).__name__}", where=location()
            )
        if not tensor.is_leaf:
            raise ValueRangeError(
                "can't optimize a non-leaf Tensor: its value is computed anew from others",
                where=location(),
                hint="optimize what it is computed from, or tensor.detach().requires_grad_()",
            )
        if not tensor.is_floating_point():
            raise ArgumentError(f"a parameter of {tensor.dtype} has no gradient", where=location())
    return names, tensors


def _counted_captured(state: dict[str, Any]) -> State:
    """The state with the number of this step as a 0-d f64 tensor."""
    if "step" not in state:
        return state
    return {**state, "step": (state["step"] + 1).to("f64")}


def _as_state(name: str, value: Any, param: Tensor) -> Tensor:
    """A copy of a saved state in the dtype that it has for `param`."""
    tensor = f.tensor(value)
    return tensor if name in SCALARS else tensor.to(param.dtype)
