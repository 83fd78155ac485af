"""What a learner has passed, and what is next."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dojo.kata import Kata
from dojo.practice.entries import Standing


def is_passed(standing: Mapping[str, Standing], kata: Kata) -> bool:
    """Whether a kata was accepted once."""
    return kata.name in standing and standing[kata.name].first_pass is not None


def next_kata(katas: Collection[Kata], passed: Collection[Kata]) -> Kata | None:
    """The first kata that is not passed and whose needs are; else the first that is not passed; None if all are."""
    names = {kata.name for kata in passed}
    open_katas = [kata for kata in katas if kata.name not in names]
    ready = [kata for kata in open_katas if names.issuperset(kata.header.needs)]
    return next(iter(ready or open_katas), None)
