"""Every public function takes PyTorch's arguments: their names, order and defaults."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import hodu
import hodu.nn.functional

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
pytestmark = pytest.mark.torch
EMPTY = inspect.Parameter.empty
Arguments = list[tuple[str, Any]]
SPACES = {
    "": (hodu.functional, torch),
    "nn.functional": (hodu.nn.functional, torch.nn.functional),
    "linalg": (hodu.linalg, torch.linalg),
}
# Where tensors lie in memory, how gradients are kept, and which of its libraries PyTorch asks.
ELSEWHERE = {"out", "layout", "pin_memory", "requires_grad", "memory_format", "names", "driver"}
ELSEWHERE |= {"cudnn_enabled", "cudnn_enable", "sparse", "sparse_grad", "scale_grad_by_freq"}
ELSEWHERE |= {"_stacklevel", "tol", "symmetric"}
# PyTorch's schemas name what its documents call otherwise; ours are the documents' names.
DOCUMENTED = {"self": "input", "A": "input", "x": "input", "b": "B", "split_size": "sections"}
DOCUMENTED |= {"indices_or_sections": "sections", "split_size_or_sections": "sections"}
# The functions of torch that nobody calls: torch.nn.functional or torch.linalg has the real one.
INTERNAL = {
    *("batch_norm", "dropout", "embedding", "instance_norm", "lstsq", "lu", "qr", "solve", "svd"),
    *("bernoulli", "cholesky_solve", "einsum", "max_pool1d", "max_pool2d", "max_pool3d"),
    *("rrelu", "alpha_dropout", "feature_alpha_dropout", "ctc_loss", "embedding_bag", "kl_div"),
    *("binary_cross_entropy_with_logits", "cosine_embedding_loss", "hinge_embedding_loss"),
    *("margin_ranking_loss", "triplet_margin_loss"),
}
OURS_DIFFERS = {
    "linalg.lstsq": "the schema calls B 'b'",
    "nn.functional.fractional_max_pool2d": "torch's own schema is not its function",
    "nn.functional.fractional_max_pool3d": "torch's own schema is not its function",
    **{
        f"nn.functional.{n}": "without dim is deprecated"
        for n in ("softmax", "log_softmax", "softmin")
    },
    "nan_to_num": "nan=None means 0.0",
    "broadcast_shapes": "its schema is another operator's",
    "as_strided": "a tensor starts at offset 0 of itself",
}


def theirs(space: str, name: str, function: Any) -> list[Arguments]:
    """The arguments of each overload: of the Python function, or of the operator's schemas."""
    try:
        found = inspect.signature(function).parameters.values()
        if not any(p.kind is p.VAR_POSITIONAL for p in found):
            return [[(p.name, p.default) for p in found]]
    except ValueError:
        pass
    prefix = "aten::linalg_" if space == "linalg" else "aten::"
    schemas = torch._C._jit_get_schemas_for_operator(prefix + name)
    return [
        [(a.name, a.default_value if a.has_default_value() else EMPTY) for a in s.arguments]
        for s in schemas
        if not any(a.is_out or "Dimname" in str(a.type) for a in s.arguments)
    ]


def same(ours: Any, wanted: Any) -> bool:
    """Whether two defaults mean the same; we may have one where PyTorch has another overload."""
    if isinstance(wanted, list):  # PyTorch repeats a number for each axis
        wanted = tuple(wanted) if ours == tuple(wanted) or not wanted else wanted[0]
    if wanted is EMPTY or isinstance(ours, hodu.DType):  # dtypes are numbers in schemas
        return True
    return ours == wanted or (ours is None and (not wanted or isinstance(wanted, int)))


def faults(ours: inspect.Signature, overload: Arguments) -> list[str]:
    """The arguments of the overload that ours lacks or has with another default."""
    have = {DOCUMENTED.get(n, n): p.default for n, p in ours.parameters.items()}
    wanted = {DOCUMENTED.get(n, n): d for n, d in overload if n not in ELSEWHERE}
    missing = [f"no {n}" for n in wanted if n not in have]
    return missing + [
        f"{n}={have[n]} for {d}" for n, d in wanted.items() if n in have and not same(have[n], d)
    ]


def compared() -> list[Any]:
    """(space, name, ours, PyTorch's) for each function that both have."""
    return [
        pytest.param(space, name, getattr(ours, name), getattr(their, name), id=f"{space}.{name}")
        for space, (ours, their) in SPACES.items()
        for name in ours.__all__
        if hasattr(their, name) and not (space == "" and name in INTERNAL)
    ]


@pytest.mark.parametrize(("space", "name", "ours", "their"), compared())
def test_signature(space, name, ours, their):
    overloads = theirs(space, name, their)
    if not overloads or f"{space}.{name}".lstrip(".") in OURS_DIFFERS:
        pytest.skip("no schema to compare with")
    found = [faults(inspect.signature(ours), overload) for overload in overloads]
    assert min(found, key=len) == []
