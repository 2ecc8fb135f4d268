"""What an op and a public function are: the records that the op table holds."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from hodu.dtypes import ANY, DType
from hodu.ops._autocast import Policy
from hodu.ops._gradients import Gradient, Rule, Vjp
from hodu.ops._samples import Array, Domain, S
from hodu.ops._schema import Param, Schema
from hodu.shapes import TensorType

Types: TypeAlias = "TensorType | tuple[TensorType, ...] | list[TensorType]"
DTypes: TypeAlias = frozenset[DType]


class Promote(enum.Enum):
    """How an op's tensor inputs are brought to one dtype."""

    NONE = enum.auto()
    COMMON = enum.auto()
    FLOAT = enum.auto()


@dataclass(frozen=True, slots=True, eq=False)
class OpDef:
    """One op of the table; the fields are described at the top of `hodu.ops._table`."""

    name: str
    schema: Schema
    doc: str
    family: str
    infer: Callable[..., Any] | None
    eager: Callable[..., Any] | None
    compose: Callable[..., Any] | None
    vjp: Vjp | None
    vjp_eager: Mapping[str, Gradient] | None
    nondiff: str | None
    autocast: Policy | None
    promote: Promote
    promoted: frozenset[str]
    prepare: Callable[..., Sequence[Any]] | None
    dtypes: Mapping[str, DTypes]
    samples: tuple[S, ...]
    domain: Domain
    methods: bool
    inplace: bool
    view: bool
    random: bool
    on_dims: bool | Callable[..., Any]
    public: bool
    where: tuple[str, ...]
    inputs: tuple[Param, ...]
    dim_attrs: tuple[str, ...]
    has_regions: bool
    plans: dict[Any, Any] = field(default_factory=dict, repr=False)
    same_dtype: dict[Any, Callable[..., Any]] = field(default_factory=dict, repr=False)
    with_number: dict[Any, Callable[..., Any]] = field(default_factory=dict, repr=False)
    rules: dict[tuple[bool, ...], Rule] = field(default_factory=dict, repr=False)

    def allowed(self, name: str) -> DTypes:
        """The dtypes that input `name` may have."""
        return self.dtypes.get(name, ANY)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDef:
    """A public function that is not an op: written over Tensors, registered by `@function`."""

    name: str
    call: Callable[..., Any]
    family: str
    methods: bool
    inplace: bool
    where: tuple[str, ...]


def as_array(value: Any) -> Array:
    """A kernel's result as an ndarray (NumPy gives scalars for 0-d results)."""
    return value if type(value) is np.ndarray else np.asarray(value)
