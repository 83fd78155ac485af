"""Hypothesis as the grader runs it: every name that is private to Hypothesis stands here."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings

settings.register_profile(
    "dojo-grader", deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
)
PRIVATE = ("_hypothesis_internal_use_settings", "hypothesis")
"""The attributes of a test under ``given`` that this module needs; a test tells when a release moves them."""
NOT_A_FAILURE = (unittest.SkipTest, hypothesis.errors.UnsatisfiedAssumption, hypothesis.errors.StopTest)
"""What passes through a test without being a failing example."""


class Stop(unittest.SkipTest):
    """Raised inside a test to end the whole run: of all exceptions, Hypothesis lets only a skip through at once."""


@contextmanager
def profile() -> Iterator[None]:
    """Hypothesis's defaults for tests that are imported meanwhile."""
    before = settings.get_current_profile_name()
    settings.load_profile("dojo-grader")
    try:
        yield
    finally:
        settings.load_profile(before)


def is_generated(test: Any) -> bool:
    """Whether Hypothesis draws the inputs of a test."""
    return hasattr(test, "hypothesis")


def has_examples(test: Any) -> bool:
    """Whether a test under ``given`` has examples of its own, written with ``example``."""
    return bool(getattr(test, "hypothesis_explicit_examples", ()))


def run(
    test: Any,
    keywords: dict[str, Any],
    inner: Callable[[Callable[..., Any], dict[str, Any]], None] | None = None,
    *,
    seed: int,
    phases: list[Phase],
    examples: int | None = None,
) -> None:
    """Run a test under ``given`` with settings of our own.

    Args:
        test: the decorated function.
        keywords: its fixtures and parameters.
        inner: called instead of the undecorated function, with that function and its arguments.
        seed: of all that is drawn.
        phases: of Hypothesis.
        examples: how many inputs, by default as the test says.

    Raises:
        Exception: whatever the test raises, :class:`Stop` too.

    Limits: not twice at once with one test.
    """
    own = test._hypothesis_internal_use_settings
    original = test.hypothesis.inner_test

    def example(**drawn: Any) -> None:
        if inner is None:
            original(**drawn)
        else:
            inner(original, drawn)

    test._hypothesis_internal_use_settings = settings(
        own,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        max_examples=examples or own.max_examples,
    )
    test.hypothesis.inner_test = example
    hypothesis.seed(seed)(test)
    try:
        test(**keywords)
    finally:
        test.hypothesis.inner_test = original
        test._hypothesis_internal_use_settings = own


def is_own_error(error: BaseException) -> bool:
    """Whether an exception is Hypothesis's, about how it is used."""
    return isinstance(error, hypothesis.errors.HypothesisException)
