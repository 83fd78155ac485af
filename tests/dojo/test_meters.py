"""Meters count what they say, and cannot be slipped past by a conversion."""

from __future__ import annotations

import heapq

import pytest

from dojo import meters


def test_sorting_and_merging_are_counted_alike():
    with meters.counting() as count:
        values = count.integers([5, 2, 4])
        assert sorted(values) == [2, 4, 5]
        by_sorting = count.comparisons
        list(heapq.merge(values[:1], values[1:]))
    assert by_sorting >= 2
    assert count.comparisons > by_sorting
    assert count.conversions == 0


@pytest.mark.parametrize(
    "way", [int, float, lambda x: x + 0, lambda x: 0 - x, lambda x: x * 1, abs, hash, lambda x: -x]
)
def test_conversions_are_counted(way):
    with meters.counting() as count:
        way(count.integers([3])[0])
    assert count.conversions == 1


def test_showing_a_value_is_no_conversion():
    with meters.counting() as count:
        assert f"{count.integers([3])}" == "[3]"
    assert count.conversions == 0


def test_peak_memory_sees_what_was_freed_again():
    with meters.peak_memory() as peak:
        values = [0] * 100_000
        del values
    assert 800_000 <= peak.bytes < 900_000


def test_tensors_that_are_alive_at_once_are_counted_together():
    torch = pytest.importorskip("torch")
    given = torch.ones(4, 8)
    with meters.tensor_use(given) as one_by_one:
        for _ in range(10):
            given.exp()
    with meters.tensor_use(given) as kept:
        tiles = [given.exp() for _ in range(10)]
    with meters.tensor_use(given) as views:
        parts = given[:2], given.T, given.exp()[:1]  # the last one holds the storage of all
    assert (one_by_one.alive, kept.alive, views.alive) == (32, 320, 32)
    assert kept.held == ["exp (4, 8)"] * 10 == [f"exp {tuple(tile.shape)}" for tile in tiles]
    assert kept.largest == 32
    assert len(parts) == 3


def test_what_a_gradient_needs_is_alive():
    torch = pytest.importorskip("torch")
    x = torch.ones(8, requires_grad=True)
    with meters.tensor_use(x) as use:
        y = x
        for _ in range(5):
            y = y.exp()
    assert use.alive == 5 * 8


def test_bytes_of_tensors_count_each_storage_once():
    torch = pytest.importorskip("torch")
    before = meters.bytes_of_tensors()
    zeros = torch.zeros(100, dtype=torch.float64)
    views = zeros[:50], zeros.view(10, 10)
    assert meters.bytes_of_tensors() - before == 800
    del zeros, views
    assert meters.bytes_of_tensors() == before
