"""hodu/_methods.py: every op and function whose first argument is a tensor, as a typed method."""

from __future__ import annotations

import inspect
import re

from hodu.ops._table import ALIASES, FUNCTIONS, METHODS, REGISTRY, FunctionDef, OpDef
from tools.generate_functions import HEADER
from tools.generate_signatures import forwarded, parameters, result, result_class

_CLASS = """class TensorMethods(TensorBase):
    \"\"\"The methods of `Tensor` that follow from the op table.\"\"\"

    __slots__ = ()

    def _self(self) -> Tensor:
        raise NotImplementedError

"""
_RUNTIME = {
    "builtins.": "import builtins",
    "Callable[": "from collections.abc import Callable",
    "Sequence[": "from collections.abc import Sequence",
    "Any": "from typing import Any",
    "assign(": "from hodu.dispatch.inplace import assign",
}
_TYPES = {
    "Device": "from hodu.devices import Device",
    "Dim": "from hodu.dims import Dim",
    "DType": "from hodu.dtypes import DType",
    "DTypeLike": "from hodu.dtypes import DTypeLike",
    "Number": "from hodu.dtypes import Number",
    "Generator": "from hodu.random import Generator",
    "Array": "from hodu.ops._table import Array",
}
_BUILTINS = re.compile(r"(?<![.\w\"])(bool|int|float|str|list|tuple|dict|slice|object|type)\b(?!=)")


def modules() -> dict[str, str]:
    """File name -> text."""
    ops = {o.name: o for o in REGISTRY.values() if o.methods and o.public}
    functions = {f.name: f for f in FUNCTIONS.values() if f.methods} | METHODS
    blocks: dict[str, str] = {}
    for name in sorted(ops.keys() | functions.keys()):
        taken = name in ops and name not in METHODS
        blocks[name] = _op_method(ops[name]) if taken else _function_method(functions[name])
    for name, target in sorted(ALIASES.items()):
        if target in blocks:
            blocks[name] = _alias(name, target, f"def {target}_(" in blocks[target])
    body = "\n\n".join(blocks.values())
    several = sorted((o for o in ops.values() if _several(o)), key=lambda o: o.name)
    results = [
        f"from hodu.functional._generated.{o.family} import {result_class(o)}" for o in several
    ]
    own = [f"from {m.call.__module__} import {m.call.__name__}" for m in METHODS.values()]
    head = HEADER.format(title="Tensor methods.") + _imports(body, results, own)
    return {"src/hodu/_methods.py": head + _CLASS + body}


def _imports(body: str, results: list[str], own: list[str]) -> str:
    runtime = [line for token, line in _RUNTIME.items() if token in body]
    typing = [line for name, line in _TYPES.items() if re.search(rf"\b{name}\b", body)]
    lines = [
        *runtime,
        "from typing import TYPE_CHECKING",
        "import hodu.functional as _f",
        "from hodu.dispatch.base import TensorBase",
        *own,
        "if TYPE_CHECKING:",
        *(f"    {line}" for line in [*typing, *results, "from hodu._tensor import Tensor"]),
    ]
    return "\n".join(lines) + "\n\n\n"


def _several(op: OpDef) -> bool:
    return op.schema.results is not None and len(op.schema.results) > 1


def _first_line(doc: str) -> str:
    return doc.strip().splitlines()[0]


def _op_method(op: OpDef) -> str:
    doc = f'        """{_first_line(op.doc)}"""'
    head = f"    def {op.name}({parameters(op, method=True)}) -> {result(op)}:"
    text = f"{head}\n{doc}\n        return _f.{op.name}({forwarded(op)})\n"
    if op.inplace:
        doc = f'        """`{op.name}` in place."""'
        head = f"    def {op.name}_({parameters(op, method=True)}) -> Tensor:"
        call = f"return assign(self, _f.{op.name}({forwarded(op)}))"
        text += f"\n{head}\n{doc}\n        {call}\n"
    return text


def _function_method(function: FunctionDef) -> str:
    signature = inspect.signature(function.call)
    first, *rest = signature.parameters.values()
    shown = signature.replace(
        parameters=[first.replace(name="self", annotation=first.empty), *rest]
    )
    args = ["self._self()"]
    for p in rest:
        prefix = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        args.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else f"{prefix}{p.name}")
    text = _BUILTINS.sub(r"builtins.\1", _unquote(str(shown)))
    doc = f'        """{_first_line(function.call.__doc__ or "")}"""'
    only_method = METHODS.get(function.name) is function
    target = function.call.__name__ if only_method else f"_f.{function.name}"
    call = f"return {target}({', '.join(args)})"
    method = f"    def {function.name}{text}:\n{doc}\n        {call}\n"
    if not function.inplace:
        return method
    doc = f'        """`{function.name}` in place."""'
    call = f"return assign(self, {target}({', '.join(args)}))"
    return f"{method}\n    def {function.name}_{text}:\n{doc}\n        {call}\n"


def _alias(name: str, target: str, inplace: bool) -> str:
    return f"    {name} = {target}\n" + (f"    {name}_ = {target}_\n" if inplace else "")


def _unquote(signature: str) -> str:
    """The signature without the quotes that postponed annotations carry."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature)
