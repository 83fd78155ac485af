"""Probes of packing/pack_stream: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dojo import meters


def packs(kata: Any, lengths: list[int], capacity: int, options: dict[str, bool]) -> list[Any]:
    """All packs, looked at when the last one is there."""
    return list(kata.pack_stream(lengths, capacity, **options))


class Stream:
    """An iterator over lengths, again and again if it is endless, that counts how often it is asked for one."""

    def __init__(self, lengths: list[int], *, endless: bool) -> None:
        self.lengths = lengths
        self.endless = endless
        self.asked = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.asked += 1
        if self.asked > 10_000:
            raise RuntimeError("10,000 samples of an endless stream were read")
        if self.asked > len(self.lengths) and not self.endless:
            raise StopIteration
        return self.lengths[(self.asked - 1) % len(self.lengths)]


def packs_and_reads(
    kata: Any, lengths: list[int], capacity: int, options: dict[str, bool], count: int, endless: bool
) -> list[Any]:
    """The first ``count`` packs of a stream, each with how often the stream had been asked for a sample by then."""
    stream = Stream(lengths, endless=endless)
    found: list[Any] = []
    for pack in kata.pack_stream(stream, capacity, **options):
        found.append([pack, stream.asked])
        if len(found) == count:
            break
    return found


def packs_until_error(kata: Any, lengths: list[int], capacity: int, options: dict[str, bool]) -> dict[str, Any]:
    """The packs that were sent, as tuples, and the name of the error that then came, None if there was none."""
    sent: list[Any] = []
    try:
        for pack in kata.pack_stream(iter(lengths), capacity, **options):
            sent += [tuple(pack)]
    except NotImplementedError:
        raise
    except Exception as error:
        return {"sent": sent, "error": type(error).__name__}
    return {"sent": sent, "error": None}


def peak_memory(kata: Any, samples: int) -> int:
    """The most memory in use, in bytes, while a stream is packed whose packs are not kept."""
    with meters.peak_memory() as peak:
        for _ in kata.pack_stream((1 + number % 7 for number in range(samples)), 20):
            pass
    return peak.bytes


peak_memory.measures = True
