"""Properties of attention/online_softmax."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.probes import online_softmax as probes
from tests.refusals import refuses
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.score_blocks import block_lists, blocks_of, blocks_of_scores, program_of, shuffled_programs
from tests.tolerance import assert_close

INF = np.inf
PLAIN = ("plain", "plain")


def block(scores, values):
    """One block of a score matrix, with the values of its columns."""
    return np.array(scores, dtype=np.float64), np.array(values, dtype=np.float64)


def wide_block(width, score=0.0):
    """One row whose last column counts: all scores are small but that one, and every value is another number."""
    scores = np.full((1, width), score - 1)
    scores[:, -1] = score
    return scores, np.arange(width, dtype=np.float64)[:, None] / 3


@settings(max_examples=80)
@given(blocks=block_lists(), layouts=st.tuples(array_layouts(), array_layouts()))
@example(blocks=[block([[0]], [[4]]), block([[np.log(3)]], [[8]])], layouts=PLAIN)
@example(blocks=[block([[0, np.log(3)]], [[4], [8]])], layouts=PLAIN)
@example(blocks=[block([[-INF]], [[1]]), block([[0]], [[2]])], layouts=PLAIN)
@example(blocks=[block([[-INF, -INF]], [[1], [2]])], layouts=PLAIN)
@example(blocks=[block([[-1000, -1001]], [[1], [2]])], layouts=PLAIN)
@example(blocks=[block([[-1e300]], [[1]]), block([[-1e300, -INF]], [[2], [3]])], layouts=PLAIN)
@example(blocks=[block([[-2e9, -3e9]], [[1], [2]])], layouts=PLAIN)
@example(blocks=[block([[0, 1e4]], [[1], [2]]), block([[-1e4, 1e4]], [[3], [4]])], layouts=PLAIN)
@example(blocks=[block([[1e300, -1e300]], [[1], [2]])], layouts=PLAIN)
@example(blocks=[block([[0, -20, -25]], [[1], [2], [3]])], layouts=PLAIN)
@example(blocks=[block([[0, -60]], [[1e-30], [1]])], layouts=PLAIN)
@example(blocks=[block([[0.1, 1 / 3, 70000]], [[0.1], [1 / 3], [2.0**24 + 1]])], layouts=PLAIN)
@example(blocks=[block([[0.1, 1 / 3, 2 / 3]], [[0.1, 1], [1 / 3, 1e100], [2.0**24 + 1, -1e-30]])], layouts=PLAIN)
@example(blocks=[block([[0, 1], [-1000, -INF]], [[1], [2]])], layouts=PLAIN)
@example(blocks=[block([[0, 1], [-1000, -INF]], [[1], [2]]), block([[-3, 2], [2, 0]], [[3], [4]])], layouts=PLAIN)
@example(blocks=[(np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32))], layouts=PLAIN)
@example(blocks=[(np.array([[0.1, 0.3]], np.float16), np.array([[0.1], [1 / 3]], np.float32))], layouts=PLAIN)
@example(blocks=[(np.array([[0.1, 0.3]], np.float32), np.array([[0.1], [1 / 3]]))], layouts=PLAIN)
@example(blocks=[block([[0, 1], [2, 0]], [[1, 2], [3, 4]])], layouts=("transposed", "transposed"))
@example(blocks=[block([[0, 1], [2, 0]], [[1, 2], [3, 4]])], layouts=("read-only", "read-only"))
@example(blocks=[block([[0, 1], [2, 0]], [[1, 2], [3, 4]])], layouts=("sliced", "sliced"))
@example(blocks=[wide_block(5)], layouts=PLAIN)
@example(blocks=[wide_block(67)], layouts=PLAIN)
@example(blocks=[wide_block(299)], layouts=PLAIN)
@example(blocks=[wide_block(1, score=number) for number in range(20)], layouts=PLAIN)
@example(blocks=[(np.zeros((130, 1)), np.ones((1, 1)))], layouts=PLAIN)
@example(blocks=[(np.zeros((1, 1)), np.arange(130.0)[None])], layouts=PLAIN)
def test_blocks_in_a_row_give_softmax_of_the_whole_row(kata, solution, blocks, layouts):
    describe(blocks)
    expected = expected_of(blocks)
    with trusted_parts():
        check(solution.run(probes.run_program, program_of(blocks)), *expected)
    own = [tuple(map(laid_out, pair, layouts)) for pair in blocks]
    check(kata.run(probes.run_program, program_of(own)), *expected)


@settings(max_examples=80)
@given(pair=shuffled_programs())
@example(pair=([block([[0]], [[1]]), block([[2]], [[3]])], [[0], [1]]))
@example(pair=([block([[0]], [[1]]), block([[2]], [[3]])], [[1], [0]]))
@example(pair=([block([[-INF]], [[1]]), block([[-INF]], [[3]])], [[0], [1]]))
@example(pair=([block([[-1e300]], [[1]]), block([[-INF]], [[3]])], [[0], [1]]))
@example(pair=([block([[1, 2]], [[1], [2]])], [[], [0]]))
@example(pair=([block([[1, 2]], [[1], [2]])], [[0], []]))
@example(pair=([block([[1, 2]], [[1], [2]])], [[0]]))
@example(pair=([block([[-INF]], [[1]])], [[0]]))
@example(pair=([block([[1]], [[1]]), block([[2]], [[3]]), block([[3]], [[9]])], [[[2], [0]], [1]]))
@example(pair=([block([[1], [9]], [[1]]), block([[2], [-9]], [[3]]), block([[3], [0]], [[9]])], [[0], [[1], [2]]]))
def test_states_merge_in_any_order_and_grouping(kata, solution, pair):
    blocks, tree = pair
    program, expected = program_of(blocks, tree), expected_of(blocks_of(blocks, tree))
    with trusted_parts():
        check(solution.run(probes.run_program, program), *expected)
    check(kata.run(probes.run_program, program), *expected)


@settings(max_examples=80)
@given(blocks=blocks_of_scores(dtypes=("float64", "float64", "float32")), layout=array_layouts())
@example(blocks=[np.array([[0.0, 0.0]]), np.array([[0.0]])], layout="plain")
@example(blocks=[np.array([[0.0, 0.0]]), np.array([[1.0]])], layout="plain")
@example(blocks=[np.array([[-INF]]), np.array([[3.0]])], layout="plain")
@example(blocks=[np.array([[3.0]]), np.array([[-INF]])], layout="plain")
@example(blocks=[np.array([[-1e300, -INF]])], layout="plain")
@example(blocks=[np.array([[0.1, 1 / 3]]), np.array([[70000.0]])], layout="plain")
@example(blocks=[np.array([[0.1, 1 / 3]], np.float32)], layout="plain")
@example(blocks=[np.zeros((2, 0))], layout="plain")
@example(blocks=[np.zeros((2, 0)), np.array([[1.0], [-INF]])], layout="plain")
@example(blocks=[np.array([[0.0, 1.0], [2.0, 3.0]])], layout="transposed")
@example(blocks=[np.array([[0.0, 1.0], [2.0, 3.0]])], layout="read-only")
@example(blocks=[wide_block(299)[0]], layout="plain")
@example(blocks=[np.array([[float(number % 7)]]) for number in range(300)], layout="plain")
def test_one_pass_gives_maximum_and_denominator(kata, solution, blocks, layout):
    (largest, denominator, _), _ = expected_of([(each, np.zeros((each.shape[1], 0))) for each in blocks])

    def check_pass(report):
        maximum, total = report["result"]
        check_array("maximum", maximum, largest.shape)
        check_array("denominator", total, largest.shape)
        check_maximum("maximum", maximum, largest)
        assert_close(total, denominator, dtype="float64", terms=np.maximum(denominator, 1), what="denominator")
        assert not report["changed"], f"block {report['changed'][0]} was changed"

    with trusted_parts():
        check_pass(solution.run(probes.online_from_generator, blocks))
    check_pass(kata.run(probes.online_from_generator, [laid_out(each, layout) for each in blocks]))


@pytest.mark.parametrize(("rows", "width", "counts"), [(64, 4, (8, 40)), (16, 16, (4, 20))])
def test_memory_does_not_grow_with_the_number_of_blocks(kata, rows, width, counts):
    few, many = (kata.run(probes.online_memory, rows, width, count) for count in counts)
    # Whatever is kept of each further block: a float32 copy would be a half of it, the sums of each row 8 bytes a row.
    grown, further = many - few, counts[1] - counts[0]
    assert grown < further * rows * 8 * 0.5, (
        f"{counts[0]} blocks of {8 * rows * width} bytes took {few} bytes, and {counts[1]} took {many}: "
        f"{grown / further:.0f} bytes of each block are kept"
    )


def test_what_does_not_fit_is_refused(kata):
    for rows, width in [(-1, 1), (1, -1), (-1, -1), (-2, 0), (0, -3), (-1, 300)]:
        refuses(kata.run, probes.run_program, ("start", rows, width))
    for rows, width, scores, values in MISFITS:
        for state in (
            ("start", rows, width),
            ("update", ("start", rows, width), np.zeros((rows, 1)), np.ones((1, width))),
        ):
            refuses(kata.run, probes.run_program, ("update", state, np.zeros(scores), np.zeros(values)))
    for one, other in [((1, 1), (2, 1)), ((2, 1), (1, 1)), ((1, 1), (1, 2)), ((1, 2), (1, 1)), ((2, 0), (1, 0))]:
        refuses(kata.run, probes.run_program, ("merge", ("start", *one), ("start", *other)))
    for one, other in [((0, 1), (1, 1)), ((1, 1), (0, 1)), ((1, 0), (1, 1)), ((1, 1), (1, 0)), ((0, 1), (0, 2))]:
        refuses(kata.run, probes.run_program, ("merge", ("start", *one), ("start", *other)))
        full = ("update", ("start", *one), np.zeros((one[0], 2)), np.ones((2, one[1])))
        refuses(kata.run, probes.run_program, ("merge", full, ("start", *other)))
        refuses(kata.run, probes.run_program, ("merge", ("start", *other), full))
    for shapes in [
        [],
        [(2, 1), (1, 1)],
        [(1, 1), (2, 1)],
        [(1, 1), (1, 2), (3, 1)],
        [(2, 0), (1, 1)],
        [(1, 1), (2, 0)],
    ]:
        refuses(kata.online_softmax, [np.zeros(shape) for shape in shapes])
    for shapes in [[(0, 1), (1, 1)], [(1, 1), (0, 1)], [(0, 0), (2, 0)]]:
        refuses(kata.online_softmax, [np.zeros(shape) for shape in shapes])


# Rows and width of a state, and the shapes of scores and values.
MISFITS = [
    (1, 1, (2, 1), (1, 1)),
    (2, 1, (1, 1), (1, 1)),
    (3, 1, (1, 3), (3, 1)),
    (1, 1, (2, 0), (0, 1)),
    (0, 1, (1, 1), (1, 1)),
    (1, 1, (0, 1), (1, 1)),
    (1, 1, (1, 2), (1, 1)),
    (1, 1, (1, 1), (2, 1)),
    (1, 1, (1, 0), (1, 1)),
    (1, 1, (1, 1), (0, 1)),
    (1, 1, (1, 1), (1, 2)),
    (1, 2, (1, 1), (1, 1)),
    (1, 2, (1, 2), (2, 1)),
    (1, 2, (1, 0), (0, 1)),
    (1, 0, (1, 1), (1, 1)),
    (1, 1, (1, 1), (1, 0)),
    (1, 1, (1,), (1, 1)),
    (2, 1, (2,), (1, 1)),
    (1, 1, (1, 1), (1,)),
    (1, 2, (1, 2), (2,)),
    (1, 2, (1, 1), (2,)),
    (1, 1, (1, 1, 1), (1, 1)),
    (1, 1, (1, 1), (1, 1, 1)),
    (1, 1, (), (1, 1)),
]


def expected_of(blocks):
    """What softmax of all columns at once gives: m, l and o; and the size of the terms that are summed in o."""
    scores = np.concatenate([each for each, _ in blocks], axis=1).astype(np.float64)
    values = np.concatenate([each for _, each in blocks]).astype(np.float64)
    m = scores.max(axis=1, initial=-INF)
    with np.errstate(over="ignore"):
        weights = np.exp(scores - np.where(np.isneginf(m), 0, m)[:, None])
    denominator = weights.sum(axis=1)
    # The errors of a sum go with its terms; a weight that underflows is lost.
    sizes = weights @ np.abs(values) + 2.0**-960 * np.abs(values).max(axis=0, initial=1.0)
    return (m, denominator, weights @ values), sizes


def check(report, state, sizes):
    """Fail where a state, or what it is finished to, is not what the prompt says."""
    m, l, o = state  # noqa: E741
    for name, shape in {"m": m.shape, "l": l.shape, "o": o.shape, "out": o.shape, "lse": m.shape}.items():
        check_array(name, report[name], shape)
    check_maximum("m", report["m"], m)
    empty = np.isneginf(m)
    total = np.where(empty, 1, l)
    with np.errstate(divide="ignore"):
        lse = m + np.log(l)
    assert_close(report["l"], l, dtype="float64", terms=np.where(empty, 1e-300, l), what="l")
    assert_close(report["o"], o, dtype="float64", terms=sizes, empty=empty, what="o")
    assert_close(report["lse"], lse, dtype="float64", terms=np.maximum(1, np.abs(np.where(empty, 1, m))), what="lse")
    assert_close(report["out"], o / total[:, None], dtype="float64", terms=sizes / total[:, None], empty=empty)
    assert not report["changed"], f"{report['changed'][0]} changed one of its arguments"


def check_array(name, array, shape):
    """Fail where something is no array of that shape in float64."""
    assert isinstance(array, np.ndarray), f"{name} is {array!r}, expected an array"
    assert array.shape == shape, f"{name} has shape {array.shape}, expected {shape}"
    assert array.dtype == np.float64, f"{name} has dtype {array.dtype}, expected float64"


def check_maximum(name, got, expected):
    """Fail where a maximum is not just the largest score."""
    for row in np.flatnonzero(got != expected)[:1]:
        pytest.fail(f"{name}[{row}] is {got[row]}, expected {expected[row]}")


def describe(blocks):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    widths = [scores.shape[1] for scores, _ in blocks]
    if 0 in widths:
        event("a block of width 0")
    if widths and all(width == 1 for width in widths):
        event("blocks of one column")
    if max(widths) > 16:
        event("a block of more than 16 columns")
    wide = [scores for scores, _ in blocks if scores.size]
    if wide and np.isneginf(wide[0]).all():
        event("the first block is masked wholly")
    if len(wide) > 1 and all(one.max() < two.max() for one, two in itertools.pairwise(wide)):
        event("every block has a larger maximum")
