"""Properties of attention/online_softmax."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.attention.probes import online_softmax as probes
from tests.strategies.attention import block_lists, blocks_of_scores, program_of, shuffled_programs
from tests.tolerance import assert_close

INF = np.inf


def block(scores, values):
    """One block of a score matrix, with the values of its columns."""
    return np.array(scores, dtype=np.float64), np.array(values, dtype=np.float64)


@given(blocks=block_lists())
@example(blocks=[block([[0]], [[1]]), block([[2]], [[3]])])
@example(blocks=[block([[-INF]], [[1]]), block([[0]], [[2]])])
@example(blocks=[block([[-INF, -INF]], [[1], [2]])])
@example(blocks=[block([[-1000, -1001]], [[1], [2]])])
@example(blocks=[block([[0, 1e4]], [[1], [2]]), block([[-1e4, 1e4]], [[3], [4]])])
@example(blocks=[block([[0, 1], [-1000, -INF]], [[1], [2]])])
@example(blocks=[block([[0, 1], [-1000, -INF]], [[1], [2]]), block([[-3, 2], [2, 0]], [[3], [4]])])
@example(blocks=[(np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32))])
def test_blocks_in_a_row_give_softmax_of_the_whole_row(kata, blocks):
    describe(blocks)
    report = kata.run(probes.run_program, program_of(blocks))
    assert_finished(report, blocks)


@given(pair=shuffled_programs())
@example(pair=([block([[0]], [[1]]), block([[2]], [[3]])], [[0], [1]]))
@example(pair=([block([[0]], [[1]]), block([[2]], [[3]])], [[1], [0]]))
@example(pair=([block([[-INF]], [[1]]), block([[-INF]], [[3]])], [[0], [1]]))
@example(pair=([block([[1, 2]], [[1], [2]])], [[], [0]]))
@example(pair=([block([[1, 2]], [[1], [2]])], [[0], []]))
@example(pair=([block([[1]], [[1]]), block([[2]], [[3]]), block([[3]], [[9]])], [[[2], [0]], [1]]))
def test_states_merge_in_any_order_and_grouping(kata, pair):
    blocks, tree = pair
    report = kata.run(probes.run_program, program_of(blocks, tree))
    assert_finished(report, blocks)


@given(blocks=blocks_of_scores())
@example(blocks=[np.array([[0.0, 0.0]]), np.array([[1.0]])])
@example(blocks=[np.array([[-INF]]), np.array([[3.0]])])
@example(blocks=[np.array([[3.0]]), np.array([[-INF]])])
@example(blocks=[np.zeros((2, 0))])
def test_one_pass_gives_maximum_and_denominator(kata, blocks):
    report = kata.run(probes.online_from_generator, blocks)
    row = np.concatenate(blocks, axis=1)
    largest = row.max(axis=1, initial=-INF)
    shifted = np.full(row.shape, -INF)
    np.subtract(row, largest[:, None], out=shifted, where=np.isfinite(row))
    denominator = np.exp(shifted).sum(axis=1)
    assert type(report["result"]) is tuple, f"a tuple of two arrays is expected, got {report['result']!r}"
    got = dict(zip(("maximum", "denominator"), report["result"], strict=True))
    for name, array in got.items():
        assert array.shape == largest.shape, f"{name} has shape {array.shape}, one number per row is {largest.shape}"
        assert array.dtype == np.float64, f"{name} has dtype {array.dtype}"
    assert np.array_equal(got["maximum"], largest), f"maximum {got['maximum']}, expected {largest}"
    assert_close(got["denominator"], denominator, dtype="float64", terms=1.0, what="denominator")
    assert not report["changed"], f"block {report['changed'][0]} was changed"


@pytest.mark.parametrize(("rows", "width"), [(64, 64), (512, 16)])
def test_memory_does_not_grow_with_the_number_of_blocks(kata, rows, width):
    few, many = (kata.run(probes.online_peak_memory, rows, width, count) for count in (8, 40))
    one = 8 * rows * width
    # Whatever is kept of 32 more blocks: one float32 copy of each would be 16 blocks, the sums of each row 0.5 or more.
    assert many - few < 32 * rows * 8 * 0.5, f"8 blocks of {one} bytes took {few} bytes at the peak, 40 took {many}"
    assert few < 8 * one + 20_000, f"8 blocks of {one} bytes took {few} bytes at the peak: they were all kept"


@settings(max_examples=50)
@given(
    rows=st.integers(1, 3),
    width=st.integers(1, 3),
    columns=st.integers(0, 2),
    off=st.sampled_from(["rows", "more rows", "columns", "width", "merge rows", "merge width"]),
)
@example(rows=2, width=1, columns=1, off="rows")
@example(rows=1, width=2, columns=1, off="width")
@example(rows=1, width=1, columns=1, off="columns")
@example(rows=1, width=1, columns=1, off="more rows")
@example(rows=1, width=1, columns=1, off="merge rows")
@example(rows=1, width=1, columns=1, off="merge width")
def test_shapes_that_do_not_fit_are_refused(kata, rows, width, columns, off):
    begun = ("start", rows, width)
    wrong_rows = {"rows": max(1, rows - 1) if rows > 1 else 2, "more rows": rows + 1}.get(off, rows)
    scores = np.zeros((wrong_rows, columns + 1))
    values = np.zeros((columns + 1 + (off == "columns"), width + (off == "width")))
    program = ("update", begun, scores, values)
    if off.startswith("merge"):
        program = ("merge", begun, ("start", rows + (off == "merge rows"), width + (off == "merge width")))
    with pytest.raises((ValueError, TypeError)):
        kata.run(probes.run_program, program)


def test_no_blocks_and_blocks_of_different_heights_are_refused(kata):
    for blocks in ([], [np.zeros((2, 1)), np.zeros((1, 1))], [np.zeros((1, 1)), np.zeros((2, 1))]):
        with pytest.raises((ValueError, TypeError)):
            kata.online_softmax(blocks)


def assert_finished(report, blocks):
    """Fail where out or lse is not what softmax of all columns at once gives."""
    scores = np.concatenate([each for each, _ in blocks], axis=1).astype(np.float64)
    values = np.concatenate([each for _, each in blocks]).astype(np.float64)
    (rows, _), width = scores.shape, values.shape[1]
    out, lse = np.zeros((rows, width)), np.full(rows, -INF)
    for row in range(rows):
        seen = np.isfinite(scores[row])
        if seen.any():
            weights = np.exp(scores[row, seen] - scores[row, seen].max())
            out[row] = weights @ values[seen] / weights.sum()
            lse[row] = scores[row, seen].max() + np.log(weights.sum())
    expected_state = {"m": ("float64", (rows,)), "l": ("float64", (rows,)), "o": ("float64", (rows, width))}
    assert report["state"] == expected_state, f"the state's arrays are {report['state']}, expected {expected_state}"
    # A state is float64 whatever came in, so that float32 blocks may be summed in float32 at the worst.
    dtype = "float32" if any(each.dtype == np.float32 for pair in blocks for each in pair) else "float64"
    largest_logit = np.abs(scores, where=np.isfinite(scores), out=np.ones_like(scores)).max(initial=1.0)
    empty = np.isneginf(lse)
    assert_close(report["lse"], lse, dtype=dtype, terms=largest_logit, what="lse")
    assert_close(report["out"], out, dtype=dtype, terms=np.abs(values).max(initial=1.0), empty=empty)
    assert not report["changed"], f"{report['changed'][0]} changed one of its arguments"


def describe(blocks):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    widths = [scores.shape[1] for scores, _ in blocks]
    if 0 in widths:
        event("a block of width 0")
    if widths and all(width == 1 for width in widths):
        event("blocks of one column")
    wide = [scores for scores, _ in blocks if scores.size]
    if wide and np.isneginf(wide[0]).all():
        event("the first block is masked wholly")
    if len(wide) > 1 and all(one.max() < two.max() for one, two in itertools.pairwise(wide)):
        event("every block has a larger maximum")
