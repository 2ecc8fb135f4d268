"""Recognition: what is spelt out in small ops, found again as the composite that it is.

Exporters write out what their format has no op for, and `expand` does the same. The composites
round differently from what they replace, so that exact programs go without. Two of them are also
more careful: a query that may attend to nothing gives zeros where the formula gives NaN, and
softplus does not overflow.
"""

from __future__ import annotations

from hodu.passes._rewrite import Keep, rewrite
from hodu.passes.recognise.activation import ACTIVATIONS
from hodu.passes.recognise.attention import ATTENTION
from hodu.passes.recognise.linear import LINEAR
from hodu.passes.recognise.normalization import NORMALIZATIONS
from hodu.passes.recognise.softmax import SOFTMAX
from hodu.snapshot.ir import Snapshot

RULES = [*ACTIVATIONS, *SOFTMAX, *NORMALIZATIONS, *LINEAR, *ATTENTION]


def recognise(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot with the composites that occur in it as nodes, if `keep` wants them."""
    return rewrite(snapshot, RULES, keep)
