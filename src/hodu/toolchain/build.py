"""Compiled code by way of the cache: what was built once is found again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hodu.toolchain.cache import Cache, default_cache, hash_key
from hodu.toolchain.compiler import CodeOptions, Form, Toolchain


@dataclass(frozen=True, slots=True)
class Source:
    """One translation unit: a file name, such as `model.c`, C text, and flags of its own."""

    name: str
    text: str
    flags: tuple[str, ...] = ()

    def options(self, common: CodeOptions) -> CodeOptions:
        """How it is compiled: its flags after the common ones."""
        return replace(common, flags=(*common.flags, *self.flags))


def compile_shared(
    sources: Sequence[Source],
    options: CodeOptions,
    toolchain: Toolchain | None = None,
    cache: Cache | None = None,
) -> Path:
    """The shared library of some C, from the cache or made now; raises ToolchainError.

    It has no C runtime; see `Toolchain.link_shared`.
    """
    tools, store = toolchain or Toolchain(), cache or default_cache()

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            paths = write_sources(Path(scratch), sources)
            each = [source.options(options) for source in sources]
            objects = tools.compile(paths, Path(scratch), each)
            tools.link_shared(objects, folder / "library.so")

    return store.get_or_build(_key("so", sources, options, tools), build) / "library.so"


def compile_forms(
    sources: Sequence[Source],
    options: CodeOptions,
    form: Form = "o",
    toolchain: Toolchain | None = None,
    cache: Cache | None = None,
) -> list[Path]:
    """One object file, or file of another form, for each source, from the cache or made now."""
    tools, store = toolchain or Toolchain(), cache or default_cache()

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            each = [source.options(options) for source in sources]
            tools.compile(write_sources(Path(scratch), sources), folder, each, form)

    entry = store.get_or_build(_key(form, sources, options, tools), build)
    return [entry / f"{Path(source.name).stem}.{form}" for source in sources]


def _key(
    product: str, sources: Sequence[Source], options: CodeOptions, toolchain: Toolchain
) -> str:
    headers = [h.read_bytes() for d in options.includes for h in sorted(d.glob("*.h"))]
    choices = (product, toolchain.identity, options.triple or "", str(options.hosted))
    return hash_key(
        [
            *choices,
            *options.arguments(),
            *(part for s in sources for part in (s.name, s.text, *s.flags)),
            "headers",
            *headers,
        ]
    )


def write_sources(folder: Path, sources: Sequence[Source]) -> list[Path]:
    """Write C texts into `folder`; the paths, in order."""
    paths = []
    for source in sources:
        path = folder / source.name
        path.write_text(source.text, "utf-8")
        paths.append(path)
    return paths
