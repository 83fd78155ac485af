"""Ranks as processes: what is said where one hangs, dies or does not fit, and that none is left."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from dojo import ranks

PATIENCE = 60.0
ALL = (0, 1, 2)


@pytest.fixture(autouse=True)
def nothing_is_left():
    """However the ranks end, no process of theirs is there afterwards, and no descriptor."""
    before, others = psutil.Process().num_fds(), set(psutil.Process().children())  # of other tests
    yield
    left = set(psutil.Process().children()) - others
    assert not [each for each in left if each.status() != psutil.STATUS_ZOMBIE]
    assert psutil.Process().num_fds() == before


def test_ranks_return_what_they_made_in_their_order():
    def work(meeting):
        for number in range(3):
            meeting.wait(ALL, f"step {number}")
        return [meeting.rank] * 100_000

    assert ranks.run(work, 3) == [[rank] * 100_000 for rank in range(3)]


def test_groups_meet_apart():
    def work(meeting):
        if meeting.rank:
            meeting.wait((1, 2), "among two")
        meeting.wait(ALL, "among all")
        return os.getpid() != os.getppid()

    assert ranks.run(work, 3) == [True] * 3


def waits(meeting):
    if meeting.rank == 1:
        meeting.wait(ALL[:2], "all_reduce(float32 (2,))")


def differs(meeting):
    meeting.wait(ALL[:2], f"all_reduce(float32 ({meeting.rank},))", (meeting.rank,))


def exits(meeting):
    if meeting.rank == 1:
        os._exit(7)
    meeting.wait(ALL[:2], "broadcast(float32 (2,))")


def is_killed(meeting):
    if meeting.rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    meeting.wait(ALL[:2], "broadcast(float32 (2,))")


def raises(meeting):
    if meeting.rank == 1:
        raise KeyError("a key")
    meeting.wait(ALL[:2], "broadcast(float32 (2,))")


def raises_its_own(_):
    class OwnError(Exception):
        pass

    raise OwnError("of a class that nobody else knows")


def sleeps(meeting):
    if meeting.rank == 1:
        time.sleep(10**6)
    meeting.wait(ALL[:2], "broadcast(float32 (2,))")


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [
        (waits, ranks.RankWaitsError, r"rank 1 waits in all_reduce\(float32 \(2,\)\), for ever; rank 0 has done all"),
        (differs, ranks.RanksDifferError, r"rank 0 comes to all_reduce\(float32 \(0,\)\); rank 1 comes to all_reduce"),
        (exits, ranks.RankDiedError, r"rank 1 ended with exit code 7, .*; rank 0 waits in broadcast"),
        (is_killed, ranks.RankDiedError, "rank 1 ended by signal 9"),
        (raises, KeyError, "rank 1: 'a key'"),
        (raises_its_own, RuntimeError, "OwnError: rank 0: of a class that nobody else knows"),
        (sleeps, ranks.RankWaitsError, r"rank 0 waits in broadcast.*; rank 1 is still at work"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_goes_wrong_is_said_with_the_rank(work, error, said):
    with pytest.raises(error, match=said):
        ranks.run(work, 2)


def test_what_is_not_said_in_a_meeting_is_found_by_its_silence():
    reading, writing = os.pipe()

    def work(meeting):
        return os.read(reading, 1) if meeting.rank else None

    try:
        with pytest.raises(ranks.RankWaitsError, match="rank 1 waits in something that is no collective, for ever"):
            ranks.run(work, 2)
    finally:
        os.close(reading)
        os.close(writing)


def test_ranks_end_with_the_process_that_runs_them():
    reading, writing = os.pipe()

    def work(_):
        os.write(writing, f"{os.getpid()} ".encode())
        time.sleep(10**6)

    pid = os.fork()
    if pid == 0:
        ranks.run(work, 2)
    os.close(writing)
    found = b""
    while found.count(b" ") < 2:
        found += os.read(reading, 100)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    deadline = time.monotonic() + PATIENCE
    while any(map(psutil.pid_exists, map(int, found.split()))) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(psutil.pid_exists, map(int, found.split())))
    os.close(reading)
