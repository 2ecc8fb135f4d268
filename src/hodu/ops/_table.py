"""The op table: what an op is, and the registry of all of them.

An op is one block in one of this folder's modules:

    @op("relu6(Tensor input) -> Tensor")
    class Relu6:
        \"\"\"Clamp to [0, 6].\"\"\"

        dtypes = NUMERIC                       # what the tensor inputs may be
        infer = same_as(0)                     # types in, types out; also over symbolic dims
        def eager(x: Array) -> Array: ...      # the meaning, in NumPy
        samples = [S((3, 4)), S((0,)), S(())]  # drive the tests and the docs

The class is only a namespace. Its entries:

    promote   Promote.COMMON: the tensor inputs are cast to their common dtype first;
              Promote.FLOAT: the same, and integers and bools become f32; default: no casts
    promoted  names of the inputs that `promote` concerns; default: all of them
    prepare   (inputs as given) -> inputs, where numbers that overflow the dtype need care
    dtypes    dtypes allowed for those inputs (after promotion), or {input name: dtypes}
    infer     (types and attributes, as in the schema) -> TensorType, a tuple or a list of them
    eager     (arrays and attributes) -> array, tuple or list; pure NumPy, no Hodu calls
    compose   (Tensors and attributes) -> Tensor(s), for an op written in other ops through `F`;
              a composite may also give `eager` (faster) and `infer`, else both follow from it
    vjp       the gradient, in public ops through `F`: {input name: function}, or one function for
              all inputs (see below); a composite needs none, its parts have theirs
    vjp_eager the functions of a `vjp` by inputs once more, on NumPy arrays: faster, for a backward
              pass through which no gradient goes in turn. Not needed where they name nothing but
              their parameters, because operators take arrays too
    nondiff   why the op has no gradient, where that is so ("an index", "a comparison")
    autocast  the dtype of the float inputs in a region of `hodu.autocast`: "low" is that of the
              region, "f32" that, "widest" the widest of theirs (what `promote` does anyway)
    samples   sample calls; domain = (low, high) bounds their values
    methods   Tensor methods: True (default when the first parameter is a Tensor) or False
    inplace   whether the method also exists as `name_`, writing into its first argument
    view      whether the result may share memory with the first input
    random    whether each call differs, so that a capture records it even without captured inputs
    on_dims   whether the kernel also runs on object arrays of dimensions (shape arithmetic), or
              the kernel that does
    public    False hides the function (`F._name`): a `@function` of that name stands before it
    where     further public modules that show the function: "nn.functional", "linalg", or
              "linalg:inv" under another name

The functions of `vjp` say by the names of their parameters what they need, and only that is kept
until the backward pass:

    ct, out             the gradient of the result and the result; tuples where there are several
                        (None for a result that has no gradient)
    NAME, ct_NAME       of an op with several results: the one called NAME, and its gradient
    NAME                the input or attribute called NAME; inputs are tensors after promotion
    NAME_type, out_type the TensorType of an input or of the result, for which no data is kept
    needs               which inputs need gradients: one bool each

    vjp = {"input": lambda ct, other: ct * other, "other": lambda ct, input: ct * input}

A function for one input returns its gradient: a tensor, a list of them for a list of tensors, or
None for zero. A function for all inputs, `def vjp(ct, out, input, weight, dim)`, returns a tuple
of these in the order of the schema; an entry may be a function of no arguments, which is called
only if that gradient is needed. Gradients of broadcast inputs are summed to their shape by the
caller.

A plain Python function over Tensors that picks between ops, or spells one differently, is
registered with `@function`; it is public too, but no node of a Snapshot. One whose name starts
with "_" is shown only by the modules in `where`. `@method` registers one that exists only as a
Tensor method, `alias` gives a function further names.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar

from hodu.dtypes import ANY
from hodu.errors import ArgumentError
from hodu.ops import _autocast
from hodu.ops._record import DTypes as DTypes
from hodu.ops._record import FunctionDef as FunctionDef
from hodu.ops._record import OpDef as OpDef
from hodu.ops._record import Promote as Promote
from hodu.ops._record import Types as Types
from hodu.ops._record import as_array as as_array
from hodu.ops._samples import Array as Array
from hodu.ops._schema import Schema, parse_schema
from hodu.source import location


class Registry(dict[str, OpDef]):
    """The ops by name. A family is imported when one of its ops is first looked up.

    Iteration sees the families that are imported; `hodu.ops._families` imports all of them.
    """

    def __missing__(self, name: str) -> OpDef:
        self._import_family(name)
        if not self.is_defined(name):
            raise KeyError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return self.get(name) is not None

    def is_defined(self, name: object) -> bool:
        """Whether an op of this name is there already; imports nothing."""
        return dict.__contains__(self, name)

    def get(self, name: Any, default: Any = None) -> Any:
        """The op called `name`, or `default`."""
        if not self.is_defined(name):
            self._import_family(name)
        return dict.get(self, name, default)

    def _import_family(self, name: object) -> None:
        from hodu.ops._family_of import FAMILY_OF

        if name in FAMILY_OF:
            importlib.import_module(f"hodu.ops.{FAMILY_OF[name]}")


REGISTRY = Registry()
FUNCTIONS: dict[str, FunctionDef] = {}
METHODS: dict[str, FunctionDef] = {}
ALIASES: dict[str, str] = {}
_Class = TypeVar("_Class", bound=type)
_Call = TypeVar("_Call", bound=Callable[..., Any])


def op(schema: str) -> Callable[[_Class], _Class]:
    """Register the decorated class as the block of an op with this schema."""

    def register(block: _Class) -> _Class:
        opdef = opdef_of(
            parse_schema(schema), dict(vars(block)), block.__module__.rsplit(".", 1)[-1]
        )
        if REGISTRY.is_defined(opdef.name):
            raise ValueError(f"op {opdef.name!r} is defined twice")
        REGISTRY[opdef.name] = opdef
        if opdef.autocast is not None:
            _autocast.watch([opdef.plans, opdef.same_dtype, opdef.with_number])
        return block

    return register


_ENTRIES = frozenset(OpDef.__dataclass_fields__) - {
    "name",
    "schema",
    "doc",
    "family",
    "plans",
    "same_dtype",
    "with_number",
    "rules",
    "inputs",
    "dim_attrs",
    "has_regions",
}


def opdef_of(schema: Schema, block: dict[str, Any], family: str) -> OpDef:
    """The op of a schema and the entries of its block; raises ValueError for unknown ones."""
    unknown = {k for k in block if not k.startswith("_")} - _ENTRIES
    if unknown or not block.get("__doc__"):
        raise ValueError(f"op {schema.name!r}: unknown entries {sorted(unknown)} or no docstring")
    tensors = [p.name for p in schema.inputs]
    promoted = frozenset(block.get("promoted", tensors))
    return OpDef(
        name=schema.name,
        schema=schema,
        doc=block["__doc__"],
        family=family,
        infer=block.get("infer"),
        eager=block.get("eager"),
        compose=block.get("compose"),
        vjp=block.get("vjp"),
        vjp_eager=block.get("vjp_eager"),
        nondiff=block.get("nondiff"),
        autocast=block.get("autocast"),
        promote=block.get("promote", Promote.NONE),
        promoted=promoted,
        prepare=block.get("prepare"),
        dtypes=_dtypes_by_input(block.get("dtypes", ANY), tensors, promoted),
        samples=tuple(block.get("samples", ())),
        domain=block.get("domain", (-3.0, 3.0)),
        methods=block.get("methods", bool(schema.params) and schema.params[0].type == "Tensor"),
        inplace=block.get("inplace", False),
        view=block.get("view", False),
        random=block.get("random", False),
        on_dims=block.get("on_dims", False),
        public=block.get("public", True),
        where=tuple(block.get("where", ())),
        inputs=schema.inputs,
        dim_attrs=tuple(p.name for p in schema.attrs if p.type in ("Dim", "Dim[]")),
        has_regions=any(p.type == "Snapshot" for p in schema.attrs),
    )


def _dtypes_by_input(
    dtypes: DTypes | Mapping[str, DTypes], tensors: Iterable[str], promoted: frozenset[str]
) -> Mapping[str, DTypes]:
    if isinstance(dtypes, Mapping):
        return dtypes
    return {name: dtypes for name in tensors if name in promoted}


def function(
    *,
    methods: bool = True,
    inplace: bool = False,
    where: Iterable[str] = (),
    name: str | None = None,
    autocast: _autocast.Policy | None = None,
) -> Callable[[_Call], _Call]:
    """Register a plain function over Tensors as public, and as a Tensor method if `methods`.

    With `inplace`, or when it stands before an op that has it, the method `name_` exists too.
    `autocast` is that of an op, for all its tensors.
    """

    def register(call: _Call) -> _Call:
        family = call.__module__.rsplit(".", 1)[-1]
        public = name or call.__name__.rstrip("_")
        known = REGISTRY.is_defined(public)
        hidden = known and not REGISTRY[public].public
        if public in FUNCTIONS or (known and not hidden):
            raise ValueError(f"function {public!r} is defined twice")
        shadows_inplace = hidden and REGISTRY[public].inplace
        call = _explained(call, autocast)
        FUNCTIONS[public] = FunctionDef(
            public, call, family, methods, inplace or shadows_inplace, tuple(where)
        )
        return call

    return register


def _explained(call: _Call, autocast: _autocast.Policy | None) -> _Call:
    """`call`, but a list or a number where it takes a tensor is an error that says so."""
    run = call if autocast is None else _autocast.casting(call, autocast, lambda x, t: F.cast(x, t))

    @functools.wraps(call)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except AttributeError as error:  # what has no .shape is no tensor
            wrong = _no_tensors(call, args, kwargs)
            if not wrong:
                raise
            name, value = wrong[0]
            raise ArgumentError(
                f"{call.__name__}() takes a tensor for {name!r}, not {type(value).__name__}",
                where=location(),
                hint="make a tensor of it first, with hodu.tensor(...)",
            ) from error

    return checked  # type: ignore[return-value]


def _no_tensors(
    call: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    signature = inspect.signature(call)
    given = signature.bind(*args, **kwargs).arguments
    wanted = [n for n, p in signature.parameters.items() if p.annotation == "Tensor"]
    return [(n, given[n]) for n in wanted if n in given and not hasattr(given[n], "numel")]


def method(*, inplace: bool = False, name: str | None = None) -> Callable[[_Call], _Call]:
    """Register a plain function over Tensors that exists only as a Tensor method."""

    def register(call: _Call) -> _Call:
        family = call.__module__.rsplit(".", 1)[-1]
        public = name or call.__name__.rstrip("_")
        if public in METHODS:
            raise ValueError(f"method {public!r} is defined twice")
        METHODS[public] = FunctionDef(public, call, family, True, inplace, ())
        return call

    return register


def alias(target: str, *names: str) -> None:
    """Give the function `target`, and its methods, further public names."""
    if not REGISTRY.is_defined(target) and target not in FUNCTIONS:
        raise ValueError(f"there is no function {target!r} to give other names")
    for name in names:
        if name in ALIASES:
            raise ValueError(f"alias {name!r} is defined twice")
        ALIASES[name] = target


class _Functions:
    """The public functions by name, for composites: `F.where(c, x, y)`.

    Bound by `hodu.functional` when it is imported, because the functions stand above the table.
    """

    def bind(self, functions: ModuleType) -> None:
        """Make the functions of a module reachable as attributes."""
        self._module = functions

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self._module, name)
        setattr(self, name, found)
        return found


F = _Functions()
