"""Attention problems that shrink to a few small integers, and that force the inputs on which attention goes wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.strategies.layouts import FOR_TENSORS, laid_out
from tests.strategies.sizes import sizes

KINDS = {
    "integers": "small integers",
    "normal": "normally distributed",
    "rising": "every key has a larger logit than the ones before: a rescale at every tile",
    "spike": "one key per head has a logit of +1e4 or -1e4, times the scale",
    "steep": "logits are different multiples of 1e4, in any order",
    "cold": "the same, and all far below 0",
    "frozen": "all logits are far below every number that stands in for -inf, and one key dominates each row",
    "falling": "the first key has a logit of 22, the others are small: together they count in float64",
    "ruler": "key j has the logit j, exactly, in every dtype: a row that sees one key too many is another row",
    "logarithms": "key j has the logit log(2 j + 1), its value is 8 / (j + 1): the example of some prompts",
    "flat": "all logits are 0, values are positive: sums just grow",
    "loud": "all logits are 0, values are near the largest float16: their sum is beyond it, their average is not",
    "balanced": "all logits are equal, by other products; scaled in a half type, they part; d is 2",
    "huge": "q k^T is above 65504, the largest float16, and the scale brings it back only in part",
}
LARGE_LOGITS = ("spike", "steep", "cold", "frozen")


@dataclass(frozen=True)
class Case:
    """One attention problem; what its kinds of values are is told in ``KINDS``.

    Attributes:
        B, Hq, Hkv, Nq, Nk, d, dv: the sizes, see the introduction of ``katas/attention``.
        kind, seed, dtype: what the values are; they are the same on every machine.
        block_q, block_k: None for the kata's default.
        causal, scale: as the katas take them.
        layouts: of q, k and v, each one of ``LAYOUTS``.
        shared: q, k and v are one and the same tensor.
    """

    B: int = 1
    Hq: int = 1
    Hkv: int = 1
    Nq: int = 1
    Nk: int = 1
    d: int = 1
    dv: int = 1
    kind: str = "integers"
    seed: int = 0
    dtype: str = "float64"
    block_q: int | None = None
    block_k: int | None = None
    causal: bool = False
    scale: float | None = None
    layouts: tuple[str, str, str] = ("plain", "plain", "plain")
    shared: bool = False

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """q, k and v in float64, before they are rounded to the dtype."""
        rng = np.random.default_rng(self.seed)
        shapes = (
            (self.B, self.Hq, self.Nq, self.d),
            (self.B, self.Hkv, self.Nk, self.d),
            (self.B, self.Hkv, self.Nk, self.dv),
        )
        if self.kind in ("normal", "rising"):
            q, k, v = (rng.standard_normal(shape) for shape in shapes)
        else:
            q, k, v = (rng.integers(-2, 3, shape).astype(np.float64) for shape in shapes)
        if self.d:
            self._shape_logits(rng, q, k)
        if self.kind == "flat":
            v = np.abs(v) + 1
        elif self.kind == "loud":
            v = 8192 * (np.abs(v) + 2)
        elif self.kind == "ruler":
            v[...] = (np.arange(self.Nk) % 7 - 3)[:, None]
        elif self.kind == "logarithms":
            v[...] = (8 / np.arange(1, self.Nk + 1))[:, None]
        return (q, q, q) if self.shared else (q, k, v)

    def _shape_logits(self, rng: np.random.Generator, q: np.ndarray, k: np.ndarray) -> None:
        """Let the first coordinates make the logits.

        Products and sums of large ones are exact in float32, and one key dominates each row: where large logits almost
        tie, right answers differ, since a running lse of 1e4 has no digits left for the sum.
        """
        order = np.arange(self.Nk, dtype=np.float64)
        if self.kind == "rising":
            # At most 20 in all: an error in a logit, or in a running lse, is its size times eps.
            q[..., 0], k[..., 0] = 1, order * min(2.0, 20 / max(1, self.Nk))
        elif self.kind == "spike":
            q[..., 0], k[..., 0] = rng.choice([-1.0, 1.0], q.shape[:3]), 0
            if self.Nk:
                k[:, :, rng.integers(self.Nk), 0] = 1e4
        elif self.kind == "steep":
            q[..., 0], k[..., 0] = rng.choice([-1.0, 1.0], q.shape[:3]), 1e4 * rng.permutation(order)
        elif self.kind == "cold":
            q[..., 0], k[..., 0] = 1, -1e4 * rng.permutation(order + 1)
        elif self.kind == "frozen":
            q[..., 0], k[..., 0] = 1, -(2.0**107) * rng.permutation(order + 1)
        elif self.kind == "falling" and self.Nk:
            q[..., 0], k[:, :, 0, 0] = 1, 22 * (math.sqrt(self.d) if self.scale is None else 1 / self.scale)
        elif self.kind in ("ruler", "balanced"):  # of two digits, with a scale of 1; or 3 * 200 and 200 * 3
            q[...], k[...] = 0, 0
            ruler = self.kind == "ruler"
            q[..., :2] = (16, 1) if ruler else (3, 200)
            k[..., :2] = np.stack([order // 16, order % 16] if ruler else [order % 2 * 200, (order + 1) % 2 * 3], -1)
        elif self.kind == "logarithms":
            q[...], k[..., 0] = 1, np.log(2 * order + 1)
            k[..., 1:] = 0
        elif self.kind in ("flat", "loud"):
            k[...] = 0
        elif self.kind == "huge":
            q[..., 0], k[..., 0] = 256, 512 * rng.permutation(order + 1)

    def tensors(self, device: str = "cpu") -> tuple[Any, Any, Any]:
        """q, k and v as torch tensors of the dtype."""
        import torch

        q, k, v = (
            in_layout(torch.from_numpy(each).to(dtype=getattr(torch, self.dtype), device=device), layout)
            for each, layout in zip(self.arrays(), self.layouts, strict=True)
        )
        return (q, q, q) if self.shared else (q, k, v)

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments of a tiled kata; what is left at its default is left out."""
        options = {"block_q": self.block_q, "block_k": self.block_k, "causal": self.causal, "scale": self.scale}
        return {key: value for key, value in options.items() if value not in (None, False)}

    @property
    def offset(self) -> int:
        """Causal: query i sees key j when j <= i + offset."""
        return self.Nk - self.Nq

    @property
    def terms(self) -> float:
        """The size of the values that are summed."""
        return float(np.abs(self.arrays()[2]).max(initial=1.0))


LAYOUTS = (*FOR_TENSORS, "heads inside")


def in_layout(value: Any, layout: str) -> Any:
    """A tensor of equal values in one of ``LAYOUTS``; "heads inside" is (B, N, H, d) seen as (B, H, N, d)."""
    if layout == "heads inside":
        return value.transpose(1, 2).contiguous().transpose(1, 2)
    return laid_out(value, layout)


BLOCKS = st.integers(1, 5) | st.sampled_from([None, 16, 257, 1024])
LARGE_BLOCKS = st.sampled_from([None, 32, 64, 100, 128, 257, 300, 1024])


@st.composite
def cases(
    draw: st.DrawFn, *, dtypes: tuple[str, ...] = ("float64", "float32"), causal: bool | None = None, longest: int = 300
) -> Case:
    """Problems of every shape: no queries, no keys, one of each, rectangles both ways, grouped heads, any layout.

    The first of ``dtypes`` is the simplest; ``causal`` is None for either; ``longest`` bounds queries and keys, of
    which not both are many.
    """
    # What comes first is made small first when a failing case shrinks.
    queries, keys = draw(st.integers(0, 12)), draw(st.integers(0, 12))
    long = draw(st.sampled_from(["", "", "", "queries", "keys"]))
    queries = draw(sizes(small=12, largest=longest)) if long == "queries" else queries
    keys = draw(sizes(small=12, largest=longest)) if long == "keys" else keys
    heads = draw(st.sampled_from([1, 2]))
    blocks = LARGE_BLOCKS if max(queries, keys) > 12 else BLOCKS
    kind = draw(st.sampled_from(["integers", "normal", "rising", "spike", "steep", "cold", "falling", "frozen"]))
    case = Case(
        B=draw(st.sampled_from([1, 2, 0])),
        Hq=heads * draw(st.sampled_from([1, 2, 3])),
        Hkv=heads,
        Nq=queries,
        Nk=keys,
        # Square roots that are powers of two: scaling a large logit is exact.
        d=draw(st.sampled_from([1, 4])) if kind in LARGE_LOGITS else draw(st.integers(1, 5)),
        dv=draw(st.integers(1, 4)),
        kind=kind,
        seed=draw(st.integers(0, 999)),
        dtype=draw(st.sampled_from(dtypes)),
        block_q=draw(blocks),
        block_k=draw(blocks),
        causal=draw(st.booleans()) if causal is None else causal,
        scale=draw(st.sampled_from([None, 1.0, 0.5] if kind in LARGE_LOGITS else [None, 1.0, 0.3])),
        layouts=draw(st.tuples(*[st.sampled_from(LAYOUTS)] * 3)),
    )
    if case.kind == "integers" and case.scale == 1 and keys > 12:
        # Logits up to 20, with a spread of 4.5. A running lse of 16 drops every weight below eps * 8, which is what
        # most of 129 keys then have: together 150 eps, though the answer is right. Scaled by 1 / sqrt(d) the spread is
        # 2, and weights that small are rare.
        case = replace(case, scale=None)
    if max(queries, keys) > 12:
        case = replace(case, B=min(case.B, 1))
    if kind in ("integers", "normal") and draw(st.sampled_from([False, False, False, True])):
        return replace(case, Hkv=case.Hq, Nk=queries, dv=case.d, shared=True)
    return case


@st.composite
def half_cases(draw: st.DrawFn) -> Case:
    """Problems in float16 and bfloat16 that overflow, or lose sums or positions, unless those are kept in float32."""
    kind = draw(st.sampled_from(["normal", "huge", "ruler", "loud", "flat"]))
    case = draw(cases(dtypes=("bfloat16", "float16"), longest=24))
    case = replace(case, kind=kind, shared=False)
    if kind == "flat":  # sums of ones stop at 256 in bfloat16
        lengths = {"Nq": 1, "Nk": draw(st.sampled_from([320, 640])), "block_k": draw(st.sampled_from([2, 3, 5]))}
        return replace(case, dtype="bfloat16", B=1, causal=False, **lengths)
    if kind == "ruler":  # as do whole numbers
        longer = draw(st.sampled_from([0, 256, 300]))
        blocks = {"block_q": draw(LARGE_BLOCKS), "block_k": draw(LARGE_BLOCKS)} if longer else {}
        return replace(case, d=2, scale=1.0, B=1, Nk=case.Nk + longer, **blocks)
    if kind == "huge":
        return replace(case, d=4, scale=draw(st.sampled_from([None, 0.25])))
    return replace(case, d=draw(st.sampled_from([1, 3, 8])), scale=None)
