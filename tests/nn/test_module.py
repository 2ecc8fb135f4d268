"""What all modules can do: registration, state, modes, casts, hooks, containers, copies."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import hodu
from hodu import nn
from hodu.errors import ArgumentError, DTypeError, HoduError, UnsupportedError, ValueRangeError


class Block(nn.Module):
    """One of everything that is registered."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = nn.Parameter(hodu.ones(3))
        self.register_buffer("mean", hodu.zeros(3))
        self.count = nn.Buffer(hodu.tensor(0), persistent=False)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(3, 1, bias=False))
        self.note = "no part of the state"

    def forward(self, x):
        return self.rest(self.first(x) * self.scale - self.mean)


def test_what_is_assigned_is_registered():
    block = Block()
    names = ["scale", "first.weight", "first.bias", "rest.1.weight"]
    assert [n for n, _ in block.named_parameters()] == names
    assert [n for n, _ in block.named_buffers()] == ["mean", "count"]
    assert [n for n, _ in block.named_modules()] == ["", "first", "rest", "rest.0", "rest.1"]
    assert [n for n, _ in block.named_children()] == ["first", "rest"]
    assert list(block.state_dict()) == [
        "scale",
        "mean",
        "first.weight",
        "first.bias",
        "rest.1.weight",
    ]
    assert block.get_parameter("rest.1.weight") is block.rest[1].weight
    assert block.get_buffer("count") is block.count
    assert block.get_submodule("rest.0") is block.rest[0]
    for wrong in ("rest.7", "note", "scale"):
        with pytest.raises(AttributeError):
            block.get_submodule(wrong)
    assert "scale" in dir(block) and "first" in dir(block)


def test_attributes_change_kind_and_are_deleted():
    block = Block()
    block.scale = None
    assert "scale" not in block.state_dict() and block.scale is None
    block.scale = nn.Parameter(hodu.zeros(3))
    assert "scale" in block.state_dict()
    with pytest.raises(ArgumentError, match="parameters; a Tensor is not"):
        block.scale = hodu.zeros(3)
    block.mean = hodu.ones(3)
    assert block.state_dict()["mean"].tolist() == [1, 1, 1]
    block.first = nn.Parameter(hodu.zeros(1))
    assert "first" not in dict(block.named_children()) and "first" in block.state_dict()
    del block.first
    assert not hasattr(block, "first")
    with pytest.raises(ValueRangeError, match="no name"):
        block.register_buffer("a.b", None)
    with pytest.raises(ValueRangeError, match="already"):
        block.register_parameter("forward", None)


def test_super_must_be_called_first():
    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.part = nn.Identity()

    with pytest.raises(AttributeError, match=r"before super\(\).__init__\(\)"):
        Hasty()


def test_shared_parts_count_once_but_have_all_their_names():
    tied = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    tied[1].weight = tied[0].weight
    assert len(list(tied.parameters())) == 3 and len(tied.state_dict()) == 4
    assert len(list(tied.named_parameters(remove_duplicate=False))) == 4
    same = copy.deepcopy(tied)
    assert same[1].weight is same[0].weight and same[0].weight is not tied[0].weight


def test_state_goes_through_a_file(tmp_path):
    first, second = Block(), Block()
    hodu.save(first.state_dict(), tmp_path / "block.safetensors")
    keys = second.load_state_dict(hodu.load(tmp_path / "block.safetensors"))
    assert not keys.missing_keys and repr(keys) == "<All keys matched successfully>"
    x = hodu.randn(4, 2)
    assert (first(x) == second(x)).all()


def test_everything_that_does_not_fit_is_one_error():
    block = Block()
    before = block.first.bias.tolist()
    state = {
        "scale": hodu.zeros(4),
        "first.weight": np.zeros((3, 2), np.complex64).real,
        "first.bias": hodu.ones(3),
        "mean": [1, 2, 3],
        "extra": hodu.zeros(1),
    }
    with pytest.raises(ValueRangeError) as caught:
        block.load_state_dict(state)
    for part in ("scale: [4] for [3]", "mean: a list", "missing: rest.1.weight"):
        assert part in str(caught.value)
    assert "unexpected: extra" in str(caught.value)
    assert block.first.bias.tolist() == before, "nothing is loaded when something is wrong"
    keys = block.load_state_dict({"first.bias": hodu.ones(3), "extra": state["extra"]}, False)
    assert keys.unexpected_keys == ["extra"] and "scale" in keys.missing_keys
    assert block.first.bias.tolist() == [1, 1, 1]


def test_loading_keeps_the_parameters_and_assigning_replaces_them():
    linear = nn.Linear(2, 1)
    own, new = linear.weight, hodu.tensor([[1.0, 2.0]], dtype="f64")
    linear.load_state_dict({"weight": new}, strict=False)
    assert linear.weight is own and own.dtype is hodu.f32 and own.tolist() == [[1, 2]]
    linear.load_state_dict({"weight": new}, strict=False, assign=True)
    assert isinstance(linear.weight, nn.Parameter) and linear.weight.dtype is hodu.f64
    assert np.shares_memory(linear.weight.detach().numpy(), new.numpy())


def test_modes_casts_and_apply():
    block = Block()
    parameter, seen = block.scale, []
    assert block.eval() is block and not any(m.training for m in block.modules())
    assert block.train().rest[0].training
    assert block.double().scale is parameter and parameter.dtype is hodu.f64
    assert block.count.dtype is hodu.i64, "integers stay"
    assert block.to("cpu", "bf16").mean.dtype is hodu.bf16
    assert block.to(hodu.zeros(1)).mean.dtype is hodu.f32
    with pytest.raises(DTypeError, match="cast to floats"):
        block.to("i32")
    with pytest.raises(HoduError, match="cuda"):
        block.to("cuda")
    block.apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Linear", "ReLU", "Linear", "Sequential", "Block"]
    with pytest.raises(UnsupportedError, match="no forward"):
        nn.Module()(1)


def test_hooks_change_arguments_and_results():
    linear, calls = nn.Identity(), []
    first = linear.register_forward_pre_hook(lambda m, args: (args[0] + 1,))
    linear.register_forward_hook(lambda m, args, result: result * 10)
    with linear.register_forward_hook(lambda m, a, r: calls.append(r.item()), prepend=True):
        assert linear(hodu.tensor(1.0)).item() == 20 and calls == [2]
    first.remove()
    assert linear(hodu.tensor(1.0)).item() == 10 and calls == [2]
    linear.register_forward_pre_hook(lambda m, args, kw: (args, {}), with_kwargs=True)
    linear.register_forward_hook(
        lambda m, args, kw, result: calls.append(result), with_kwargs=True, always_call=True
    )
    with pytest.raises(TypeError):
        linear()
    assert calls == [2, None]


def test_backward_hooks_see_and_change_gradients():
    linear, seen = nn.Linear(2, 1, bias=False), []
    nn.init.constant_(linear.weight, 3.0)
    linear.register_full_backward_pre_hook(lambda m, grads: (grads[0] * 2,))
    handle = linear.register_full_backward_hook(lambda m, grads, outs: seen.append((grads, outs)))
    x = hodu.ones(1, 2).requires_grad_()
    linear(x).sum().backward()
    assert x.grad.tolist() == [[6, 6]] and linear.weight.grad.tolist() == [[2, 2]]
    ((grads, outs),) = seen
    assert grads[0].tolist() == [[6, 6]] and outs[0].tolist() == [[2]]
    handle.remove()
    linear.register_full_backward_hook(lambda m, grads, outs: (grads[0] * 0,))
    x.grad = None
    linear(x).sum().backward()
    assert x.grad.tolist() == [[0, 0]]
    linear.register_full_backward_hook(lambda m, grads, outs: (1, 2))
    with pytest.raises(ValueRangeError, match="2 gradients for 1"):
        linear(x).sum().backward()


def test_gradients_of_all_parameters():
    block = Block()
    block(hodu.randn(4, 2)).sum().backward()
    assert all(p.grad is not None for p in block.parameters())
    block.double()
    assert block.scale.grad.dtype is hodu.f64, "gradients are cast with their parameters"
    block.zero_grad(set_to_none=False)
    assert block.scale.grad.tolist() == [0, 0, 0]
    block.zero_grad()
    assert block.scale.grad is None
    block.first.requires_grad_(False)
    assert [n for n, p in block.named_parameters() if p.requires_grad] == ["scale", "rest.1.weight"]
    frozen = copy.deepcopy(block)
    assert not frozen.first.weight.requires_grad and frozen.scale.requires_grad
    assert nn.Embedding.from_pretrained(hodu.ones(3, 2)).weight.requires_grad is False


def test_modules_are_copied_and_pickled():
    block = Block()
    x = hodu.randn(4, 2)
    for other in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
        assert isinstance(other.scale, nn.Parameter) and isinstance(other.count, nn.Buffer)
        assert list(other.state_dict()) == list(block.state_dict())
        assert (other(x) == block(x)).all() and repr(other) == repr(block)
        nn.init.zeros_(other.scale)
        assert (block.scale == 1).all()


def test_sequential_is_a_list_of_layers():
    layers = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert layers[0].out_features == 3 and layers[-1].out_features == 1
    assert len(layers[:2]) == 2 and isinstance(layers[:2], nn.Sequential)
    assert layers[:2][0] is layers[0]
    named = nn.Sequential({"inner": nn.Linear(2, 3), "act": nn.ReLU()})
    assert list(named.state_dict()) == ["inner.weight", "inner.bias"]
    layers.append(nn.Tanh()).insert(1, nn.Identity())
    assert [type(m).__name__ for m in layers] == ["Linear", "Identity", "ReLU", "Linear", "Tanh"]
    del layers[1]
    assert isinstance(layers.pop(), nn.Tanh) and list(layers._modules) == ["0", "1", "2"]
    layers[1] = nn.Sigmoid()
    assert "Sigmoid" in repr(layers)
    assert len(layers + named) == 5
    with pytest.raises(IndexError, match="index 7 of 3 modules"):
        layers[7]


def test_module_lists_and_dicts():
    block = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
    block += [nn.ReLU()]
    assert len(block) == 4 and list(block.state_dict())[-1] == "2.bias"
    assert "(0-2): 3 x Linear" in repr(block) and "(3): ReLU()" in repr(block)
    assert isinstance(block[1:], nn.ModuleList) and block[1:][0] is block[1]
    named = nn.ModuleDict({"a": nn.Linear(1, 1)})
    named["b"] = nn.ReLU()
    named.update([("c", nn.Tanh())])
    assert list(named) == ["a", "b", "c"] and "b" in named and len(named) == 3
    assert isinstance(named.pop("c"), nn.Tanh) and list(named.keys()) == ["a", "b"]


def test_parameter_lists_and_dicts():
    several = nn.ParameterList([hodu.ones(2), nn.Parameter(hodu.zeros(1))])
    several.append(hodu.ones(3))
    assert len(several) == 3 and all(isinstance(p, nn.Parameter) for p in several)
    assert list(several.state_dict()) == ["0", "1", "2"] and len(several[1:]) == 2
    named = nn.ParameterDict({"left": hodu.ones(2)})
    named["right"] = hodu.zeros(2)
    assert list(named) == ["left", "right"] and list(named.state_dict()) == ["left", "right"]
    assert named.get("none") is None and "left" in named
    assert (named | nn.ParameterDict({"x": hodu.ones(1)})).keys() == ["left", "right", "x"]
    assert named.pop("left").tolist() == [1, 1] and len(named) == 1


def test_statistics_of_a_capture_are_states():
    norm = nn.BatchNorm1d(2)
    with hodu.capture("norm") as board:
        x = board.input("x", (4, 2))
        board.target("y", norm(x))
    names = set(board.snapshot.states)
    assert names == {"running_mean", "running_var", "num_batches_tracked"}
    assert norm.num_batches_tracked.item() == 0, "a capture computes nothing"
    module = hodu.compile(board.snapshot)
    data = np.random.default_rng(0).standard_normal((4, 2)).astype(np.float32)
    assert module.execute({"x": data})["y"].shape == (4, 2)


def test_a_capture_of_evaluation_has_no_states():
    norm = nn.BatchNorm1d(2).eval()
    with hodu.capture("norm") as board:
        board.target("y", norm(board.input("x", ("N", 2))))
    assert not board.snapshot.states
