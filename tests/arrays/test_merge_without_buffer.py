"""Properties of arrays/merge_without_buffer."""

from __future__ import annotations

import math

import pytest
from hypothesis import event, example, given, settings

from tests.agreement import agreed
from tests.arrays.probes import merge_without_buffer as probes
from tests.strategies.arrays import sorted_lists
from tests.strategies.magnitudes import integers
from tests.strategies.sizes import lists


def ascending_lists():
    """Sorted lists: short with many ties, and now and then long, with integers of all sizes."""
    return sorted_lists() | lists(integers()).map(sorted)


@given(a=ascending_lists(), b=ascending_lists())
@example(a=[1, 5, 9], b=[2, 3])
@example(a=[], b=[])
@example(a=[], b=[1, 2])
@example(a=[1, 2], b=[])
@example(a=[2], b=[1])
@example(a=[1], b=[2])
@example(a=[4, 5, 6], b=[1, 2, 3])
@example(a=[1, 2, 3], b=[4, 5, 6])
@example(a=[9], b=[1, 2, 3, 4, 5, 6, 7])
@example(a=[2, 3, 4, 5, 6, 7, 8], b=[1])
@example(a=[0, 0, 0], b=[0, 0])
@example(a=[2**53 + 1], b=[2**53])
@example(a=[10**400], b=[-(10**400), 2**63])
@example(a=list(range(0, 34, 2)), b=list(range(1, 35, 2)))
@example(a=list(range(33)), b=list(range(-31, 0)))
@example(a=list(range(100, 228)), b=list(range(50, 179)))
@example(a=[7] * 16 + [9] * 4, b=[8] * 17)
def test_a_and_b_are_sorted_together(kata, solution, a, b):
    event("one list is empty" if not a or not b else "b before a" if b[-1] < a[0] else "mixed")
    together = sorted(a + b)
    left, right = list(a), list(b)
    solution.merge(left, right)
    expected = agreed((left, right), (together[: len(a)], together[len(a) :]))
    first, second = list(a), list(b)
    result = kata.merge(first, second)
    assert (first, second) == expected, f"{a} and {b} became {first} and {second}, expected {expected}"
    assert result is None, f"merge works in place and returns None, got {result!r}"


def test_every_input_of_up_to_twelve_zeros_and_ones_is_merged(kata):
    pairs = [
        ([0] * zeros + [1] * (size - zeros), [0] * others + [1] * (total - size - others))
        for total in range(13)
        for size in range(total + 1)
        for zeros in range(size + 1)
        for others in range(total - size + 1)
    ]
    found = kata.run(probes.merged, pairs)
    for (a, b), (first, second) in zip(pairs, found, strict=True):
        together = sorted(a + b)
        expected = together[: len(a)], together[len(a) :]
        assert (first, second) == expected, f"{a} and {b} became {first} and {second}, expected {expected}"


LISTS = {
    "all of b before a": (range(300, 600), range(300)),
    "in turns": (range(0, 600, 2), range(1, 600, 2)),
    "sorted already": (range(300), range(300, 600)),
    "a long list and a short one": (range(10, 600), range(10)),
    "a short list and a long one": (range(590, 600), range(590)),
    "blocks": ([x for x in range(600) if x // 32 % 2], [x for x in range(600) if not x // 32 % 2]),
    "all equal": ([7] * 300, [7] * 300),
    "halves the other way round": ([*range(150), *range(450, 600)], range(150, 450)),
    "odd": (range(1, 400, 3), range(0, 500, 2)),
    "three": ([3], [1, 2]),
}


@pytest.mark.parametrize("shape", LISTS)
def test_values_are_moved_with_n_log_n_comparisons(kata, shape):
    a, b = map(list, LISTS[shape])
    report = kata.run(probes.merge_of_counting_ints, a, b)
    total = len(a) + len(b)
    assert None not in report["origins"], f"{shape}: objects stand in the lists that did not come in"
    assert sorted(report["origins"]) == list(range(total)), f"{shape}: a value came out twice, or was lost"
    values = a + b
    found = [values[place] for place in report["origins"]]
    assert found == sorted(values), f"{shape}: merged to {found}"
    limit = 8 * total * math.log2(total) + 8 * total
    assert report["comparisons"] <= limit, f"{shape}: {report['comparisons']} comparisons, {limit:.0f} are enough"
    assert report["conversions"] == 0, f"{shape}: {report['conversions']} values were converted instead of compared"


@pytest.mark.parametrize("share", [1, 2, 5])
def test_memory_does_not_grow_with_the_lists(kata, share):
    def used(total):
        a = [value for value in range(1000, 1000 + total) if value % (share + 1)]
        b = [value for value in range(1000, 1000 + total) if not value % (share + 1)]
        return kata.run(probes.extra_memory, *((a, b) if share < 5 else (b, a)))

    used(50)  # what a first call sets up is not counted
    few, many = used(400), used(2400)
    # A copy of the shorter list alone takes 8 bytes a value: 2,700 bytes more for 2,400 values than for 400, or more.
    assert many <= few + 2_000, (
        f"{few} bytes of extra memory for 400 values, {many} for 2,400: that grows with the lists"
    )


@settings(max_examples=50)
@given(a=ascending_lists(), b=ascending_lists())
@example(a=[4, 5, 6], b=[1, 2, 3])
@example(a=[1, 2, 3, 9], b=[0])
def test_merging_again_changes_nothing(kata, a, b):
    first, second = list(a), list(b)
    kata.merge(first, second)
    once = list(first), list(second)
    kata.merge(first, second)
    assert (first, second) == once, f"{once} was merged already, and became {(first, second)}"
