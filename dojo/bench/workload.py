"""What is measured for a kata: the work, who does it besides the answer, and the bars that the reference must reach."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Call = Callable[[], Any]
"""One piece of work, ready to be timed; what it needs was made before."""

REFERENCE, YOURS = "reference", "your answer"
"""The names of those two in every table."""


@dataclass(frozen=True)
class Contender:
    """Somebody else who does the work: a library, or the plain way.

    Attributes:
        name: as the table shows it.
        prepare: from the input to the call that is timed. It is asked again for each call, and what it does is not
            timed, so that work in place gets a fresh copy. It imports what it needs.
        needs: the modules that must be there, such as ``scipy.spatial``.
    """

    name: str
    prepare: Callable[[Any], Call]
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """The first library that is not installed, "" where all are there."""
        libraries = (module.partition(".")[0] for module in self.needs)
        return next((library for library in libraries if importlib.util.find_spec(library) is None), "")


@dataclass(frozen=True)
class Bar:
    """What the reference should reach: at most this share of another one's time or memory, at the largest size.

    Attributes:
        against: the name of a contender.
        at_most: the share, 1.5 for half as much again.
        of: what is compared.
        n: the size; where that one was not measured, the largest one that was.
    """

    against: str
    at_most: float
    of: str = "time"
    n: int = 0


def equal(result: Any, reference: Any) -> bool:
    """Whether two results are the same."""
    return bool(result == reference)


@dataclass(frozen=True)
class Workload:
    """One kind of work, at growing sizes.

    Attributes:
        name: short, unique within its kata.
        what: the input, in a few words.
        data: the input of a size; the same at every call.
        own: from the module of an answer and the input to the call; as :attr:`Contender.prepare`.
        others: the other contenders.
        sizes: those that are measured by default.
        same: whether a result is as good as the reference's.
        operations: how many operations a call of a size is, where the table shows the time of one.
        bars: what the reference should reach.
        threads: how many may work; above one, wall time counts instead of processor time.
        torch: whether memory is that of torch.
    """

    name: str
    what: str
    data: Callable[[int], Any]
    own: Callable[[ModuleType, Any], Call]
    others: tuple[Contender, ...] = ()
    sizes: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    same: Callable[[Any, Any], bool] = equal
    operations: Callable[[int], int] | None = None
    bars: tuple[Bar, ...] = ()
    threads: int = 1
    torch: bool = False
