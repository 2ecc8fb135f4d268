"""Wheels that hold a compiled model and need only NumPy: https://peps.python.org/pep-0427/."""

from __future__ import annotations

import base64
import hashlib
import io
import keyword
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hodu._version import __version__
from hodu.artifact import ArtifactTensorInfo
from hodu.dtypes import DType
from hodu.errors import ArgumentError, UnsupportedError
from hodu.runtime.products import place_file
from hodu.runtime.wheel_code import NOT_OF_NUMPY, render_package
from hodu.toolchain.link import OLDEST_MACOS

_FOLDER = Path(__file__).parent
_COPIED = ("abi.py", "standalone.py")
_FIRST_VERSION = "1.0"
_FILE = re.compile(r"(?P<name>\w+)-(?P<version>[0-9][\w.!+]*)-py3-none-(?P<tag>[\w.]+)\.whl", re.A)
_SYSTEMS = {"linux-gnu": "manylinux_2_17", "linux-musl": "musllinux_1_1", "windows-gnu": "win",
            "macos": f"macosx_{OLDEST_MACOS.replace('.', '_')}"}  # fmt: skip
_MACHINES = {
    "win": {"x86_64": "amd64", "aarch64": "arm64"},
    "macosx": {"aarch64": "arm64"},
}
_SUFFIXES = {"win": ".dll", "macosx": ".dylib"}


@dataclass(frozen=True, slots=True)
class Wheel:
    """The names of a wheel: its package, version and platform."""

    package: str
    version: str
    platform: str

    @property
    def tag(self) -> str:
        """What pip compares with the interpreters and systems it knows."""
        return f"py3-none-{self.platform}"

    @property
    def file(self) -> str:
        """The file name, which pip reads."""
        return f"{self.package}-{self.version}-{self.tag}.whl"


def platform_tag(triple: str) -> str:
    """The platform of a triple as pip calls it; raises UnsupportedError where it has no name."""
    machine, _, rest = triple.partition("-")
    if rest not in _SYSTEMS:
        raise UnsupportedError(f"there are no wheels for {triple}")
    system = _SYSTEMS[rest]
    return f"{system}_{_MACHINES.get(system.partition('_')[0], {}).get(machine, machine)}"


def wheel_path(path: Path, name: str, triple: str) -> Path:
    """Where the wheel goes: into the folder `path`, or to a file of a name that pip takes.

    Raises ArgumentError for another file name, and for one that is no name of a package.
    """
    usual = Wheel(name, _FIRST_VERSION, platform_tag(triple))
    found = path / usual.file if path.is_dir() else path
    wheel = wheel_of(found)
    if wheel is None or wheel.platform != usual.platform:
        raise ArgumentError(
            f"pip does not take a wheel for {triple} that is called {found.name!r}",
            hint=f"give -o a folder, or a name such as {usual.file}",
        )
    if not wheel.package.isidentifier() or keyword.iskeyword(wheel.package):
        raise ArgumentError(
            f"{wheel.package!r} cannot be imported in Python", hint="--name calls it otherwise"
        )
    return found


def wheel_of(path: Path) -> Wheel | None:
    """What the name of a wheel file says, None if it says nothing."""
    found = _FILE.fullmatch(path.name)
    return None if found is None else Wheel(found["name"], found["version"], found["tag"])


def write_wheel(
    path: Path,
    library: Path,
    name: str,
    inputs: Sequence[ArtifactTensorInfo],
    outputs: Sequence[ArtifactTensorInfo],
) -> None:
    """Pack the shared library of a model into the wheel `path`, whole or not at all.

    The same library gives the same bytes: files have no times, and are not compressed.
    """
    wheel = wheel_of(path)
    assert wheel is not None
    suffix = _SUFFIXES.get(wheel.platform.partition("_")[0], ".so")
    texts = {f"{wheel.package}/{file}": (_FOLDER / file).read_text("utf-8") for file in _COPIED}
    texts[f"{wheel.package}/__init__.py"] = render_package(name, f"model{suffix}", inputs, outputs)
    texts[f"{wheel.package}/py.typed"] = ""
    info = f"{wheel.package}-{wheel.version}.dist-info"
    dtypes = {info.dtype for info in (*inputs, *outputs)}
    texts[f"{info}/METADATA"] = _metadata(wheel, name, dtypes)
    texts[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: hodu {__version__}\nRoot-Is-Purelib: false\n"
        f"Tag: {wheel.tag}\n"
    )
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.whl"
        with zipfile.ZipFile(made, "w") as archive:
            packer = _Packer(archive)
            with library.open("rb") as data:
                packer.add(f"{wheel.package}/model{suffix}", data)
            for file, text in texts.items():
                packer.add(file, io.BytesIO(text.encode()))
            packer.finish(f"{info}/RECORD")
        place_file(made, path)


def _metadata(wheel: Wheel, name: str, dtypes: set[DType]) -> str:
    needed = ["numpy"]
    if dtypes & NOT_OF_NUMPY:
        needed.append("ml-dtypes")
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {wheel.package}",
        f"Version: {wheel.version}",
        f"Summary: The model {' '.join(name.split())}, compiled by Hodu",
        "Requires-Python: >=3.10",
        *(f"Requires-Dist: {package}" for package in needed),
    ]
    return "\n".join(lines) + "\n"


class _Packer:
    """Adds files to an archive and lists them with their hashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.lines: list[str] = []

    def add(self, name: str, data: IO[bytes]) -> None:
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        state, size = hashlib.sha256(), 0
        with self.archive.open(entry, "w", force_zip64=True) as out:
            while piece := data.read(1 << 20):
                out.write(piece)
                state.update(piece)
                size += len(piece)
        digest = base64.urlsafe_b64encode(state.digest()).rstrip(b"=").decode()
        self.lines.append(f"{name},sha256={digest},{size}\n")

    def finish(self, name: str) -> None:
        """Add the list, which has itself without a hash."""
        text = "".join([*sorted(self.lines), f"{name},,\n"])
        self.archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
