"""The most memory that one call holds beyond its input, results included."""

from __future__ import annotations

from dojo.bench.workload import Call
from dojo.meters import peak_memory


def peak(call: Call, *, torch: bool = False) -> int:
    """Bytes at the peak of a call.

    Args:
        call: it is made once.
        torch: count what torch allocates, also inside its operators, instead of what Python and numpy do.

    Limits: what a library allocates by itself, such as shapely's GEOS, is seen by neither.
    """
    if torch:
        return _peak_of_torch(call)
    with peak_memory() as measured:
        result = call()
    del result
    return measured.bytes


def _peak_of_torch(call: Call) -> int:
    """The peak of the sum of torch's own records of what it allocated and freed."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        result = call()
    del result
    changes = [
        (event.start_ns(), event.nbytes())
        for event in profiler.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    held = most = 0
    for _, change in sorted(changes, key=lambda each: each[0]):
        held += change
        most = max(most, held)
    return most
