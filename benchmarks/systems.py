"""What `compiled.py` measures: one model in one system, in a process of its own.

    python benchmarks/systems.py SYSTEM MODEL THREADS INPUTS

Loads MODEL, runs it on the `in__*` of INPUTS (an .npz), and writes a line of JSON: `seconds` from
the start of the import to the first result, `error` against the `out__*`, `megabytes` at most in
memory, what the system says of itself. Then, for each number that it reads, runs the model so often
and writes `wall` and `cpu`, lists of milliseconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

START = time.perf_counter()

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
_MORE_RUNS = 4  # before memory is looked at


class System(Protocol):
    """A model that is ready to run; `facts` are what else there is to say of it."""

    facts: Mapping[str, Any]

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs, in the model's order."""


class Hodu:
    """The `cpu` compiler of this package."""

    def __init__(self, path: Path, threads: int) -> None:
        import hodu

        self._module: Any = hodu.compile(hodu.load(path), device="cpu", threads=threads)
        notes = getattr(self._module, "notes", {})
        self.facts = {"arena": notes.get("arena_bytes"), "bound": notes.get("arena_bound")}

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs, in the model's order."""
        return [tensor.numpy() for tensor in self._module.execute(dict(inputs)).values()]


class OnnxRuntime:
    """ONNX Runtime's CPU provider."""

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=providers)
        self.facts = {"version": onnxruntime.__version__}

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs, in the model's order."""
        return list(self._session.run(None, inputs))


class OpenVino:
    """OpenVINO's CPU plugin, in f32."""

    def __init__(self, path: Path, threads: int) -> None:
        import openvino

        core = openvino.Core()
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,
        }
        model = core.read_model(path)
        self._request: Any = core.compile_model(model, "CPU", settings).create_infer_request()
        self._outputs = range(len(model.outputs))
        self.facts = {"version": openvino.__version__}

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs, in the model's order."""
        self._request.infer(inputs, share_inputs=True, share_outputs=False)
        return [self._request.get_output_tensor(i).data for i in self._outputs]


class Torch:
    """PyTorch's own operators, on the module of `zoo.py` that the file was exported from."""

    def __init__(self, path: Path, threads: int) -> None:
        import torch

        import zoo

        torch.set_num_threads(threads)
        self._torch = torch
        self._module: Any = self._made(zoo.load(path.stem)[0])
        self.facts = {"version": torch.__version__}

    def _made(self, module: Any) -> Any:
        return module

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs, in the model's order."""
        with self._torch.inference_mode():
            found = self._module(*(self._torch.from_numpy(x) for x in inputs.values()))
        return [x.numpy() for x in (found if isinstance(found, tuple | list) else [found])]


class TorchCompile(Torch):
    """The same by `torch.compile`, with weights packed for MKL (`freezing`)."""

    def _made(self, module: Any) -> Any:
        import torch._inductor.config

        torch._inductor.config.freezing = True
        return self._torch.compile(module)


SYSTEMS: dict[str, type[Any]] = {
    "hodu": Hodu,
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVino,
    "torch": Torch,
    "torch.compile": TorchCompile,
}


def error_of(outputs: list[NDArray[Any]], wanted: list[NDArray[Any]]) -> float:
    """The largest difference relative to the largest element of its output."""
    worst = 0.0
    for found, reference in zip(outputs, wanted, strict=True):
        scale = float(np.abs(reference).max(initial=0)) or 1.0
        difference = np.abs(found.astype(np.float64) - reference).max(initial=0)
        worst = max(worst, float(np.nan_to_num(difference, nan=np.inf)) / scale)
    return worst


def peak_megabytes() -> float | None:
    """The most physical memory that this process has had; None where Linux does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def timed(system: System, inputs: Arrays, count: int) -> dict[str, list[float]]:
    """Milliseconds of some runs: by the clock, and of the CPUs."""
    wall, cpu = [], []
    system.run(inputs)  # other programs have had the caches
    for _ in range(count):
        spent, start = time.process_time_ns(), time.perf_counter_ns()
        system.run(inputs)
        wall.append((time.perf_counter_ns() - start) / 1e6)
        cpu.append((time.process_time_ns() - spent) / 1e6)
    return {"wall": wall, "cpu": cpu}


def main() -> None:
    """Load, report, and run as often as asked."""
    name, model, threads, data = sys.argv[1:]
    with np.load(data) as arrays:
        inputs = {k.removeprefix("in__"): arrays[k] for k in arrays if k.startswith("in__")}
        wanted = [arrays[k] for k in arrays if k.startswith("out__")]
    system: System = SYSTEMS[name](Path(model), int(threads))
    outputs = system.run(inputs)
    seconds = time.perf_counter() - START
    for _ in range(_MORE_RUNS):
        system.run(inputs)
    facts = {"error": error_of(outputs, wanted), "megabytes": peak_megabytes(), **system.facts}
    print(json.dumps({"seconds": seconds, **facts}), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(system, inputs, int(line))), flush=True)


if __name__ == "__main__":
    main()
