"""The map of where a result of attention is wrong, and the message that it ends."""

from __future__ import annotations

import numpy as np
import pytest

from tests.error_map import error_map
from tests.tolerance import assert_close


def wrong_at(shape: tuple[int, ...], *places: tuple[int | slice, ...]) -> np.ndarray:
    """All right but for some places."""
    wrong = np.zeros(shape, dtype=bool)
    for each in places:
        wrong[each] = True
    return wrong


def test_the_last_tile_of_keys_is_seen_at_a_glance() -> None:
    wrong = wrong_at((1, 3, 10), (0, slice(None), slice(8, None)))
    assert error_map(wrong, along="key", tile=4).splitlines() == [
        "wrong (X) by [sequence, head] and tile of 4 keys:",
        "[0, 0]  ..X",
        "[0, 1]  ..X",
        "[0, 2]  ..X",
    ]


def test_every_second_head_is_seen_at_a_glance() -> None:
    wrong = wrong_at((1, 4, 3), (0, slice(1, None, 2)))
    assert error_map(wrong).splitlines() == [
        "wrong (X) by [sequence, head] and query:",
        "[0, 0]  ...",
        "[0, 1]  XXX",
        "[0, 2]  ...",
        "[0, 3]  XXX",
    ]


def test_where_one_tile_holds_all_a_column_is_a_single_query() -> None:
    assert error_map(wrong_at((1, 1, 3), (0, 0, 2)), tile=64).splitlines()[1:] == ["[0, 0]  ..X"]


def test_a_single_cell_needs_no_map() -> None:
    assert error_map(wrong_at((1, 1, 1), (0, 0, 0))) == ""
    assert error_map(wrong_at((0, 1, 2))) == ""
    assert error_map(wrong_at((1, 1, 0))) == ""


def test_a_head_far_down_is_shown() -> None:
    lines = error_map(wrong_at((2, 16, 2), (1, 9, 0), (1, 12, 1))).splitlines()
    assert lines[1:3] == ["[1, 9]   X.", "[1, 10]  .."]
    assert lines[-1] == "and 26 more heads, 0 of them wrong"
    lines = error_map(wrong_at((2, 16, 2), (0, 0, 0), (1, 12, 1))).splitlines()
    assert lines[1] == "[0, 0]  X."
    assert lines[-1] == "and 26 more heads, 1 of them wrong"


@pytest.mark.parametrize("length", [1, 2, 43, 44, 45, 88, 89, 300, 100_001])
@pytest.mark.parametrize("tile", [1, 2, 64, 1000])
@pytest.mark.parametrize("heads", [1, 6, 7, 128])
def test_a_map_is_small_and_shows_the_last_one(length: int, tile: int, heads: int) -> None:
    lines = error_map(wrong_at((12, heads, length), (-1, -1, -1)), along="key", tile=tile).splitlines()
    assert len(lines) <= 8
    assert max(map(len, lines)) <= 60
    rows = [line for line in lines if line.startswith("[")]
    assert "".join(rows).count("X") == 1
    assert rows[-1].endswith("X")


def test_a_message_says_the_worst_element_the_bound_and_the_place() -> None:
    reference = np.ones((1, 2, 5, 3))
    got = reference.copy()
    got[0, 1, 4, 2] = 1.5
    with pytest.raises(AssertionError) as caught:
        assert_close(got, reference, dtype="float64", terms=1.0, what="dk", along="key", tile=2)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith("dk[0, 1, 4, 2] is 1.5, expected 1; all errors together may be 5.48e-12, and this one is ")
    assert first.endswith("9.13e+10 times that")
    assert lines == ["wrong (X) by [sequence, head] and tile of 2 keys:", "[0, 0]  ...", "[0, 1]  ..X"]


def test_rounding_of_the_right_rows_is_not_marked() -> None:
    reference = np.random.default_rng(0).standard_normal((1, 2, 40, 4)) * np.arange(1, 41)[:, None]
    got = reference * (1 + 2.0**-9)
    got[0, 0, 7] = -reference[0, 0, 7]
    with pytest.raises(AssertionError) as caught:
        assert_close(got, reference, dtype="bfloat16", terms=1.0)
    assert str(caught.value).count("X") == 2  # one is in the heading


def test_rows_of_not_a_number_and_rows_that_see_nothing_are_marked() -> None:
    reference = np.zeros((1, 1, 4, 2))
    got = reference.copy()
    got[0, 0, 1] = np.nan
    with pytest.raises(AssertionError, match=r"\n\[0, 0\]  \.X\.\."):
        assert_close(got, reference, dtype="float32", terms=1.0)
    got[0, 0, 1] = 1e-30
    with pytest.raises(AssertionError, match=r"exactly 0\n.*\n\[0, 0\]  \.X\.\."):
        assert_close(got, reference, dtype="float32", terms=1.0, empty=np.ones((1, 1, 4)))


def test_one_element_beyond_the_naive_error_is_marked() -> None:
    reference = np.ones((1, 1, 4, 1000))
    got = reference.copy()
    got[0, 0, 3, 0] += 3e-5
    with pytest.raises(AssertionError, match=r"one error may be .* times that\n.*\n\[0, 0\]  \.\.\.X"):
        assert_close(got, reference, dtype="float32", terms=1.0, plain=reference)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3), (1, 2, 1, 2, 2)])
def test_results_of_other_dimensions_have_no_map(shape: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_close(np.ones(shape), np.zeros(shape), dtype="float64", terms=1.0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("plain", [None, np.ones((1, 1, 2, 1))])
def test_an_error_that_is_no_number_fails(plain):
    # A reference that is NaN where the result is finite is a fault; it must not pass because NaN is above nothing.
    reference = np.ones((1, 1, 2, 1))
    reference[0, 0, 1] = np.nan
    with pytest.raises(AssertionError):
        assert_close(np.ones((1, 1, 2, 1)), reference, dtype="float64", terms=1.0, plain=plain)
