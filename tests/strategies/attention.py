"""Attention problems that shrink to a few small integers, and that force the inputs on which attention goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

KINDS = {
    "integers": "small integers",
    "normal": "normally distributed",
    "rising": "every key has a larger logit than the ones before: a rescale at every tile",
    "spike": "one key per head has a logit of +1e4 or -1e4, times the scale",
    "steep": "logits are different multiples of 1e4, in any order",
    "cold": "the same, and all far below 0",
    "flat": "all logits are 0, values are positive: sums just grow",
    "huge": "q k^T is above 65504, the largest float16, and the scale brings it back only in part",
}
LARGE_LOGITS = ("spike", "steep", "cold")


@dataclass(frozen=True)
class Case:
    """One attention problem; what its kinds of values are is told in ``KINDS``.

    Attributes:
        B, Hq, Hkv, Nq, Nk, d, dv: the sizes, see the introduction of ``katas/attention``.
        kind, seed, dtype: what the values are; they are the same on every machine.
        block_q, block_k: None for the kata's default.
        causal, scale: as the katas take them.
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
        return q, k, v

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
        elif self.kind == "flat":
            k[...] = 0
        elif self.kind == "huge":
            q[..., 0], k[..., 0] = 256, 512 * rng.permutation(order + 1)

    def tensors(self, device: str = "cpu") -> tuple[Any, Any, Any]:
        """q, k and v as torch tensors of the dtype."""
        import torch

        return tuple(
            torch.from_numpy(each).to(dtype=getattr(torch, self.dtype), device=device) for each in self.arrays()
        )

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


@st.composite
def cases(
    draw: st.DrawFn, *, dtypes: tuple[str, ...] = ("float64", "float32"), causal: bool | None = None, longest: int = 12
) -> Case:
    """Small problems of every shape: no queries, no keys, one of each, rectangles both ways, grouped heads.

    The first of ``dtypes`` is the simplest; ``causal`` is None for either; ``longest`` bounds queries and keys.
    """
    heads = draw(st.sampled_from([1, 2]))
    kind = draw(st.sampled_from(["integers", "normal", "rising", "spike", "steep", "cold"]))
    lengths = st.integers(0, longest)
    blocks = st.one_of(st.integers(1, 5), st.sampled_from([None, 16]))
    return Case(
        B=draw(st.sampled_from([1, 2, 0])),
        Hq=heads * draw(st.sampled_from([1, 2, 3])),
        Hkv=heads,
        Nq=draw(lengths),
        Nk=draw(lengths),
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
    )


@st.composite
def long_cases(draw: st.DrawFn) -> Case:
    """Problems around the borders of the usual block sizes: 63 to 65, 127 to 129 queries and keys."""
    lengths = st.sampled_from([1, 63, 64, 65, 127, 128, 129])
    blocks = st.sampled_from([None, 32, 64, 100, 128])
    case = draw(cases())
    if case.kind == "integers" and case.scale == 1:
        # Logits up to 20, with a spread of 4.5. A running lse of 16 drops every weight below eps * 8, which is what
        # most of 129 keys then have: together 150 eps, though the answer is right. Scaled by 1 / sqrt(d) the spread is
        # 2, and weights that small are rare.
        case = replace(case, scale=None)
    return replace(case, B=1, Nq=draw(lengths), Nk=draw(lengths), block_q=draw(blocks), block_k=draw(blocks))


@st.composite
def half_cases(draw: st.DrawFn) -> Case:
    """Problems in float16 and bfloat16 that overflow, or lose their sums, unless those are kept in float32."""
    case = draw(cases(dtypes=("bfloat16", "float16"), longest=24))
    kind = draw(st.sampled_from(["normal", "huge", "flat"]))
    if kind == "flat":  # sums of ones stop at 256 in bfloat16
        sizes = {"Nq": 1, "Nk": draw(st.sampled_from([320, 640])), "block_k": draw(st.sampled_from([1, 2, 3]))}
        return replace(case, kind=kind, dtype="bfloat16", B=1, causal=False, **sizes)
    if kind == "huge":
        return replace(case, kind=kind, d=4, scale=draw(st.sampled_from([None, 0.25])))
    return replace(case, kind=kind, d=draw(st.sampled_from([1, 3, 8])), scale=None)


SCORES = (0, 1, -1, 2, -2, -np.inf, 3.5, -1000, 1e4, -1e4)
"""Scores as they come out of masks and matrix products: few values, so that maxima tie and rows are masked wholly."""

Block = tuple[np.ndarray, np.ndarray]


@st.composite
def blocks_of_scores(draw: st.DrawFn, *, dtype: str = "float64") -> list[np.ndarray]:
    """Blocks of the columns of one score matrix: any widths, rising maxima, rows and blocks that are all -inf."""
    rows = draw(st.sampled_from([1, 2, 3, 0]))
    columns = st.lists(st.sampled_from(SCORES), min_size=rows, max_size=rows)
    shape = draw(st.sampled_from(["any", "rising", "late", "low"]))
    blocks = []
    for number, wide in enumerate(draw(st.lists(st.lists(columns, max_size=3), min_size=1, max_size=5))):
        block = np.array(wide, dtype=dtype).reshape(len(wide), rows).T.copy()
        if shape == "rising":  # every block has a new maximum
            block = np.minimum(block, 4) + 10 * number
        elif shape == "late" and number == 0:  # nothing is seen in the first block
            block[...] = -np.inf
        elif shape == "low":  # every score is far below 0; ties, or so far apart that one weight is all
            block = np.where(np.isneginf(block), block, 100 * np.clip(block, -2, 2) - 5000)
        blocks.append(block.astype(dtype))
    return blocks


@st.composite
def block_lists(draw: st.DrawFn) -> list[Block]:
    """Blocks of scores, each with the values of its columns."""
    dtype = draw(st.sampled_from(["float64", "float64", "float32"]))
    width = draw(st.integers(1, 3))
    numbers = st.lists(st.integers(-3, 3), min_size=width, max_size=width)
    blocks = []
    for scores in draw(blocks_of_scores(dtype=dtype)):
        columns = scores.shape[1]
        values = draw(st.lists(numbers, min_size=columns, max_size=columns))
        blocks.append((scores, np.array(values, dtype=dtype).reshape(columns, width)))
    return blocks


@st.composite
def shuffled_programs(draw: st.DrawFn) -> tuple[list[Block], list[Any]]:
    """Blocks, and a tree over their numbers in which every block stands once, in any order and grouping.

    A leaf is a list of numbers, updated in a row from ``start``, and may be empty; a node is a list of two trees.
    """
    blocks = draw(block_lists())
    order = draw(st.permutations(range(len(blocks))))
    cuts = sorted(draw(st.lists(st.integers(0, len(blocks)), min_size=1, max_size=4)))
    trees: list[Any] = [list(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(blocks)], strict=True)]
    while len(trees) > 1:
        at = draw(st.integers(0, len(trees) - 2))
        trees[at : at + 2] = [[trees[at], trees[at + 1]]]
    return blocks, trees[0]


def program_of(blocks: list[Block], tree: list[Any] | None = None) -> tuple[Any, ...]:
    """The steps by which a state is made from blocks along a tree; all in a row without one."""
    if tree is None:
        tree = list(range(len(blocks)))
    if tree and isinstance(tree[0], list):
        return ("merge", *(program_of(blocks, branch) for branch in tree))
    rows, width = blocks[0][0].shape[0], blocks[0][1].shape[1]
    program: tuple[Any, ...] = ("start", rows, width)
    for number in tree:
        program = ("update", program, *blocks[number])
    return program
