"""Properties of packing/pack_stream."""

from __future__ import annotations

from itertools import accumulate, takewhile

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.packing.probes import pack_stream as probes
from tests.refusals import refuses
from tests.strategies.sizes import lists

DROP, KEEP = {"drop_overlong": True}, {"drop_overlong": False}
CAPACITIES = (10, 1, 2, 3, 5, 64, 2**53 + 1, 10**18)


@st.composite
def streams(draw, *, overlong=True):
    """Lengths and a capacity: many samples that fit exactly, or miss by one, or are too long."""
    capacity = draw(st.sampled_from(CAPACITIES))
    special = [1, capacity, max(1, capacity - 1), (capacity + 1) // 2]
    if overlong:
        special += [capacity + 1, 3 * capacity]
    lengths = draw(lists(st.integers(1, min(capacity, 9)) | st.sampled_from(special)))
    return lengths, capacity


def options():
    """Keyword arguments: none, or either value."""
    return st.sampled_from(({}, DROP, KEEP))


def by_prefixes(lengths, capacity, drop):
    """Packs, each with how often the stream is asked by then: the longest prefix that fits, then what is left."""
    kept = [index for index, length in enumerate(lengths) if length <= capacity or not drop]
    found, first = [], 0
    while first < len(kept):
        sums = accumulate(lengths[index] for index in kept[first:])
        last = first + max(1, len(list(takewhile(lambda total: total <= capacity, sums))))
        pack, after = kept[first:last], (kept[last] if last < len(kept) else len(lengths))
        done = sum(lengths[index] for index in pack) >= capacity
        found.append([pack, (pack[-1] if done else after) + 1])
        first = last
    return found


@given(problem=streams(), options=options())
@example(problem=([3, 5, 2, 7, 9, 4], 10), options={})
@example(problem=([3, 12, 6], 10), options={})
@example(problem=([3, 12, 6], 10), options=DROP)
@example(problem=([3, 12, 6], 10), options=KEEP)
@example(problem=([6, 4], 10), options={})
@example(problem=([10, 10, 1], 10), options=DROP)
@example(problem=([12, 12, 3, 12], 10), options={})
@example(problem=([12, 12, 3, 12], 10), options=DROP)
@example(problem=([12, 3, 4], 10), options={})
@example(problem=([9, 2, 8, 1], 10), options={})
@example(problem=([2**53 - 1, 2, 1], 2**53), options={})
@example(problem=([], 1), options={})
@example(problem=([1] * 40, 17), options={})
def test_packs_are_those_of_the_rules(kata, solution, problem, options):
    lengths, capacity = problem
    drop = options.get("drop_overlong", False)
    expected = agreed(
        list(solution.pack_stream(lengths, capacity, **options)),
        [pack for pack, _ in by_prefixes(lengths, capacity, drop)],
    )
    if any(sum(lengths[index] for index in pack) == capacity for pack in expected):
        event("a pack is exactly full")
    if max(lengths, default=0) > capacity:
        event("a sample is too long")
    got = kata.run(probes.packs, lengths, capacity, options)
    assert got == expected, f"the packs are {got}, expected {expected}"
    indices = [index for pack in got for index in pack]
    assert {type(pack) for pack in got} <= {list}, f"a pack must be a list: {got}"
    assert {type(index) for index in indices} <= {int}, f"an index must be an int: {got}"


@settings(max_examples=50)
@given(problem=streams(), options=options())
@example(problem=([1], 1), options={})
@example(problem=([6, 4], 10), options={})
@example(problem=([3, 5, 2, 7, 9, 4], 10), options={})
@example(problem=([12, 3], 10), options={})
@example(problem=([3, 12, 3], 10), options={})
@example(problem=([3, 12, 12, 8], 10), options=DROP)
@example(problem=([10, 12, 3], 10), options=DROP)
def test_a_pack_is_sent_before_more_is_read_than_it_takes(kata, problem, options):
    lengths, capacity = problem
    expected = by_prefixes(lengths, capacity, options.get("drop_overlong", False))
    got = kata.run(probes.packs_and_reads, lengths, capacity, options, len(lengths) + 1, False)
    check_reads(got, expected)


@settings(max_examples=25)
@given(problem=streams(), options=options(), count=st.integers(1, 6))
@example(problem=([3, 5, 2, 7, 9, 4], 10), options={}, count=6)
@example(problem=([1, 12], 10), options=DROP, count=3)
def test_an_endless_stream_has_first_packs(kata, problem, options, count):
    lengths, capacity = problem
    # Packs that hold at most 30 samples, and at least one sample in twelve that is not dropped.
    capacity, lengths = min(capacity, 30), [1, *(min(length, 40) for length in lengths[:11])]
    drop = options.get("drop_overlong", False)
    expected = by_prefixes(lengths * (32 * count), capacity, drop)[:count]
    got = kata.run(probes.packs_and_reads, lengths, capacity, options, count, True)
    check_reads(got, expected)


def test_memory_does_not_grow_with_the_stream(kata):
    few, many = kata.run(probes.peak_memory, 1_000), kata.run(probes.peak_memory, 9_000)
    # Whatever is kept of 8,000 more samples takes 8 bytes each at least, 64,000 in all.
    assert many - few < 20_000, f"1,000 samples took {few} bytes at the peak, 9,000 took {many}"


@given(problem=streams(), options=options(), bad=st.sampled_from((0, -1, -(10**18))))
@example(problem=([], 10), options={}, bad=0)
@example(problem=([3], 10), options={}, bad=0)
@example(problem=([3], 10), options=DROP, bad=-1)
@example(problem=([3, 7], 10), options={}, bad=0)
@example(problem=([3, 8], 10), options={}, bad=-5)
@example(problem=([3, 12], 10), options={}, bad=0)
@example(problem=([3, 12], 10), options=DROP, bad=-1)
def test_a_length_below_1_is_refused_when_it_is_read(kata, problem, options, bad):
    lengths, capacity = problem
    packs = by_prefixes(lengths, capacity, options.get("drop_overlong", False))
    sent = [tuple(pack) for pack, asked in packs if asked <= len(lengths)]
    got = kata.run(probes.packs_until_error, [*lengths, bad, 1], capacity, options)
    assert got["error"] == "ValueError", f"the length {bad} must raise ValueError, got {got}"
    assert got["sent"] == sent, f"before the length {bad} the packs {got['sent']} were sent, expected {sent}"


@pytest.mark.parametrize("options", [{}, DROP, KEEP], ids=["default", "drop", "keep"])
def test_a_capacity_below_1_is_refused(kata, options):
    for capacity in (0, -1, -(10**18)):
        for lengths in ([], [1], [5, 1]):
            refuses(kata.run, probes.packs, lengths, capacity, options)


def check_reads(got, expected):
    """Fail where other packs were sent, or one of them later than it could be."""
    packs, wanted = [pack for pack, _ in got], [pack for pack, _ in expected]
    assert packs == wanted, f"the packs are {packs}, expected {wanted}"
    for (pack, asked), (_, enough) in zip(got, expected, strict=True):
        assert asked <= enough, (
            f"the stream had been asked for a sample {asked} times when the pack {pack} came, {enough} times are enough"
        )
