"""Damage to ONNX models: one function a kind, each changes a model at a random place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

Mutation: TypeAlias = Callable[[onnx.ModelProto, random.Random], None]
NUMBERS = (-(2**63), -(2**31), -7, -1, 0, 1, 2, 3, 65, 2**16, 2**31 - 1, 2**33, 2**62, 2**63 - 1)
OUTSIDE = ("../secret", "/etc/passwd", "", "a\0b", "x" * 5000, ".", "link/../../secret", "weights")


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and those inside of its nodes."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs(attribute.g)


def _nodes(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    inside = [n for g in graphs(model.graph) for n in g.node]
    return inside + [n for f in model.functions for n in f.node] or [onnx.NodeProto()]


def _tensors(model: onnx.ModelProto) -> list[TensorProto]:
    held = [t for g in graphs(model.graph) for t in g.initializer]
    return held + [a.t for n in _nodes(model) for a in n.attribute if a.HasField("t")]


def _infos(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    return [i for g in graphs(model.graph) for i in (*g.input, *g.output)]


def _names(model: onnx.ModelProto) -> list[str]:
    made = [o for n in _nodes(model) for o in n.output]
    return [*made, *(i.name for i in _infos(model)), "nowhere", ""]


def dims(model: onnx.ModelProto, rng: random.Random) -> None:
    """A size of a tensor or of an input becomes another one, or a name."""
    tensors = [t for t in _tensors(model) if t.dims]
    shaped = [i.type.tensor_type.shape for i in _infos(model) if i.type.tensor_type.shape.dim]
    if tensors and rng.random() < 0.5:
        tensor = rng.choice(tensors)
        tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice(NUMBERS)
    elif shaped:
        dim = rng.choice(rng.choice(shaped).dim)
        if rng.random() < 0.3:
            dim.dim_param = rng.choice(["n", "", "a b", "n + 1", "1"])
        else:
            dim.dim_value = rng.choice(NUMBERS)


def rank(model: onnx.ModelProto, rng: random.Random) -> None:
    """A tensor or an input gets more dimensions, or none."""
    holder: Any = rng.choice([*_tensors(model), *_infos(model)] or [None])
    if isinstance(holder, TensorProto):
        del holder.dims[:]
        holder.dims.extend([1] * rng.choice([0, 1, 5, 70]))
    elif holder is not None:
        shape = holder.type.tensor_type.shape
        del shape.dim[:]
        for _ in range(rng.choice([0, 1, 5, 70])):
            shape.dim.add(dim_value=1)


def edges(model: onnx.ModelProto, rng: random.Random) -> None:
    """An input or output of a node gets another name: dangling, of a later node, its own."""
    node = rng.choice(_nodes(model))
    names = rng.choice([node.input, node.output])
    if names:
        names[rng.randrange(len(names))] = rng.choice(_names(model))


def arity(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node loses or gains inputs or outputs."""
    node = rng.choice(_nodes(model))
    names = rng.choice([node.input, node.output])
    if rng.random() < 0.5:
        del names[rng.randrange(len(names) + 1) :]
    else:
        names.extend(rng.choices(_names(model), k=rng.choice([1, 2, 30])))


def dtypes(model: onnx.ModelProto, rng: random.Random) -> None:
    """A tensor or an input gets another element type."""
    holder: Any = rng.choice([*_tensors(model), *_infos(model)] or [None])
    if isinstance(holder, TensorProto):
        holder.data_type = rng.randrange(-1, 40)
    elif holder is not None:
        holder.type.tensor_type.elem_type = rng.randrange(-1, 40)


def kinds(model: onnx.ModelProto, rng: random.Random) -> None:
    """An input or output becomes a sequence, an optional, a map, or nothing."""
    info = rng.choice(_infos(model) or [onnx.ValueInfoProto()])
    inner = onnx.TypeProto()
    inner.CopyFrom(info.type)
    info.type.Clear()
    kind = rng.choice(["sequence_type", "optional_type", "map_type", "sparse_tensor_type", ""])
    if kind in ("sequence_type", "optional_type"):
        getattr(info.type, kind).elem_type.CopyFrom(inner)
    elif kind:
        getattr(info.type, kind).SetInParent()


def attribute(model: onnx.ModelProto, rng: random.Random) -> None:
    """An attribute gets another value, type or name, or goes."""
    found = [(n, a) for n in _nodes(model) for a in n.attribute]
    if not found:
        return
    node, chosen = rng.choice(found)
    way = rng.randrange(5)
    if way == 0:
        node.attribute.remove(chosen)
    elif way == 1:
        chosen.name = rng.choice(["axis", "perm", "value", "to", "body", "", "kernel_shape"])
    elif way == 2:
        chosen.type = rng.choice(list(AttributeProto.AttributeType.values()))
    elif way == 3:
        _set_numbers(chosen, rng)
    else:
        values = [3, -1.5, b"linear", [1, 2], [0.5], ["a"], float("nan"), 2**63 - 1]
        new = helper.make_attribute(chosen.name or "axis", rng.choice(values))
        chosen.CopyFrom(new)


def _set_numbers(chosen: AttributeProto, rng: random.Random) -> None:
    if chosen.ints and rng.random() < 0.7:
        chosen.ints[rng.randrange(len(chosen.ints))] = rng.choice(NUMBERS)
    elif chosen.ints:
        chosen.ints.extend([1] * rng.choice([1, 3, 100]))
    elif chosen.HasField("i"):
        chosen.i = rng.choice(NUMBERS)
    elif chosen.HasField("f"):
        chosen.f = rng.choice([float("nan"), float("inf"), -1e30, 0.0, 1e-45])
    elif chosen.HasField("s"):
        chosen.s = rng.choice([b"", b"\xff\xfe", b"linear", b"reflect", b"x" * 1000, b"SAME_UPPER"])


def more_attributes(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node gets an attribute that it may not know."""
    names = ["axis", "axes", "to", "mode", "seed", "group", "pads", "dtype", "num_outputs", "shape"]
    value = rng.choice([*NUMBERS, "text", [2**62, 2], [-1], 0.5, [0.5]])
    node = rng.choice(_nodes(model))
    node.attribute.append(helper.make_attribute(rng.choice(names), value))


def operator(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node becomes one of another operator, or of another domain."""
    node = rng.choice(_nodes(model))
    if rng.random() < 0.2:
        node.domain = rng.choice(["", "ai.onnx.ml", "com.microsoft", "hodu", "nobody"])
    else:
        schemas = onnx.defs.get_all_schemas()
        node.op_type = rng.choice(sorted({s.name for s in schemas}))


def order(model: onnx.ModelProto, rng: random.Random) -> None:
    """Nodes are shuffled, doubled, lost; inputs are lost."""
    graph = rng.choice(list(graphs(model.graph)))
    nodes = list(graph.node)
    way = rng.randrange(4)
    if way == 0:
        rng.shuffle(nodes)
    elif way == 1 and nodes:
        nodes.append(rng.choice(nodes))
    elif way == 2 and nodes:
        nodes.remove(rng.choice(nodes))
    elif graph.input:
        del graph.input[rng.randrange(len(graph.input))]
    copies = [n.SerializeToString() for n in nodes]
    del graph.node[:]
    graph.node.extend(onnx.NodeProto.FromString(c) for c in copies)


def data(model: onnx.ModelProto, rng: random.Random) -> None:
    """The contents of a tensor are cut, grown, doubled, or become extreme numbers."""
    tensors = _tensors(model)
    if not tensors:
        return
    tensor = rng.choice(tensors)
    raw = tensor.raw_data
    way = rng.randrange(5)
    if way == 0 and raw:
        tensor.raw_data = raw[: rng.randrange(len(raw))]
    elif way == 1:
        tensor.raw_data = raw + bytes(rng.choice([1, 8, 1000]))
    elif way == 2:
        rng.choice([tensor.float_data, tensor.int64_data, tensor.int32_data]).extend([1] * 3)
    elif way == 3 and raw:
        tensor.raw_data = bytes(rng.randrange(256) for _ in raw[:4096]) + raw[4096:]
    else:
        _extreme(tensor, rng)


def _extreme(tensor: TensorProto, rng: random.Random) -> None:
    """Integers that are sizes or places become extreme ones."""
    if tensor.data_location == TensorProto.EXTERNAL:
        return
    try:
        array = numpy_helper.to_array(tensor).copy()
    except (TypeError, ValueError, KeyError):
        return
    if array.dtype.kind not in "iu" or not array.size or array.size > 64:
        return
    low, high = int(np.iinfo(array.dtype).min), int(np.iinfo(array.dtype).max)
    array.flat[rng.randrange(array.size)] = min(max(rng.choice(NUMBERS), low), high)
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def external(model: onnx.ModelProto, rng: random.Random) -> None:
    """The contents of a tensor lie in another file, which may be none of the model's."""
    tensors = _tensors(model)
    if not tensors:
        return
    tensor = rng.choice(tensors)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    entries = {"location": rng.choice(OUTSIDE), "offset": rng.choice(["0", "-1", "9" * 19, "x"])}
    entries["length"] = rng.choice(["", "16", "-5", "9" * 30])
    for key, value in entries.items():
        if value or rng.random() < 0.5:
            tensor.external_data.add(key=key, value=value)


def opsets(model: onnx.ModelProto, rng: random.Random) -> None:
    """Versions of operators, of the format, and metadata."""
    chosen = rng.choice(model.opset_import or [onnx.OperatorSetIdProto()])
    way = rng.randrange(4)
    if way == 0:
        chosen.version = rng.choice([*range(1, 30), -1, 0, 1000, 2**62])
    elif way == 1:
        chosen.domain = rng.choice(["", "ai.onnx", "ai.onnx.ml", "nobody"])
    elif way == 2:
        model.ir_version = rng.choice([0, 1, 3, 1000])
    else:
        keys = ["hodu.states", "hodu.aliases", "hodu.bounds"]
        texts = ["[", '["x"]', "{}", '{"y": "x"}', '{"n": [0, -1]}', "[" * 5000, "null"]
        model.metadata_props.add(key=rng.choice(keys), value=rng.choice(texts))


def functions(model: onnx.ModelProto, rng: random.Random) -> None:
    """An operator becomes a function that calls itself, another one back, or two more each time."""
    node = rng.choice(list(model.graph.node) or [onnx.NodeProto()])
    way, depth = rng.randrange(3), rng.choice([1, 2, 30, 60, 300])
    node.domain = "local"
    model.opset_import.append(helper.make_opsetid("local", 1))
    names = [node.op_type, *(f"inner{i}" for i in range(1, depth))]
    for i, name in enumerate(names):
        following = names[(i + 1) % depth] if way < 2 or i + 1 < depth else None
        calls = 2 if way == 2 else 1
        last = following is None
        inner = [
            helper.make_node(
                "Identity" if last else str(following), ["x"], ["y" if c == 0 else f"z{c}"],
                domain="" if last else "local",
            )
            for c in range(calls)
        ]  # fmt: skip
        made = helper.make_function(
            "local", name, ["x"], ["y"], inner, [*model.opset_import], attributes=[]
        )
        model.functions.append(made)


def nesting(model: onnx.ModelProto, rng: random.Random) -> None:
    """The first nodes of the graph lie inside of many decisions, one in the other."""
    node = rng.choice(list(model.graph.node) or [onnx.NodeProto()])
    if not node.output:
        return
    inner = onnx.NodeProto()
    inner.CopyFrom(node)
    condition = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
    for i in range(rng.choice([1, 10, 40, 150])):
        results = [onnx.ValueInfoProto(name=o) for o in inner.output]
        branch = helper.make_graph([inner], f"g{i}", [], results)
        outputs = [f"{o}_{i}" for o in node.output]
        inner = helper.make_node("If", ["yes"], outputs, then_branch=branch, else_branch=branch)
        if inner.ByteSize() > 1 << 17:
            break
    del inner.output[:]
    inner.output.extend(node.output)
    node.CopyFrom(inner)
    model.graph.initializer.append(condition)


def loops(model: onnx.ModelProto, rng: random.Random) -> None:
    """A value goes through a loop of very many steps, which keeps it, doubles it or collects it."""
    node = rng.choice(list(model.graph.node) or [onnx.NodeProto()])
    if not node.output or not node.output[0]:
        return
    name = node.output[0]
    kind = rng.choice(["Identity", "Add", "Concat"])
    axis = {"axis": 0} if kind == "Concat" else {}
    step = helper.make_node(kind, ["v"] * (1 if kind == "Identity" else 2), ["w"])
    step.attribute.extend(helper.make_attribute(k, v) for k, v in axis.items())
    nodes = [
        step,
        helper.make_node("Identity", ["c"], ["d"]),
        helper.make_node("Identity", ["v"], ["s"]),
    ]
    scanned = rng.random() < 0.3
    infos = [helper.make_empty_tensor_value_info(n) for n in ("i", "c", "v", "d", "w", "s")]
    body = helper.make_graph(nodes, "body", infos[:3], infos[3 : 6 if scanned else 5])
    count = numpy_helper.from_array(
        np.array(rng.choice([0, 3, 100, 2**20, 2**40, 2**63 - 1])), "trips"
    )
    model.graph.initializer.append(count)
    node.output[0] = "before"
    outputs = [name, *(["rows"] if scanned else [])]
    loop = helper.make_node("Loop", ["trips", "", "before"], outputs, body=body)
    place = list(model.graph.node).index(node) + 1
    rest = [n.SerializeToString() for n in model.graph.node[place:]]
    del model.graph.node[place:]
    model.graph.node.extend([loop, *(onnx.NodeProto.FromString(r) for r in rest)])


MUTATIONS: tuple[Mutation, ...] = (
    dims, rank, edges, arity, dtypes, kinds, attribute, attribute, more_attributes, operator, order,
    data, data, external, opsets, functions, nesting, loops,
)  # fmt: skip


def damaged_bytes(raw: bytes, other: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut, doubled, or joined with those of another model."""
    found, way = bytearray(raw), rng.randrange(4)
    if way == 0:
        for _ in range(rng.choice([1, 2, 8])):
            found[rng.randrange(len(found))] = rng.randrange(256)
    elif way == 1:
        del found[rng.randrange(len(found)) :]
    elif way == 2:
        start, place = rng.randrange(len(found)), rng.randrange(len(found))
        found[place:place] = found[start : start + rng.choice([1, 4, 50])]
    else:
        found[rng.randrange(len(found)) :] = other[rng.randrange(len(other)) :]
    return bytes(found)
