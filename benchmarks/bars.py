"""What compiled models must reach, and whether they do.

A ratio is the best peer's least time over Hodu's: above 1 Hodu is faster. ONNX Runtime and OpenVINO
are the peers; for the transformer `torch.compile` is one too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

ERROR, ARENA, COLD_SECONDS, WARM_SECONDS, MEAN = 1e-4, 1.10, 25.0, 0.4, 1.2
_PEERS = ("onnxruntime", "openvino")
_MORE_PEERS = {"minilm_l6_s128": ("torch.compile",)}
_OTHERS = (0.95, 0.95)
RATIOS = {  # with one thread, with two
    "resnet18": (1.4, 1.2),
    "resnet50": (1.2, 1.2),
    "unet128": (1.4, 1.2),
    "mobilenet_v2": (1.1, 1.1),
    "minilm_l6_s128": (1.05, 1.05),
    "lstm2_s64_h256": (1.2, 1.0),
    "tiny_kws_dscnn": (1.3, 1.0),
    "tiny_ic_resnet8": (1.3, 1.0),
    "tiny_vww_mbv1": (1.3, 1.0),
    "tiny_ad_autoenc": (1.1, 1.0),
    "mlp_b1": (1.0, 1.0),
    "mlp_b64": (1.1, 1.0),
}


def ratio(model: str, times: Mapping[str, float]) -> float | None:
    """The best peer's time over Hodu's, from times by system; None without a peer."""
    peers = (*_PEERS, *_MORE_PEERS.get(model, ()))
    found = [times[name] for name in peers if name in times]
    return min(found) / times["hodu"] if found else None


def missed_ratio(model: str, threads: int, found: float | None) -> str | None:
    """What to say of a ratio that is below its bar; bars are for one and two threads."""
    if found is None or threads not in (1, 2):
        return None
    bar = RATIOS.get(model, _OTHERS)[threads - 1]
    return f"{model}: {found:.2f} of {bar} with {threads} threads" if found < bar else None


def mean(ratios: Iterable[float]) -> float:
    """The geometric mean."""
    logs = [math.log(x) for x in ratios]
    return math.exp(sum(logs) / len(logs))


def missed_facts(
    model: str, starts: Mapping[str, Mapping[str, Any]], memory: float | None
) -> list[str]:
    """The bars that starting a model misses.

    `starts` are the facts of processes: "cold" with an empty cache, "again" from the same file,
    "warm" from .hdss; `memory` is ONNX Runtime's.
    """
    cold, warm = starts["cold"], starts["warm"]
    peak = max(facts["megabytes"] for facts in starts.values())
    checks = {
        f"error {warm['error']:.1e}": max(warm["error"], cold["error"]) > ERROR,
        f"{cold['seconds']:.1f} s from cold": cold["seconds"] > COLD_SECONDS,
        f"{warm['seconds']:.2f} s from warm": warm["seconds"] > WARM_SECONDS,
        f"arena {warm['arena'] / max(1, warm['bound']):.3f} of the bound": (
            warm["arena"] > ARENA * warm["bound"]
        ),
        f"{peak:.0f} MB": memory is not None and peak > memory,
    }
    return [f"{model}: {text}" for text, is_missed in checks.items() if is_missed]
