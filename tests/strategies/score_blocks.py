"""Blocks of the columns of a score matrix, and the ways in which they may be put together to a state."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.strategies.sizes import sizes

SCORES = (0, 1, -1, 2, -2, -np.inf, 3.5, -1000, 1e4, -1e4, 0.1, -1 / 3, -20, -700, -1e300, 1e300, -2e9, -0.0, 70000)
"""Scores as they come out of masks and matrix products: few values, so that maxima tie and rows are masked wholly; and
some at which a formula overflows, loses digits or takes a number for -inf."""

VALUES = (0, 1, -1, 2, -3, 0.1, 1 / 3, 2.0**24 + 1, 1e30, -1e-30, 1e100, -0.0)

MOST = 2_000
"""How many scores a matrix has at most: loops over them cost nothing that matters."""

Block = tuple[np.ndarray, np.ndarray]


@st.composite
def blocks_of_scores(draw: st.DrawFn, *, dtypes: tuple[str, ...] = ("float64",)) -> list[np.ndarray]:
    """Blocks of the columns of one score matrix: any widths, rising maxima, rows and blocks that are all -inf."""
    rows = draw(st.sampled_from([1, 2, 3, 0]) | sizes(largest=130))
    wide = sizes(small=3, largest=max(4, min(300, MOST // max(1, rows) // 2)))
    widths = draw(st.lists(wide, min_size=1, max_size=5) | _many_widths)
    pool = draw(st.lists(st.sampled_from(SCORES), min_size=1, max_size=6))
    choose = random.Random(draw(st.integers(0, 999)))
    shape = draw(st.sampled_from(["any", "rising", "late", "low", "lower"]))
    blocks: list[np.ndarray] = []
    for number, width in enumerate(widths):
        if rows * (width + sum(block.shape[1] for block in blocks)) > MOST:
            break
        block = np.array(choose.choices(pool, k=rows * width), dtype=np.float64).reshape(rows, width)
        if shape == "rising":  # every block has a new maximum
            block = np.minimum(block, 4) + 10 * number
        elif shape == "late" and number == 0:  # nothing is seen in the first block
            block[...] = -np.inf
        elif shape == "low":  # every score is far below 0; ties, or so far apart that one weight is all
            block = np.where(np.isneginf(block), block, 100 * np.clip(block, -2, 2) - 5000)
        elif shape == "lower":  # so far that no number stands in for -inf
            block = np.where(np.isneginf(block), block, 2.0**960 * np.clip(block, -2, 2) - 2.0**1000)
        blocks.append(block)
    dtype = draw(st.sampled_from(dtypes))
    with np.errstate(over="ignore"):
        blocks = [block.astype(dtype) for block in blocks or [np.zeros((rows, 0))]]
    return [np.where(np.isposinf(block), 0, block).astype(dtype) for block in blocks]


_many_widths = st.builds(lambda count, width: [width] * count, st.integers(6, 40), st.integers(0, 3))


@st.composite
def block_lists(draw: st.DrawFn) -> list[Block]:
    """Blocks of scores, each with the values of its columns."""
    scores = draw(blocks_of_scores(dtypes=("float64", "float64", "float32", "float16")))
    rows = len(scores[0])
    columns = sum(each.shape[1] for each in scores)
    width = draw(sizes(small=3, largest=max(4, min(130, MOST // max(1, rows, columns)))))
    pool = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=6))
    choose = random.Random(draw(st.integers(0, 999)))
    dtype = draw(st.sampled_from(["float64", "float64", "float32"]))
    blocks = []
    for each in scores:
        block = each.shape[1]
        values = np.array(choose.choices(pool, k=block * width), dtype=np.float64).reshape(block, width)
        if dtype == "float32":
            values = np.clip(values, -1e30, 1e30).astype(dtype)
        blocks.append((each, values))
    return blocks


@st.composite
def shuffled_programs(draw: st.DrawFn) -> tuple[list[Block], list[Any]]:
    """Blocks, and a tree over their numbers in which every block stands once, in any order and grouping.

    A leaf is a list of numbers, updated in a row from ``start``, and may be empty; a node is a list of two trees, or of
    one that is merged with itself.
    """
    blocks = draw(block_lists())
    order = list(range(len(blocks)))
    random.Random(draw(st.integers(0, 99))).shuffle(order)
    cuts = sorted(draw(st.lists(st.integers(0, len(blocks)), min_size=1, max_size=4)))
    trees: list[Any] = [list(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(blocks)], strict=True)]
    while len(trees) > 1:
        at = draw(st.integers(0, len(trees) - 2))
        trees[at : at + 2] = [[trees[at], trees[at + 1]]]
    return blocks, [trees[0]] if draw(st.sampled_from([False, False, False, True])) else trees[0]


def program_of(blocks: list[Block], tree: list[Any] | None = None) -> tuple[Any, ...]:
    """The steps by which a state is made from blocks along a tree; all in a row without one."""
    if tree is None:
        tree = list(range(len(blocks)))
    if tree and isinstance(tree[0], list):
        return ("merge" if len(tree) > 1 else "twice", *(program_of(blocks, branch) for branch in tree))
    rows, width = blocks[0][0].shape[0], blocks[0][1].shape[1]
    program: tuple[Any, ...] = ("start", rows, width)
    for number in tree:
        program = ("update", program, *blocks[number])
    return program


def blocks_of(blocks: list[Block], tree: list[Any] | None = None) -> list[Block]:
    """The blocks that such a program takes in, as often as it does."""
    if tree is None:
        return blocks
    if tree and isinstance(tree[0], list):
        return [block for branch in tree for block in blocks_of(blocks, branch)] * (3 - len(tree))
    return [blocks[number] for number in tree]
