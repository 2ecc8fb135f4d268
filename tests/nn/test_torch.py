"""Every module against PyTorch's, with PyTorch's state loaded through safetensors."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import hodu
from hodu import nn
from tests.nn import cases, loss_cases, sequence_cases
from tests.nn.cases import Case

torch = pytest.importorskip("torch", reason="torch is the oracle; `make test-torch` installs it")
pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:dropout option adds dropout"),
    pytest.mark.filterwarnings("ignore:.*nested.*"),
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:LSTM with projections"),
    pytest.mark.filterwarnings("ignore:reduction. 'mean' divides"),
]
LAYERS = [
    *cases.CONVOLUTIONS,
    *cases.NORMALISATIONS,
    *cases.POOLINGS,
    *cases.ACTIVATIONS,
    *cases.SHAPES,
    *cases.LINEAR,
    *sequence_cases.RECURRENT,
    *sequence_cases.ATTENTION,
    *sequence_cases.TRANSFORMERS,
]
LOSSES = [
    *loss_cases.REGRESSION,
    *loss_cases.CLASSES,
    *loss_cases.CTC,
    *loss_cases.MARGINS,
]
TOLERANCES = {"f8": 1e-10, "f4": 1e-5}
ROUNDS = {"Hardsigmoid": "PyTorch's gradient divides by 6 in f32 also for f64"}


def to_torch(value: Any) -> Any:
    """Arrays as torch tensors, also within tuples."""
    if isinstance(value, tuple):
        return tuple(map(to_torch, value))
    return torch.from_numpy(np.array(value)) if isinstance(value, np.ndarray) else value


def to_hodu(value: Any) -> Any:
    """Arrays as tensors, also within tuples."""
    if isinstance(value, tuple):
        return tuple(map(to_hodu, value))
    return hodu.tensor(value) if isinstance(value, np.ndarray) else value


def flat(result: Any) -> list[Any]:
    """The tensors of a result."""
    if isinstance(result, (tuple, list)):
        return [t for part in result for t in flat(part)]
    return [] if result is None else [result]


def assert_same(got: Any, wanted: Any, dtype: str) -> None:
    """Equal within the tolerance of the dtype, relative to the largest element."""
    for ours, theirs in zip(flat(got), flat(wanted), strict=True):
        x, y = ours.detach().numpy(), theirs.detach().numpy()
        assert x.shape == y.shape and x.dtype == y.dtype
        finite = np.abs(y[np.isfinite(y)])
        scale = max(float(finite.max(initial=0)), 1.0) if y.dtype.kind == "f" else 0
        np.testing.assert_allclose(x, y, rtol=0, atol=TOLERANCES[dtype] * scale)


def pair(case: Case, dtype: str, folder: Any) -> tuple[Any, Any]:
    """PyTorch's module, and ours with its state; keys are equal and both print alike."""
    kwargs = {k: to_torch(v) for k, v in case.kwargs.items()}
    theirs = getattr(torch.nn, case.name)(*case.args, **kwargs).to(to_dtype(dtype))
    for buffer in theirs.buffers():
        if buffer.dtype.is_floating_point:
            buffer.add_(torch.rand(buffer.shape, dtype=buffer.dtype))
    with torch.no_grad():
        for parameter in theirs.parameters():  # none is all ones or zeros
            parameter.add_(torch.rand(parameter.shape, dtype=parameter.dtype) * 0.2)
    kwargs = {k: to_hodu(v) for k, v in case.kwargs.items()}
    ours = getattr(nn, case.name)(*case.args, **kwargs).to(dtype.replace("f8", "f64"))
    ours = ours.double() if dtype == "f8" else ours.float()
    load(ours, theirs, folder)
    for module in (ours, theirs):
        module.train(case.train)
    return ours, theirs


def to_dtype(dtype: str) -> Any:
    return torch.float64 if dtype == "f8" else torch.float32


def load(ours: Any, theirs: Any, folder: Any) -> None:
    """PyTorch's state, through a safetensors file."""
    from safetensors.torch import save_file

    state = {k: v.contiguous() for k, v in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    if state:
        save_file(state, folder / "model.safetensors")
        ours.load_state_dict(hodu.load(folder / "model.safetensors"))


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("case", [*LAYERS, *LOSSES], ids=str)
def test_forward(case: Case, dtype: str, tmp_path):
    torch.manual_seed(0)
    ours, theirs = pair(case, dtype, tmp_path)
    arrays, options = case.arrays(dtype), case.options(dtype)
    for _ in range(1 + case.train):  # running statistics go on
        got = ours(*map(to_hodu, arrays), **{k: to_hodu(v) for k, v in options.items()})
        wanted = theirs(*map(to_torch, arrays), **{k: to_torch(v) for k, v in options.items()})
        assert_same(got, wanted, dtype)
    assert_same(list(ours.state_dict().values()), list(theirs.state_dict().values()), dtype)


def run_torch(module: Any, case: Case, dtype: str) -> tuple[list[Any], list[Any]]:
    """The float inputs that have gradients, and the results."""
    inputs = [to_torch(a) for a in case.arrays(dtype)]
    leaves = [t.requires_grad_() for t in differentiable(case, inputs)]
    options = {k: to_torch(v) for k, v in case.options(dtype).items()}
    return leaves, flat(module(*inputs, **options))


def run_hodu(module: Any, case: Case, dtype: str) -> tuple[list[Any], list[Any]]:
    """The float inputs that have gradients, and the results."""
    inputs = [to_hodu(a) for a in case.arrays(dtype)]
    leaves = [t.requires_grad_() for t in differentiable(case, inputs)]
    options = {k: to_hodu(v) for k, v in case.options(dtype).items()}
    return leaves, flat(module(*inputs, **options))


def differentiable(case: Case, inputs: list[Any]) -> list[Any]:
    """The inputs of floats, but for targets to which PyTorch has no gradient."""
    given = inputs[:1] if case.name == "SoftMarginLoss" else inputs
    return [t for t in flat(tuple(given)) if is_tensor(t)]


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor of floats, of either kind."""
    return hasattr(value, "is_floating_point") and value.is_floating_point()


def weights(results: list[Any], dtype: str) -> list[Any]:
    """Numbers by which the results are weighted before they are summed, None for no floats."""
    random = np.random.default_rng(9)
    return [
        random.standard_normal(tuple(r.shape)).astype(dtype) if is_tensor(r) else None
        for r in results
    ]


def gradients(leaves: list[Any], module: Any) -> list[Any]:
    """The gradients of inputs and parameters, None for those without."""
    return [t.grad for t in (*leaves, *module.parameters())]


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("case", [*LAYERS, *LOSSES], ids=str)
def test_gradients(case: Case, dtype: str, tmp_path):
    if dtype == "f8" and case.name in ROUNDS:
        pytest.skip(ROUNDS[case.name])
    torch.manual_seed(0)
    ours, theirs = pair(case, dtype, tmp_path)
    ctc = case.name == "CTCLoss"  # PyTorch's gradient is that of logits whose softmax was taken
    theirs_loss = (lambda x, *a: theirs(x.log_softmax(-1), *a)) if ctc else theirs
    ours_loss = (lambda x, *a: ours(x.log_softmax(-1), *a)) if ctc else ours
    leaves, results = run_torch(theirs_loss, case, dtype)
    scales = weights(results, dtype)
    pairs = [(r, w) for r, w in zip(results, scales, strict=True) if w is not None]
    sum((r * to_torch(w)).sum() for r, w in pairs).backward()
    wanted = gradients(leaves, theirs)
    leaves, results = run_hodu(ours_loss, case, dtype)
    pairs = [(r, w) for r, w in zip(results, scales, strict=True) if w is not None]
    sum((r * to_hodu(w)).sum() for r, w in pairs).backward()
    for got, grad in zip(gradients(leaves, ours), wanted, strict=True):
        if ctc:  # where no alignment fits, PyTorch's gradient is NaN and ours is 0
            grad = grad.nan_to_num()
        if grad is None:
            assert got is None or not got.numpy().any()
        else:
            assert_same(got, grad, dtype)


@pytest.mark.parametrize("case", [*LAYERS, *LOSSES], ids=str)
def test_printout(case: Case):
    kwargs = {k: to_torch(v) for k, v in case.kwargs.items()}
    theirs = repr(getattr(torch.nn, case.name)(*case.args, **kwargs))
    kwargs = {k: to_hodu(v) for k, v in case.kwargs.items()}
    ours = repr(getattr(nn, case.name)(*case.args, **kwargs))
    assert ours == theirs.replace("NonDynamicallyQuantizableLinear", "Linear")


ABSENT = {
    "Container": "an alias of Module",
    "CrossMapLRN2d": "its window is wrong at the first channels; LocalResponseNorm's is right",
    "DataParallel": "one process computes on one device",
    "SyncBatchNorm": "one process computes on one device",
    "UninitializedBuffer": "lazy modules",
    "UninitializedParameter": "lazy modules",
    "AdaptiveLogSoftmaxWithLoss": "left out",
    "LinearCrossEntropyLoss": "left out",
    "LinearCrossEntropyOptions": "left out",
}
EMPTY = inspect.Parameter.empty


def _classes() -> list[str]:
    return [n for n in dir(torch.nn) if inspect.isclass(getattr(torch.nn, n))]


@pytest.mark.parametrize("name", [n for n in _classes() if n not in ABSENT and "Lazy" not in n])
def test_signature(name: str):
    """Names, order and defaults of the constructor's arguments."""
    theirs = inspect.signature(getattr(torch.nn, name).__init__).parameters
    if name in ("RNN", "LSTM", "GRU"):
        theirs = dict.fromkeys(("self", "input_size", "hidden_size"))
    ours = inspect.signature(getattr(nn, name).__init__).parameters
    for ours_name, (wanted, parameter) in zip(ours, theirs.items(), strict=False):
        if parameter is not None and parameter.kind.name.startswith("VAR"):
            continue
        assert ours_name == wanted
        if parameter is not None and not callable(parameter.default):
            assert ours[wanted].default == parameter.default
            assert ours[wanted].kind == parameter.kind
    assert len(ours) >= len([p for p in theirs.values() if p is None or "VAR" not in p.kind.name])
