"""Pictures of packing/pack_stream."""

from __future__ import annotations

from tests.packing.pictures.bin_packing import side_by_side

EXAMPLE = ("packs", {"lengths": [3, 5, 2, 7, 9, 4], "capacity": 10, "options": {}})


def packs(figure, case):
    """All packs of a stream."""
    return side_by_side(figure, case.results, case["lengths"], case["capacity"])


def packs_and_reads(figure, case):
    """Packs, and how often the stream was asked for a sample until each was sent."""
    results, reads = [], []
    lengths = case["lengths"] * 12 if case["endless"] else case["lengths"]
    for which, result in case.results:
        readable = type(result) is list and all(type(each) is list and len(each) == 2 for each in result)
        results.append((which, [pack for pack, _ in result] if readable else None))
        reads.append(f"{which} {[asked for _, asked in result[:12]]}" if readable else "")
    side_by_side(figure, results, lengths, case["capacity"])
    return f"samples read until each pack was sent: {', '.join(filter(None, reads))}"


def packs_until_error(figure, case):
    """The packs that were sent before a length that is refused."""
    results = [(which, result["sent"] if type(result) is dict else None) for which, result in case.results]
    lengths = [max(0, each) for each in case["lengths"]]
    return side_by_side(figure, results, lengths, max(1, case["capacity"]))
