"""One thing that the audit found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong and where.

    Attributes:
        where: the kata or file.
        what: what is wrong, and what to do.
        blocks: whether the kata's answers can't be judged before it is mended.
    """

    where: str
    what: str
    blocks: bool = False
