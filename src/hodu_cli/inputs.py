"""The inputs of a run: from files, images, stdin and literals to arrays that fit the model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hodu.artifact import ArtifactTensorInfo
from hodu.dtypes import FROM_NUMPY
from hodu.errors import ArgumentError, DTypeError, FormatError
from hodu.ops._table import Array
from hodu.plugins import manager
from hodu.shapes import TensorType
from hodu.snapshot.interp import bind
from hodu.snapshot.ir import Value
from hodu_cli import images, literals
from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.streams import readable

# Between inputs stand the commas that a NAME= follows; others belong to a list.
_COMMA = re.compile(r",(?=[^,=\[\]()]+=)")


@dataclass(frozen=True, slots=True)
class InputOptions:
    """How inputs are read: image options, and whether dtypes are cast."""

    image: images.ImageOptions = field(default_factory=images.ImageOptions)
    cast: bool = False


def parse_specs(
    single: Iterable[str] | None,
    lists: Iterable[str] | None,
    infos: Sequence[ArtifactTensorInfo],
    spare: Iterable[str] = (),
) -> dict[str, str]:
    """What was given for each input, from `-i name=value` and `-I a=x,b=y`.

    A value without a name is for the only input; a file without a name may hold all inputs under
    their names, and `@rand` and the like without a name are for all inputs not given otherwise.
    Inputs named in `spare` may be given, although nothing needs them.
    """
    given: dict[str, str] = {}
    known = {i.name for i in infos} | set(spare)
    rest = None
    for spec in [*(single or ()), *(part for text in lists or () for part in _COMMA.split(text))]:
        name, separator, value = spec.partition("=")
        if separator and name in known:
            _put(given, name, value)
        elif not separator and spec.startswith("@") and literals.is_fill(spec):
            rest = spec
        elif not separator:
            for name in [infos[0].name] if len(infos) == 1 else _names_in(spec, infos):
                _put(given, name, spec)
        else:
            raise _unknown_input(name, infos)
    if rest is not None:
        given = {**{info.name: rest for info in infos}, **given}
    return given


def _put(given: dict[str, str], name: str, value: str) -> None:
    if name in given:
        raise UsageError(f"input {name!r} is given twice: {given[name]!r} and {value!r}")
    if not value:
        raise UsageError(f"input {name!r} has no value", hint=f"as in -i {name}={name}.npy")
    given[name] = value


def _names_in(spec: str, infos: Sequence[ArtifactTensorInfo]) -> list[str]:
    """The inputs whose names a file of tensors holds."""
    wanted = [info.name for info in infos]
    path = Path(spec)
    if spec == "-" or not _exists(path):
        raise UsageError(f"-i {spec!r} names no input", hint=_example(infos))
    found = manager.format_for(path, "load_tensors").load_tensors(path)
    names = [name for name in wanted if name in found]
    if not names:
        held = "one nameless tensor" if found.keys() == {""} else _listed(found)
        raise ArgumentError(
            f"{spec!r} holds {held}, and no tensor that is named as an input",
            hint=f"say which input it is for: {_example(infos)}",
        )
    return names


def _unknown_input(name: str, infos: Sequence[ArtifactTensorInfo]) -> ArgumentError:
    close = difflib.get_close_matches(name, [i.name for i in infos], n=1)
    meant = f"did you mean {close[0]!r}?\n" if close else ""
    inputs = ", ".join(map(str, infos)) or "none"
    return ArgumentError(f"the model has no input {name!r}", hint=f"{meant}the inputs are {inputs}")


def read_inputs(
    specs: Mapping[str, str],
    infos: Sequence[ArtifactTensorInfo],
    options: InputOptions,
    console: Console,
    model: str = "MODEL",
) -> dict[str, Array]:
    """An array for each input, checked against its type.

    Raises ArgumentError listing the inputs that are missing, DTypeError or ShapeError for one that
    does not fit.
    """
    missing = [info for info in infos if info.name not in specs]
    if missing:
        listed = ", ".join(map(str, missing))
        example = f"as in: hodu run {model} {_example(infos, specs)}"
        fills = f"or try `-i {missing[0].name}=@rand`, or `-i @rand` for all inputs"
        count = "input" if len(missing) == 1 else "inputs"
        raise ArgumentError(f"missing {count}: {listed}", hint=f"{example}\n{fills}")
    if sum(value == "-" for value in specs.values()) > 1:
        raise UsageError("only one input can come from stdin")
    # What is only filled comes last, because the other inputs tell the sizes of named dimensions.
    env: dict[str, int] = {}
    arrays: dict[str, Array] = {}
    for info in sorted(infos, key=lambda i: literals.is_fill(specs[i.name])):
        spec = specs[info.name]
        if literals.is_fill(spec):
            array = literals.fill(spec, info, env)
        else:
            array = _fitting(_read(spec, info, options, console), info, options.cast, console)
        bind(Value(info.name, TensorType(info.shape, info.dtype)), array, env)
        arrays[info.name] = array
    return arrays


def _example(infos: Sequence[ArtifactTensorInfo], specs: Mapping[str, str] | None = None) -> str:
    return " ".join(f"-i {i.name}={(specs or {}).get(i.name, f'{i.name}.npy')}" for i in infos)


def _read(spec: str, info: ArtifactTensorInfo, options: InputOptions, console: Console) -> Array:
    path = Path(spec)
    if spec != "-" and not _exists(path) and literals.looks_like_json(spec):
        value = literals.parse(spec, info)
        if value is not None:
            return value
    if path.suffix.lower() in images.EXTENSIONS:
        array, done = images.read_image(_existing(path, info), info, options.image)
        console.status("Reading", f"{spec} as {info.name} ({done})")
        return array
    with readable(path) as file:
        return _from_file(file, info)


def _exists(path: Path) -> bool:
    """Whether there is a file; a list of numbers can be too long for the name of one."""
    try:
        return path.exists()
    except OSError:
        return False


def _existing(path: Path, info: ArtifactTensorInfo) -> Path:
    if not _exists(path):
        raise FormatError(
            f"input {info.name!r}: no such file: {str(path)[:200]!r}",
            hint="a value can also be a number, a JSON list, @zeros, @ones or @rand",
        )
    return path


def _from_file(path: Path, info: ArtifactTensorInfo) -> Array:
    """The tensor for an input: the file's only one, the one of its name, or FILE:NAME."""
    file, name = path, None
    if not _exists(path) and ":" in path.name:
        front, _, name = str(path).rpartition(":")
        file = Path(front)
    _existing(file, info)
    tensors = manager.format_for(file, "load_tensors").load_tensors(file)
    if name is None and len(tensors) == 1:
        return next(iter(tensors.values())).numpy()
    wanted = info.name if name is None else name
    if wanted not in tensors:
        raise ArgumentError(
            f"input {info.name!r}: {str(file)!r} holds {_listed(tensors)}",
            hint=f"say which one: -i {info.name}={file}:NAME",
        )
    return tensors[wanted].numpy()


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    shown = ", ".join(repr(name) for name in known[:8])
    return f"{shown} and {len(known) - 8} more" if len(known) > 8 else shown or "no tensors"


def _fitting(array: Array, info: ArtifactTensorInfo, cast: bool, console: Console) -> Array:
    """`array` in the dtype of the input: cast where nothing is lost, or where it was asked for."""
    wanted = info.dtype
    actual = FROM_NUMPY[array.dtype]
    if actual is wanted:
        return array
    with np.errstate(all="ignore"):
        converted = array.astype(wanted.numpy)
        if not cast and not _is_lossless(array, converted):
            raise DTypeError(
                f"input {info.name!r} is {actual}, the model expects {wanted}",
                hint="--cast converts inputs to the dtype that the model expects",
            )
    console.status("Casting", f"{info.name} from {actual} to {wanted}")
    return converted


def _is_lossless(array: Array, converted: Array) -> bool:
    """Whether a cast widens, or keeps every integer as it was."""
    if array.dtype.kind in "iu" and converted.dtype.kind in "iu":
        return bool(literals.same_numbers(converted, array).all())
    return np.can_cast(array.dtype, converted.dtype, "safe") and np.array_equal(
        converted.astype(array.dtype), array, equal_nan=array.dtype.kind == "f"
    )
