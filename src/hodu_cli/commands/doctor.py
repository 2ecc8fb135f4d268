"""`hodu doctor`: what is here, what is missing, and the command that adds it."""

from __future__ import annotations

import json
from typing import Any

from hodu_cli.options import Format, TextFormat


def doctor(format: Format = TextFormat.pretty) -> None:
    """Show host, devices, plugins and what is missing."""
    findings = _examine()
    if format is TextFormat.json:
        print(json.dumps(findings))
        return
    for title, lines in _sections(findings).items():
        print(f"{title}\n" + "\n".join(lines))


def _examine() -> dict[str, Any]:
    import platform
    from importlib.metadata import version

    from hodu_cli import survey

    return {
        "versions": {
            "hodu": version("hodu"),
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "onnx": version("onnx"),
        },
        "host": survey.host(),
        "devices": survey.devices(),
        "compilers": survey.plugins("compiler"),
        "runtimes": survey.plugins("runtime"),
        "formats": survey.plugins("format"),
        "extras": survey.extras(),
        "toolchain": survey.toolchain(),
        "target": survey.target(),
        "cache": survey.cache(),
    }


def _sections(findings: dict[str, Any]) -> dict[str, list[str]]:
    from hodu_cli.tables import columns, human_bytes

    host = dict(findings["host"])
    host["memory"] = human_bytes(host["memory"]) if host["memory"] else "unknown"
    host["simd"] = " ".join(host["simd"]) or "unknown"
    return {
        "versions": columns([[*item] for item in findings["versions"].items()]),
        "host": columns([[key, str(value)] for key, value in host.items()]),
        "devices": columns([_device(d) for d in findings["devices"]]),
        "compilers": columns([_engine(p) for p in findings["compilers"]]),
        "runtimes": columns([_engine(p) for p in findings["runtimes"]]),
        "formats": columns([_file_format(p) for p in findings["formats"]]),
        "optional packages": columns([_extra(e) for e in findings["extras"]]),
        "toolchain": columns([[k, str(v)] for k, v in findings["toolchain"].items()]),
        "target": columns([[k, str(v)] for k, v in findings["target"].items()]),
        "cache": columns([[k, str(v)] for k, v in _cache(findings["cache"]).items()]),
    }


def _cache(cache: dict[str, Any]) -> dict[str, str]:
    from hodu_cli.tables import human_bytes

    return {
        "folder": cache["folder"],
        "size": f"{human_bytes(cache['bytes'])} of at most {human_bytes(cache['capacity'])}",
    }


def _device(device: dict[str, Any]) -> list[str]:
    if device["available"]:
        compilers, runtimes = ", ".join(device["compilers"]), ", ".join(device["runtimes"])
        return ["✓", device["device"], f"compilers: {compilers}; runtimes: {runtimes}"]
    missing = " and ".join(device["missing"])
    return ["✗", device["device"], f"{missing} for it: Hodu has them in a later release"]


def _engine(plugin: dict[str, Any]) -> list[str]:
    if plugin["status"] != "ok":
        return ["✗", plugin["name"], plugin["version"], _broken(plugin)]
    artefacts = "; ".join(
        f"{device}: {', '.join(f'.{f}' for f in formats)}"
        for device, formats in plugin["artefacts"].items()
    )
    return ["✓", plugin["name"], plugin["version"], artefacts]


def _file_format(plugin: dict[str, Any]) -> list[str]:
    if plugin["status"] != "ok":
        return ["✗", plugin["name"], "", _broken(plugin)]
    abilities = ", ".join(c.replace("_", " ") for c in plugin["capabilities"])
    return ["✓", plugin["name"], " ".join(plugin["extensions"]), abilities]


def _broken(plugin: dict[str, Any]) -> str:
    return " - ".join(text for text in (plugin["error"], plugin["help"]) if text)


def _extra(extra: dict[str, Any]) -> list[str]:
    if extra["version"]:
        return ["✓", extra["package"], extra["version"], extra["use"]]
    return ["✗", extra["package"], "-", f"{extra['use']}: {extra['install']}"]
