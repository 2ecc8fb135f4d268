"""What wrong calls say: a HoduError that is also the expected builtin, with the values in it."""

from __future__ import annotations

import re

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import linalg

NAMES = {
    "hodu": hodu,
    "F": F,
    "linalg": linalg,
    "np": np,
    "x": hodu.arange(24.0).reshape(2, 3, 4),
    "m": hodu.eye(3),
    "v": hodu.ones(5),
    "i": hodu.tensor([[0, 1, 2], [3, 4, 5]]),
    "b": hodu.tensor([True, False]),
    "n": hodu.tensor([2, 0, 1, 2]),
    "img": hodu.ones(2, 2, 4, 4),
}
WRONG = [
    # making tensors
    ("hodu.tensor([[1, 2], [3]])", ValueError, "ragged", "[2]", "[1]"),
    ("hodu.tensor([1, 'a'])", TypeError, "'a'"),
    ("hodu.tensor(None)", TypeError, "None"),
    ("hodu.tensor(1 + 2j)", TypeError, "complex"),
    ("hodu.tensor([300], dtype='u8')", ValueError, "300", "u8", "255"),
    ("hodu.tensor([1], dtype='f33')", TypeError, "'f33'", "bf16"),
    ("hodu.tensor([1], device='tpu')", RuntimeError, "'tpu'", "cuda"),
    ("hodu.zeros(-1, 2)", ValueError, "[-1, 2]"),
    ("hodu.zeros('3')", TypeError, "'3'"),
    ("hodu.full((2,), None)", TypeError, "fill_value", "None"),
    ("hodu.arange()", TypeError, "end"),
    ("hodu.arange(5, 0)", ValueError, "from 5 to 0", "sign"),
    ("hodu.rand(-1)", ValueError, "[-1]"),
    ("hodu.randperm(-3)", ValueError, "-3"),
    ("hodu.rand(2, generator=3)", TypeError, "Generator", "3"),
    ("hodu.rand(2, dtype='i64')", TypeError, "rand()", "i64"),
    ("hodu.randint('a', (2,))", TypeError, "'a'"),
    ("hodu.randint(5, 5, (2,))", ValueError, "low=5", "high=5"),
    ("hodu.manual_seed('a')", TypeError, "seed", "'a'"),
    ("hodu.logspace(0, 1, 3, base='a')", TypeError, "base", "'a'"),
    ("F.one_hot(i, num_classes=3)", IndexError, "class 3", "num_classes=3"),
    ("hodu.from_numpy(np.array(['a']))", TypeError, "<U1"),
    # elements
    ("x + v", ValueError, "[2, 3, 4]", "[5]", "4 against 5"),
    ("hodu.add(x, None)", TypeError, "add()", "'other'", "NoneType"),
    ("hodu.add(x, 'a')", TypeError, "'other'", "str"),
    ("hodu.exp(None)", TypeError, "exp()", "NoneType"),
    ("hodu.exp([x])", TypeError, "exp()", "list"),
    ("x & 1", TypeError, "bitwise_and()", "f32", "i64"),
    ("i // 0", ZeroDivisionError, "division by zero", "mask"),
    ("i.pow(-1)", ValueError, "-1", ".to('f32')"),
    ("i.clone().div_(2)", TypeError, "f32", "i64"),
    ("v.clone().add_(x)", ValueError, "[5]", "[2, 3, 4]"),
    ("hodu.ones(3).expand(2, 3).add_(1)", ValueError, "shared", ".clone()"),
    ("x.clamp()", TypeError, "min", "max"),
    ("hodu.where(x, x, x)", TypeError, "'condition'", "bool"),
    ("F.gelu(x, approximate='erf')", ValueError, "'erf'", "'tanh'"),
    ("F.gelu(x, approximate=3)", TypeError, "approximate", "3"),
    ("F.prelu(x, hodu.ones(4))", ValueError, "[4]", "[3]"),
    ("F.softmax(i, 0)", TypeError, "softmax()", "i64"),
    ("F.glu(v)", ValueError, "odd size 5"),
    ("v.clone().fill_('a')", TypeError, "'a'"),
    ("v.clone().copy_(3)", TypeError, "int", "fill_()"),
    # reductions
    ("x.sum(3)", IndexError, "dim=3", "[-3, 2]"),
    ("x.sum((0, 0))", IndexError, "(0, 0)", "twice"),
    ("x.sum('a')", TypeError, "dim", "'a'"),
    ("i.mean()", TypeError, "mean()", "i64", "dtype="),
    ("hodu.zeros(2, 0).max(1)", ValueError, "[2, 0]"),
    ("x.quantile(1.5)", ValueError, "1.5", "[0, 1]"),
    ("x.topk(9)", IndexError, "k=9", "[0, 4]"),
    ("(-n).bincount()", IndexError, "-2", "index 0"),
    ("hodu.median([1.0])", TypeError, "median()", "list"),
    # shapes
    ("x.reshape(5, 5)", ValueError, "[2, 3, 4]", "24", "[5, 5]"),
    ("x.reshape(2.0, 12)", TypeError, "2.0"),
    ("x.transpose(0, 1).view(-1)", ValueError, "[24]", "reshape"),
    ("x.expand(3, 3, 4)", ValueError, "2 against 3"),
    ("x.permute(0, 1)", IndexError, "(0, 1)", "each dimension"),
    ("x.squeeze(4)", IndexError, "dim=4"),
    ("hodu.tensor(1.0).roll(1, 0)", IndexError, "dims=(0,)", "0-d"),
    ("x.size(7)", IndexError, "dim=7"),
    ("hodu.cat([])", TypeError, "at least one"),
    ("hodu.cat([x, v])", ValueError, "[2, 3, 4]", "[5]"),
    ("hodu.cat([x, None])", TypeError, "'tensors'", "NoneType"),
    ("hodu.stack(3)", TypeError, "sequence", "int"),
    ("x.split([1, 1], 1)", ValueError, "[1, 1]", "2", "3"),
    ("hodu.flatten([1, 2])", TypeError, "flatten()", "'input'", "list"),
    ("hodu.meshgrid(m, m)", TypeError, "[3, 3]"),
    ("F.pad(x, (9, 9), mode='reflect')", ValueError, "'reflect'", "9", "at most 3"),
    ("v.diff(-1)", ValueError, "n=-1"),
    # indices
    ("x[5]", IndexError, "index 5", "size 2"),
    ("x[[0, 7]]", IndexError, "index 7", "size 2"),
    ("x['a']", TypeError, "'a'"),
    ("x[1.5]", TypeError, "1.5", "//"),
    ("x.__setitem__(0, 'a')", TypeError, "'a'"),
    ("x.__setitem__(0, [[1], [2, 3]])", ValueError, "ragged"),
    ("x.__setitem__(0, hodu.ones(7))", ValueError, "[3, 4]", "[7]"),
    ("x.index_select(0, hodu.tensor([5]))", IndexError, "index 5"),
    ("x.index_select(0, [0])", TypeError, "'index'", "list"),
    ("v.scatter(0, hodu.tensor([9]), 1.0)", IndexError, "index 9"),
    ("v.scatter(0, n)", TypeError, "src", "value"),
    ("v.scatter_reduce(0, n, v[:4], 'max')", ValueError, "'max'", "amax"),
    ("v.index_fill(0, n, 'a')", TypeError, "'a'"),
    ("F.embedding(hodu.tensor([9]), m)", IndexError, "index 9", "size 3"),
    # linear algebra
    ("hodu.matmul(x, v)", ValueError, "[2, 3, 4]", "4 and 5"),
    ("hodu.bmm(m, m)", ValueError, "bmm()", "3-D"),
    ("hodu.bmm(x, 3)", TypeError, "bmm()", "int"),
    ("hodu.einsum('ij,jk->ik', m)", ValueError, "2 operands", "1"),
    ("hodu.einsum('ij->kl', m)", ValueError, "'k'"),
    ("linalg.det(hodu.ones(2, 3))", ValueError, "square", "[2, 3]"),
    ("linalg.inv(hodu.zeros(2, 3, 3))", ValueError, "singular", "[0]"),
    ("linalg.solve(hodu.zeros(3, 3), hodu.ones(2, 3, 2))", ValueError, "singular"),
    ("linalg.cholesky(-m)", ValueError, "positive definite"),
    ("linalg.eigh(m, 3)", TypeError, "UPLO", "3"),
    # windows
    ("F.conv2d(img, hodu.ones(3, 5, 3, 3))", ValueError, "2 channels", "takes 5"),
    ("F.conv2d(img, hodu.ones(3, 2, 9, 9))", ValueError, "[9, 9]", "[4, 4]"),
    ("F.conv2d([1], [2])", TypeError, "conv2d()", "list"),
    ("F.conv2d(img, hodu.ones(3, 2, 3, 3), padding='full')", ValueError, "'full'", "'same'"),
    ("F.max_pool2d(img, 2, padding=2)", ValueError, "(2, 2)", "half"),
    ("F.max_pool2d(v, 2)", ValueError, "[5]"),
    ("F.interpolate(img)", TypeError, "size=None", "exactly one"),
    ("F.grid_sample(img, hodu.ones(2, 3, 3, 3))", ValueError, "[2, 3, 3, 3]"),
    ("F.affine_grid(hodu.ones(1, 2, 3), (1, 1, -2, 2))", ValueError, "[1, 1, -2, 2]"),
    ("F.pixel_shuffle(img, 3)", ValueError, "9"),
    ("F.fold(hodu.ones(2, 12, 6), (), 2)", TypeError, "output_size=()"),
    ("F.layer_norm(x, (3,))", ValueError, "[3]", "[2, 3, 4]"),
    ("F.dropout(x, 2.0)", ValueError, "2.0", "[0, 1]"),
    # Python
    ("x.item()", TypeError, "[2, 3, 4]"),
    ("bool(x)", TypeError, "ambiguous", ".any()"),
    ("len(hodu.tensor(1))", TypeError, "0-d"),
    ("x.to('cuda')", RuntimeError, "cuda", "compile"),
    ("hodu.set_promotion('numpy')", ValueError, "'numpy'"),
]
FOREIGN = re.compile(r"ufunc|dtype\('|np\.|broadcast together|0-d array|object arrays|NoneType'")


@pytest.mark.parametrize(("call", "builtin", "parts"), [(c, e, p) for c, e, *p in WRONG])
def test_wrong_calls_teach(call, builtin, parts):
    with pytest.raises(builtin) as caught:
        eval(call, dict(NAMES))
    assert isinstance(caught.value, hodu.HoduError)
    text = f"{caught.value.message} {caught.value.hint}"
    assert [part for part in parts if part not in text] == []
    assert FOREIGN.search(caught.value.message) is None


@pytest.mark.parametrize("call", ["hodu.exp([v])", "hodu.add([v, v], None)", "hodu.relu([1.0])"])
def test_what_was_called_before_changes_nothing(call):
    hodu.exp(NAMES["v"]), hodu.add(NAMES["v"], NAMES["v"]), hodu.relu(1.0)
    with pytest.raises(TypeError, match="list"):
        eval(call, dict(NAMES))


def test_errors_of_python_stay():
    for call in ("x + 'a'", "x + None", "x < 'a'", "x.sum(dims=1)", "x.cumsum()", "F.softmax(x)"):
        with pytest.raises(TypeError):
            eval(call, dict(NAMES))
    with pytest.raises(AttributeError, match="foo"):
        NAMES["x"].foo  # noqa: B018
