"""The trusted parts of a property, compared with each other before the answer is judged.

Where the reference and an oracle differ, one of them is wrong, and no answer may be told off for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from dojo.errors import GraderFault
from dojo.grading.literal import same, shown

T = TypeVar("T")


def agreed(reference: T, oracle: T, what: str = "the result") -> T:
    """The value on which the reference and an oracle agree, to the type and the last bit.

    Example:
        >>> agreed(sorted([2, 1]), [1, 2])
        [1, 2]

    Raises:
        GraderFault: they differ.
    """
    if not same(reference, oracle):
        raise GraderFault(f"{what} is {shown(reference)} by the reference and {shown(oracle)} by the oracle")
    return reference


@contextmanager
def trusted_parts() -> Iterator[None]:
    """Checks in this block look at the reference and the oracle alone: what fails is a fault of ours.

    Example:
        >>> with trusted_parts():
        ...     assert abs(0.1 + 0.2 - 0.3) < 1e-12
    """
    try:
        yield
    except AssertionError as error:
        raise GraderFault(f"the reference and the oracle differ: {error}") from error
