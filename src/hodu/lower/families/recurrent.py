"""LSTM, GRU and plain recurrent layers; see `hodu.ops.recurrent` for what they compute."""

from __future__ import annotations

from collections.abc import Callable

from hodu.kernel import math
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.lower.gemm.gates import pack_gates
from hodu.lower.layers.recurrent import Layer
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._cells import Activation, Math, make_activations


def _activations(s: Stage, count: int) -> list[Activation]:
    """The activations that the node names, over expressions; `s.k` may change meanwhile."""

    def named(function: Callable[[KernelBuilder, Expr], Expr]) -> Callable[[Expr], Expr]:
        return lambda x: s.k.let(function(s.k, s.k.let(x, "x")), "f")

    functions = Math(
        exp=named(math.exp),
        tanh=named(math.tanh),
        sigmoid=named(math.gate),
        log1p=named(math.log1p),
        abs=math.magnitude,
        where=select,
        clip=_clip,
    )
    a = s.attrs
    return make_activations(
        functions, a["activations"], count, a.get("alphas"), a.get("betas"), a.get("clip")
    )


def _clip(x: Expr, low: float | None, high: float | None) -> Expr:
    """NaN stays."""
    x = x if low is None else select(x < low, low, x)
    return x if high is None else select(x > high, high, x)


@kernel("lstm_layer")
def lstm_layer(s: Stage) -> None:
    """Gates i, f, g, o; the cell and the state of each unit computed with its product."""
    f, g, h = _activations(s, 3)
    layer = Layer(s, 4, 2, (5, 6, 7), biases=(3, 4))
    panels = pack_gates(s, 2, range(4), layer.units, layer.dtype)
    look = layer.padded_rows((8,), 3)
    hidden, cell = layer.begin()
    padded, k = layer.units.padded, s.k

    def see(gate: Expr, part: int, at: Expr, cell: Expr) -> Expr:
        return gate if look is None else gate + layer.load(look, at + part * padded) * cell

    with k.loop(layer.steps, name="t") as t:

        def units(row: Expr, at: Expr, shares: list[Expr]) -> None:
            spot = layer.spot(t, row, at)
            gates = [layer.share(spot, n) + shares[n] for n in range(4)]
            old = layer.load(cell, spot.old)
            i = k.let(f(see(gates[0], 0, at, old)), "i")
            keep = 1.0 - i if s.attrs.get("input_forget") else f(see(gates[1], 1, at, old))
            new = k.let(keep * old + i * g(gates[2]), "c")
            layer.update((hidden, cell), (f(see(gates[3], 2, at, new)) * h(new), new), spot)

        layer.products(panels, hidden, t % 2 * (layer.batch * padded), t, units)
        layer.output(t, hidden)
    layer.end((hidden, cell))


@kernel("gru_layer")
def gru_layer(s: Stage) -> None:
    """Gates r, z, n; the reset gate multiplies the share of n, or the state before its product."""
    f, g = _activations(s, 2)
    is_after = bool(s.attrs.get("linear_before_reset", True))
    layer = Layer(s, 3, 1, (5, 6), at_once=is_after)
    if is_after:
        _gru_after(s, layer, f, g)
    else:
        _gru_before(s, layer, f, g)


def _gru_after(s: Stage, layer: Layer, f: Activation, g: Activation) -> None:
    panels = pack_gates(s, 2, range(3), layer.units, layer.dtype)
    bias = layer.padded_rows((4,), 3)
    (hidden,) = layer.begin()
    padded, k = layer.units.padded, s.k
    with k.loop(layer.steps, name="t") as t:

        def units(row: Expr, at: Expr, shares: list[Expr]) -> None:
            spot = layer.spot(t, row, at)
            if bias is not None:
                shares = [x + layer.load(bias, at + n * padded) for n, x in enumerate(shares)]
            reset = f(layer.share(spot, 0) + shares[0])
            update = k.let(f(layer.share(spot, 1) + shares[1]), "z")
            new = g(layer.share(spot, 2) + reset * shares[2])
            old = layer.load(hidden, spot.old)
            layer.update((hidden,), ((1.0 - update) * new + update * old,), spot)

        layer.products(panels, hidden, t % 2 * (layer.batch * padded), t, units)
        layer.output(t, hidden)
    layer.end((hidden,))


def _gru_before(s: Stage, layer: Layer, f: Activation, g: Activation) -> None:
    gates = pack_gates(s, 2, range(2), layer.units, layer.dtype)
    news = pack_gates(s, 2, range(2, 3), layer.units, layer.dtype)
    bias = layer.padded_rows((4,), 3)
    (hidden,) = layer.begin()
    padded, k = layer.units.padded, s.k
    size = layer.batch * padded
    kept, updates = (s.scratch(layer.dtype, size, name) for name in ("kept", "updates"))

    def biased(x: Expr, gate: int, at: Expr) -> Expr:
        return x if bias is None else x + layer.load(bias, at + gate * padded)

    with k.loop(layer.steps, name="t") as t:

        def open_gates(row: Expr, at: Expr, shares: list[Expr]) -> None:
            spot = layer.spot(t, row, at)
            reset = f(layer.share(spot, 0) + biased(shares[0], 0, at))
            place = row * padded + at
            k.store(kept, place, reset * layer.load(hidden, spot.old))
            k.store(updates, place, f(layer.share(spot, 1) + biased(shares[1], 1, at)))

        def units(row: Expr, at: Expr, shares: list[Expr]) -> None:
            spot = layer.spot(t, row, at)
            new = g(layer.share(spot, 2) + biased(shares[0], 2, at))
            update = layer.load(updates, row * padded + at)
            old = layer.load(hidden, spot.old)
            layer.update((hidden,), ((1.0 - update) * new + update * old,), spot)

        layer.products(gates, hidden, t % 2 * size, t, open_gates)
        layer.products(news, kept, t * 0, t, units)
        layer.output(t, hidden)
    layer.end((hidden,))


@kernel("rnn_layer")
def rnn_layer(s: Stage) -> None:
    """One gate, which is the new state."""
    (f,) = _activations(s, 1)
    layer = Layer(s, 1, 1, (5, 6), biases=(3, 4))
    panels = pack_gates(s, 2, range(1), layer.units, layer.dtype)
    (hidden,) = layer.begin()
    padded = layer.units.padded
    with s.k.loop(layer.steps, name="t") as t:

        def units(row: Expr, at: Expr, shares: list[Expr]) -> None:
            spot = layer.spot(t, row, at)
            gate = layer.share(spot, 0) + shares[0]
            layer.update((hidden,), (f(gate),), spot)

        layer.products(panels, hidden, t % 2 * (layer.batch * padded), t, units)
        layer.output(t, hidden)
    layer.end((hidden,))
