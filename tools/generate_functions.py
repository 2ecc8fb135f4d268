"""The modules of hodu.functional: one typed function for each op, one module for each family."""

from __future__ import annotations

from collections import defaultdict

from hodu.ops._table import ALIASES, FUNCTIONS, REGISTRY, OpDef
from tools.generate_signatures import conversion, parameters, result, result_class

HEADER = '''"""{title}

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

'''


def modules() -> dict[str, str]:
    """File name -> text, for each family and the package itself."""
    families: dict[str, list[OpDef]] = defaultdict(list)
    for op in REGISTRY.values():
        families[op.family].append(op)
    texts = {
        f"src/hodu/functional/_generated/{f}.py": _module(f, ops) for f, ops in families.items()
    }
    texts["src/hodu/functional/__init__.py"] = _package()
    texts["src/hodu/functional/_generated/__init__.py"] = (
        '"""One module for each family of ops."""\n'
    )
    texts["src/hodu/ops/_family_of.py"] = _family_of()
    return texts


def _module(family: str, ops: list[OpDef]) -> str:
    body = "\n\n".join(_function(op) for op in sorted(ops, key=lambda o: o.name))
    return (
        HEADER.format(title=f"Functions of the ops in hodu.ops.{family}.")
        + _used_imports(body)
        + body
    )


def _used_imports(body: str) -> str:
    """Only the imports that `body` uses, so that the linters have nothing to say."""
    kinds = ("dim", "dims", "float", "floats", "int", "ints", "scalar", "str")
    converters = [f"as_{kind}" for kind in kinds if f"as_{kind}(" in body]
    typing = ["TYPE_CHECKING"] + (["NamedTuple"] if "NamedTuple" in body else [])
    lines = ["import builtins"] if "builtins." in body else []
    lines += ["from collections.abc import Sequence"] if "Sequence[" in body else []
    lines += [
        f"from typing import {', '.join(typing)}",
        "",
        "from hodu.dispatch.apply import apply",
    ]
    lines += [f"from hodu.dispatch.attrs import {', '.join(converters)}"] if converters else []
    lines += ["from hodu.dtypes import as_dtype"] if "as_dtype(" in body else []
    lines += ["from hodu.ops._table import REGISTRY", "", "if TYPE_CHECKING:"]
    lines += (
        ["    from hodu.dims import Dim"]
        if "Dim |" in body or ": Dim" in body or "[Dim]" in body
        else []
    )
    lines += ["    from hodu.dtypes import DTypeLike"] if "DTypeLike" in body else []
    lines += ["    from hodu.snapshot.ir import Snapshot"] if ": Snapshot" in body else []
    lines += ["    from hodu._tensor import Tensor", "", ""]
    return "\n".join(lines)


def _function(op: OpDef) -> str:
    name = op.name if op.public else f"_{op.name}"
    inputs = "".join(f"{p.name}, " for p in op.schema.inputs)
    attrs = ", ".join(f'"{p.name}": {conversion(p)}' for p in op.schema.attrs)
    call = f"apply(_{op.name.upper()}, ({inputs}), {{{attrs}}})"
    several = op.schema.results is not None and len(op.schema.results) > 1
    lines = [f'_{op.name.upper()} = REGISTRY["{op.name}"]', ""]
    if several:
        lines.insert(0, _result_tuple(op, name))
        call = f"{result_class(op)}(*{call})"
    doc = op.doc.rstrip()
    return "\n".join(
        [
            *lines,
            f"def {name}({parameters(op)}) -> {result(op)}:",
            f'    """{_docstring(doc)}"""',
            f"    return {call}",
            "",
        ]
    )


def _result_tuple(op: OpDef, name: str) -> str:
    fields = "\n".join(f"    {r}: Tensor" for r in op.schema.results or ())
    doc = f'    """Results of `{name}`."""'
    return f"class {result_class(op)}(NamedTuple):\n{doc}\n\n{fields}\n\n"


def _docstring(doc: str) -> str:
    lines = doc.splitlines()
    return lines[0] if len(lines) == 1 else doc + "\n    "


def _package() -> str:
    """The package: explicit imports for type checkers, each module imported on first use."""
    targets = {o.name: o.name for o in REGISTRY.values() if o.public}
    targets |= {name: name for name in FUNCTIONS} | ALIASES
    homes = {name: _home(target) for name, target in targets.items()}
    homes |= {f"_{o.name}": _home(o.name, op=True) for o in REGISTRY.values() if not o.public}
    listed = sorted(homes.items())
    imports = [f"    from {m} import {attr} as {name}" for name, (m, attr) in listed]
    places = [f'    "{name}": "{module}:{attr}",' for name, (module, attr) in listed]
    names = ",\n".join(f'    "{n}"' for n in sorted(homes) if not n.startswith("_"))
    return "\n".join(
        [
            HEADER.format(title="Every public function, by the name that users call it."),
            "import sys",
            "from typing import TYPE_CHECKING",
            "from hodu._lazy import attach",
            "from hodu.ops._table import F",
            "if TYPE_CHECKING:",
            *imports,
            f"\n__all__ = [\n{names},\n]\n",
            "_HOMES = {",
            *places,
            "}",
            "attach(__name__, _HOMES)",
            "F.bind(sys.modules[__name__])\n",
        ]
    )


def _home(name: str, *, op: bool = False) -> tuple[str, str]:
    """The module in which a function stands, and its name there."""
    if name in FUNCTIONS and not op:
        call = FUNCTIONS[name].call
        return call.__module__, call.__name__
    entry = REGISTRY[name]
    return f"hodu.functional._generated.{entry.family}", name if entry.public else f"_{name}"


def _family_of() -> str:
    lines = [f'    "{o.name}": "{o.family}",' for o in sorted(REGISTRY.values(), key=_by_name)]
    head = HEADER.format(title="The family that defines each op.")
    return "\n".join([head, "FAMILY_OF = {", *lines, "}\n"])


def _by_name(op: OpDef) -> str:
    return op.name
