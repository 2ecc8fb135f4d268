"""What this installation has: plugins, devices, host, optional packages."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from hodu.devices import KINDS, Device
from hodu.errors import HoduError
from hodu.plan import target as plan_target
from hodu.plugins import manager
from hodu.plugins.manager import Kind
from hodu.toolchain.cache import default_cache
from hodu.toolchain.find import find_compiler
from hodu_cli.tables import human_bytes

_X86 = ["sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512vl", "avx512_vnni"]
_X86 += ["avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"]
_ARM = ["neon", "asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2", "sme"]
_SIMD = [*_X86, *_ARM, "v", "zvfh"]
_EXTRAS = {
    "pillow": ("images as inputs", "pip install 'hodu[image]'"),
    "onnxruntime": ("comparison with ONNX Runtime", "pip install onnxruntime"),
    "torch": ("comparison with PyTorch", "pip install torch"),
}


def plugins(kind: Kind) -> list[dict[str, Any]]:
    """The plugins of a kind, each with its abilities or with what is wrong with it."""
    return [_plugin(kind, name) for name in manager.names(kind)]


def _plugin(kind: Kind, name: str) -> dict[str, Any]:
    entry = manager.entries(kind).get(name)
    about: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "version": entry.version if entry else "?",
        "package": entry.package if entry else "this process",
    }
    try:
        plugin = manager.get(kind, name)
        if kind == "operators":
            return {**about, "status": "ok", "registers": _operators(name)}
        return {**about, "version": plugin.version, "status": "ok", **_abilities(kind, plugin)}
    except HoduError as error:
        return {**about, "status": "broken", "error": error.message, "help": error.hint or ""}


def _operators(domain: str) -> list[str]:
    """The ONNX operators of a domain."""
    from hodu.formats.onnx.registry import mapped

    return sorted(name for of, name in mapped() if of == domain)


def _abilities(kind: Kind, plugin: Any) -> dict[str, Any]:
    if kind == "format":
        return {
            "extensions": list(plugin.extensions),
            "capabilities": sorted(plugin.capabilities),
        }
    listed = plugin.supported_formats if kind == "compiler" else plugin.loadable_formats
    devices: list[Device] = plugin.supported_devices()
    return {
        "devices": [str(device) for device in devices],
        "artefacts": {str(device): [f.value for f in listed(device)] for device in devices},
    }


def devices() -> list[dict[str, Any]]:
    """Every kind of device, with the compilers and runtimes that serve it."""
    serving = {kind: plugins(kind) for kind in ("compiler", "runtime")}
    return [_device(name, serving) for name in KINDS]


def _device(name: str, serving: dict[Any, list[dict[str, Any]]]) -> dict[str, Any]:
    by_kind = {
        kind: [
            p["name"]
            for p in entries
            if any(d.partition(":")[0] == name for d in p.get("devices", ()))
        ]
        for kind, entries in serving.items()
    }
    missing = [f"no {kind} plugin" for kind, names in by_kind.items() if not names]
    return {
        "device": name,
        "available": not missing,
        "compilers": by_kind["compiler"],
        "runtimes": by_kind["runtime"],
        "missing": missing,
    }


def extras() -> list[dict[str, Any]]:
    """The optional packages: installed or not, what for, and the command that adds one."""
    return [
        {"package": name, "version": _version(name), "use": use, "install": command}
        for name, (use, command) in _EXTRAS.items()
    ]


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def toolchain() -> dict[str, str]:
    """The C compiler, or what is wrong with it."""
    try:
        compiler = find_compiler()
    except HoduError as error:
        return {"missing": error.message, "help": error.hint or ""}
    return {
        "compiler": " ".join(compiler.command),
        "family": compiler.family,
        "version": compiler.version,
    }


def target() -> dict[str, Any]:
    """What the compiler knows of this processor."""
    found = plan_target.host()
    return {
        "triple": found.triple,
        "vector bits": found.vector_bits,
        "vector registers": found.vector_registers,
        "portable builds": plan_target.baseline().processor,
        "caches": ", ".join(
            human_bytes(n) for n in (found.l1_bytes, found.l2_bytes, found.l3_bytes) if n
        ),
    }


def cache() -> dict[str, Any]:
    """Where compiled code is kept, and how much of it there is."""
    store = default_cache()
    return {"folder": str(store.folder), "bytes": store.size(), "capacity": store.capacity}


def host() -> dict[str, Any]:
    """Operating system, processor and memory."""
    model, features = _processor()
    return {
        "os": platform.platform(),
        "machine": platform.machine(),
        "cpu": model,
        "cores": _usable_cores(),
        "simd": features,
        "memory": _memory(),
    }


def _usable_cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _processor() -> tuple[str, list[str]]:
    """The model and the SIMD features of the processor, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    if path.is_file():
        return parse_cpuinfo(path.read_text(errors="replace"))
    if platform.system() == "Darwin":
        return _ask("sysctl", "-n", "machdep.cpu.brand_string"), (
            ["neon"] if platform.machine() == "arm64" else []
        )
    return platform.processor() or platform.machine(), []


def parse_cpuinfo(text: str) -> tuple[str, list[str]]:
    """The model and the SIMD features in the text of Linux's /proc/cpuinfo."""
    model = re.search(r"^(?:model name|Model|cpu model)\s*:\s*(.+)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", text, re.MULTILINE)
    isa = re.search(r"^isa\s*:\s*rv\d+([a-z]+)", text, re.MULTILINE)
    known = set(flags[1].split()) if flags else set(isa[1]) if isa else set()
    return (model[1].strip() if model else platform.machine()), [f for f in _SIMD if f in known]


def _memory() -> int | None:
    """Bytes of physical memory, None where the system does not tell."""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _ask(*command: str) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return platform.processor() or platform.machine()
    return result.stdout.strip()
