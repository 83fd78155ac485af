"""Pack samples as they come.

A trainer reads samples from a stream: a file too large for memory, or a queue that other programs
fill. It wants packs of at most ``capacity`` tokens, and it wants each one as early as possible.
Samples keep their order, and nothing is looked at twice.

A buffer takes samples as long as they fit. It is sent out as a pack

- when the next sample does not fit: that sample begins the next buffer;
- at once when it is exactly full;
- at the end of the stream, unless it is empty.

A sample longer than ``capacity`` fits nowhere. By default the buffer is sent out before it, and the
sample then makes a pack of its own, too long as it is. With ``drop_overlong`` it is left out, as if
it had never come, but the samples after it keep their numbers.

    lengths   3  5  2  7  9  4    capacity 10
    index     0  1  2  3  4  5
    packs    [0  1  2][3][4][5]   3 + 5 + 2 is full, 7 + 9 and 9 + 4 are too much

The trap: the stream may never end, and to ask it for a sample may mean to wait. A pack that is full
needs no further sample to be sent, and any other pack needs just one.

Level: 2
Needs: -
Source: Johnson 1973, "Near-optimal bin packing algorithms", where the rule is called next fit
Time: O(1) a sample
Space: O(capacity), however long the stream is
"""

from collections.abc import Iterable, Iterator


def pack_stream(
    lengths: Iterable[int],
    capacity: int,
    *,
    drop_overlong: bool = False,
) -> Iterator[list[int]]:
    """Packs of samples, each a new list of their indices in the stream, in order; none is empty.

    Args:
        lengths: how many tokens each sample has, 1 or more; read once, from the front.
        capacity: how many tokens a pack may hold, 1 or more.
        drop_overlong: leave out samples longer than ``capacity``, instead of sending each alone.

    Yields:
        Each pack before more is read than it takes to know that the pack is done: nothing after a
        pack that is full or too long, one sample otherwise. Dropped samples do not count.

    Raises:
        ValueError: ``capacity`` is below 1: raised by the call, or when the first pack is asked
            for. A length is below 1: raised as soon as it is read; packs sent before stay valid,
            and what is in the buffer then is lost.

    Example:
        >>> list(pack_stream([3, 5, 2, 7, 9, 4], 10))
        [[0, 1, 2], [3], [4], [5]]
        >>> list(pack_stream([3, 12, 6], 10))
        [[0], [1], [2]]
        >>> list(pack_stream([3, 12, 6], 10, drop_overlong=True))
        [[0, 2]]
    """
    if capacity < 1:
        raise ValueError(f"capacity must be 1 or more, got {capacity}")
    # hint: Two things describe what is under way: the indices in the buffer, and their tokens. Ask of each new sample
    # what it means for them, in this order: is it valid, is it overlong, does it still fit, is the buffer full now?
    buffer: list[int] = []
    tokens = 0
    for index, length in enumerate(lengths):
        if length < 1:
            raise ValueError(f"a length must be 1 or more, got {length} at index {index}")
        if length > capacity and drop_overlong:
            continue
        # hint: An overlong sample does not fit either: whatever is in the buffer goes first. An empty buffer is no
        # pack.
        if buffer and tokens + length > capacity:
            yield buffer
            buffer, tokens = [], 0
        buffer.append(index)
        tokens += length
        # hint: A full buffer must go before the loop asks for the next sample. What else is never going to take
        # another one? And what is left when the stream has ended?
        if tokens >= capacity:
            yield buffer
            buffer, tokens = [], 0
    if buffer:
        yield buffer
