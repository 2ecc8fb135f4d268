"""Training steps as ONNX: parameters, moments and random states go in and come out."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest

import hodu
from hodu import nn
from hodu.backends.interp.module import InterpModule
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model

RNG = np.random.default_rng(3)
X = RNG.standard_normal((16, 4)).astype(np.float32)
Y = X @ np.array([[1.0], [-2.0], [0.5], [3.0]], np.float32)


def step_of(drop: float = 0.0) -> hodu.Snapshot:
    """Forward, backward and Adam of a small network, as one Snapshot."""
    hodu.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(drop), nn.Linear(8, 1))
    optimizer = hodu.optim.Adam(model.parameters(), lr=0.05)

    def step(x, y):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    x, y = hodu.tensor(X), hodu.tensor(Y)
    return hodu.compile(step, state=(model, optimizer)).snapshot(x, y)


def losses(run, snapshot: hodu.Snapshot, steps: int = 4) -> list[float]:
    """The losses of several steps; what a step puts in the place of a state goes into the next."""
    free = [v.name for v in snapshot.inputs if v.name not in snapshot.states]
    (loss,) = [name for name in snapshot.outputs if name not in snapshot.aliases]
    states, found = {k: v.copy() for k, v in snapshot.states.items()}, []
    for _ in range(steps):
        results = run({**dict(zip(free, (X, Y), strict=True)), **states})
        states = {state: results[output] for output, state in snapshot.aliases.items()}
        found.append(float(results[loss]))
    return found


def by_hodu(snapshot: hodu.Snapshot):
    names = [v.name for v in snapshot.inputs]

    def run(given):
        results = snapshot.run(*(given[name] for name in names))
        return dict(zip(snapshot.outputs, results, strict=True))

    return run


def by_runtime(model: onnx.ModelProto):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [o.name for o in session.get_outputs()]
    return lambda given: dict(zip(names, session.run(names, given), strict=True))


@pytest.mark.parametrize("opset", [13, 17, 21, onnx.defs.onnx_opset_version()])
def test_a_training_step(opset: int) -> None:
    snapshot = step_of()
    assert len(snapshot.aliases) >= 12  # four parameters, two moments of each
    model = model_proto(snapshot, opset)
    back = import_model(model)
    assert dict(back.aliases) == dict(snapshot.aliases)
    wanted = losses(by_hodu(snapshot), snapshot)
    assert wanted[-1] < wanted[0]
    np.testing.assert_allclose(losses(by_hodu(back), back), wanted, 1e-5)
    if opset <= 21:
        np.testing.assert_allclose(losses(by_runtime(model), snapshot), wanted, 1e-4)


def test_a_step_that_drops_at_random_draws_the_same_numbers() -> None:
    snapshot = step_of(drop=0.5)
    model = model_proto(snapshot, 18)
    assert [f.name for f in model.functions] == ["Philox"]
    wanted = losses(by_hodu(snapshot), snapshot)
    np.testing.assert_allclose(losses(by_runtime(model), snapshot), wanted, 1e-4)
    back = import_model(model)
    assert "philox" in {n.op for n in back.nodes}
    np.testing.assert_allclose(losses(by_hodu(back), back), wanted, 1e-5)
    module = InterpModule(back)
    free = [i.name for i in module.inputs]
    (first,) = module.execute(dict(zip(free, (X, Y), strict=True))).values()
    assert first.item() == pytest.approx(wanted[0], rel=1e-5)


def test_random_numbers_before_opset_18() -> None:
    with pytest.raises(UnsupportedError, match="philox"):
        model_proto(step_of(drop=0.5), 17)
