"""What the journal has acknowledged it keeps, and every failure is told in words that help."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.errors import JournalError
from dojo.practice import store as store_module
from dojo.practice.entries import KINDS, Standing
from dojo.practice.folder import data_folder
from dojo.practice.journal import Journal
from dojo.practice.store import MIGRATIONS
from tests.dojo.disks import READ_ONLY, SMALL, environment, mounted, output, python

MERGE = "arrays/merge_sorted_array"
VECTORS = "geometry/vectors"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that goes on by a minute whenever it is read."""

    def __init__(self):
        self.minutes = -1

    def __call__(self):
        self.minutes += 1
        return START + timedelta(minutes=self.minutes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(path):
    with Journal(path, now=Clock()) as journal:
        yield journal


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Journal(tmp_path_factory.mktemp("shared") / "journal.sqlite3") as journal:
        yield journal


def everything(path):
    """All that can be read from a journal."""
    with Journal(path) as journal:
        attempts = [journal.attempt(attempt.id) for attempt in journal.attempts()]
        return attempts, journal.latest(MERGE), journal.passed(), journal.standing(), journal.hints_revealed(MERGE)


def contents(path):
    with Journal(path) as journal:
        return [journal.attempt(attempt.id).content for attempt in reversed(journal.attempts())]


# What is kept


def test_an_attempt_comes_back_as_it_was_recorded(journal):
    journal.reveal_hint(MERGE, 2)
    number = journal.record(MERGE, b"x = 1", kind="check", outcome="rejected", verdict='{"seed": 1}', seconds=0.25)
    saved = journal.attempt(number)
    assert (saved.id, saved.kata, saved.kind, saved.outcome) == (number, MERGE, "check", "rejected")
    assert (saved.content, saved.size, saved.sha256) == (b"x = 1", 5, sha256(b"x = 1").hexdigest())
    assert (saved.verdict, saved.seconds, saved.hints_used) == ('{"seed": 1}', 0.25, 2)
    assert saved.when == START + timedelta(minutes=1)
    assert journal.latest(MERGE) == saved


@given(written=st.lists(st.binary(), min_size=1, max_size=3))
@example(written=[b""])
@example(written=[b"\r\n\x00\xff", b"\n\x00\xff", b"\xef\xbb\xbfx"])
@settings(max_examples=40)
def test_any_bytes_come_back_as_they_were(shared, written):
    numbers = [shared.record(MERGE, content, kind="check") for content in written]
    assert [shared.attempt(number).content for number in numbers] == written
    assert [attempt.id for attempt in shared.attempts(MERGE, limit=len(written))] == numbers[::-1]
    assert shared.latest(MERGE).content == written[-1]


@pytest.mark.parametrize("printed", ["\ud800", "\x00", "é\u2028\U0001f600", "'); DROP TABLE attempts; --"], ids=ascii)
def test_whatever_an_answer_prints_its_verdict_is_kept(journal, printed):
    journal.record(MERGE, b"", kind="check", verdict=json.dumps({"printed": printed}, ensure_ascii=False))
    assert json.loads(journal.latest(MERGE).verdict) == {"printed": printed}


def test_the_same_text_checked_twice_is_two_attempts_and_one_content(journal, path):
    first, second = (journal.record(MERGE, b"x" * 100, kind="check") for _ in range(2))
    assert first != second
    assert [attempt.id for attempt in journal.attempts(MERGE)] == [second, first]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT content FROM contents").fetchall() == [(b"x" * 100,)]
    connection.close()


def test_attempts_are_listed_newest_first_by_kata_and_up_to_a_limit(journal):
    numbers = [journal.record(kata, b"", kind="check") for kata in (MERGE, VECTORS, MERGE, MERGE)]
    assert [attempt.id for attempt in journal.attempts()] == numbers[::-1]
    assert [attempt.id for attempt in journal.attempts(MERGE, limit=2)] == [numbers[3], numbers[2]]
    assert journal.attempts(MERGE, limit=0) == []
    assert journal.attempts("no/kata") == []
    with pytest.raises(ValueError, match="limit is -1"):
        journal.attempts(limit=-1)


def test_a_clock_that_goes_back_does_not_change_the_order(path):
    with Journal(path, now=iter([START, START - timedelta(days=1)]).__next__) as journal:
        numbers = [journal.record(MERGE, b"", kind="check") for _ in range(2)]
        assert [attempt.id for attempt in journal.attempts()] == numbers[::-1]


def test_times_are_kept_in_utc(path):
    east = timezone(timedelta(hours=5, minutes=30))
    with Journal(path, now=lambda: START.astimezone(east)) as journal:
        journal.record(MERGE, b"", kind="check")
        when = journal.latest(MERGE).when
    assert (when, when.tzinfo) == (START, UTC)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_entry_is_kept(journal, kind):
    assert journal.attempt(journal.record(MERGE, b"x", kind=kind)).kind == kind


def test_an_unknown_kind_is_refused(journal, path):
    with pytest.raises(ValueError, match="'guess'"):
        journal.record(MERGE, b"", kind="guess")
    assert not path.exists()


@pytest.mark.parametrize("number", [-1, 0, 2, 10**30])
def test_an_attempt_that_is_not_there_is_named(journal, number):
    journal.record(MERGE, b"", kind="check")
    with pytest.raises(JournalError, match=f"no attempt {number} ") as caught:
        journal.attempt(number)
    assert "dojo attempts" in caught.value.way_out


# Where a learner stands


def test_a_kata_is_passed_since_its_first_accepted_check(journal):
    for outcome in ("rejected", "accepted", "accepted", "rejected"):
        journal.record(MERGE, b"", kind="check", outcome=outcome)
    journal.record(VECTORS, b"", kind="check", outcome="rejected")
    journal.record(VECTORS, b"", kind="solution", outcome="accepted")
    assert journal.passed() == {MERGE: START + timedelta(minutes=1)}


def test_the_standing_counts_checks_and_hints(journal):
    for outcome in ("rejected", "accepted", "fault"):
        journal.record(MERGE, b"", kind="check", outcome=outcome)
    journal.record(MERGE, b"", kind="reset")
    journal.reveal_hint(VECTORS, 1)
    journal.record("a/restored", b"", kind="restore")
    assert journal.standing() == {
        MERGE: Standing(
            attempts=3, last=START + timedelta(minutes=2), last_outcome="fault", first_pass=START + timedelta(minutes=1)
        ),
        VECTORS: Standing(hints_used=1),
    }


def test_hints_stay_revealed(journal):
    assert journal.hints_revealed(MERGE) == 0
    for number in (1, 3, 2, 3):
        journal.reveal_hint(MERGE, number)
    assert journal.hints_revealed(MERGE) == 3
    assert journal.hints_revealed(VECTORS) == 0
    with pytest.raises(ValueError, match="hint 0"):
        journal.reveal_hint(MERGE, 0)


# Where it lies


def test_reading_creates_nothing(path, tmp_path):
    assert everything(path) == ([], None, {}, {}, 0)
    with Journal(path) as journal, pytest.raises(JournalError, match="no attempt 1 "):
        journal.attempt(1)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_an_empty_journal(path):
    path.parent.mkdir()
    path.touch()
    assert everything(path) == ([], None, {}, {}, 0)
    assert path.read_bytes() == b""
    with Journal(path) as journal:
        journal.record(MERGE, b"x", kind="check")
    assert contents(path) == [b"x"]


def test_what_is_recorded_is_seen_by_one_who_read_before(path, journal):
    with Journal(path) as reader:
        assert reader.attempts() == []
        journal.record(MERGE, b"x", kind="check")
        assert reader.latest(MERGE).content == b"x"


def test_a_closed_journal_opens_again(journal):
    journal.record(MERGE, b"1", kind="check")
    journal.close()
    journal.record(MERGE, b"2", kind="check")
    journal.close()
    journal.close()
    assert contents(journal.path) == [b"1", b"2"]


def test_the_environment_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DOJO_DATA", str(tmp_path / "#?% é"))
    with Journal() as journal:
        assert journal.path == tmp_path / "#?% é" / "journal.sqlite3"
        journal.record(MERGE, b"x", kind="check")
        assert journal.path.is_file()
    monkeypatch.setenv("DOJO_DATA", "~/here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / "here"


def test_without_the_variable_it_is_the_users_data_folder(monkeypatch, tmp_path):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.setenv("DOJO_DATA", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_folder() == platformdirs.user_data_path("dojo")
    assert tmp_path in data_folder().parents
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: Path("~/.local/share/dojo"))
    with pytest.raises(JournalError, match="no home folder"):
        Journal()


def test_the_folder_is_the_users_own(journal, path):
    journal.record(MERGE, b"x", kind="check")
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == [path.name], "one file to back up"


def test_a_journal_that_is_moved_away_is_begun_anew(journal, path):
    journal.record(MERGE, b"old", kind="check")
    path.rename(path.with_name("kept"))
    assert journal.attempts() == []
    journal.record(MERGE, b"new", kind="check")
    assert contents(path) == [b"new"]
    assert contents(path.with_name("kept")) == [b"old"]


# A kill, a full disk, another process


RECORD = """
import itertools, sys
from pathlib import Path
from dojo.practice.journal import Journal

path, writer, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Journal(path, timeout=60) as journal:
    sys.stdin.readline()
    for number in range(limit):
        content = f"{writer} {number} " + "x" * 3000
        journal.record("a/kata", content.encode(), kind="check", outcome="rejected", verdict="{}")
        print(writer, number, flush=True)
"""


def recorder(path, writer, limit):
    """A process that waits for a line, records, and prints what is acknowledged."""
    return subprocess.Popen(
        python(RECORD, path, writer, limit),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def written(path):
    """What :data:`RECORD` recorded: the lines that it printed for it."""
    return [" ".join(content.decode().split()[:2]) for content in contents(path)]


def integrity(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()


def test_a_kill_loses_nothing_that_was_acknowledged(path):
    acknowledged = []
    for writer, records in (("first", 1), ("second", 8), ("third", 25)):
        with recorder(path, writer, 10**6) as child:
            child.stdin.write("go\n")
            child.stdin.flush()
            acknowledged += [child.stdout.readline().strip() for _ in range(records)]
            child.kill()
            acknowledged += child.stdout.read().splitlines()
        assert child.returncode == -signal.SIGKILL
        found = written(path)
        extra = [line for line in found if line not in acknowledged]
        assert [line for line in found if line in acknowledged] == acknowledged
        assert len(extra) <= 1, "a record may have been committed just before it was acknowledged"
        acknowledged = found
        assert integrity(path) == "ok"


CUT_OFF = """
import os, signal, sqlite3, sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the commit
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE contents SET content = zeroblob(5000)")
connection.execute("INSERT INTO contents VALUES ('x', zeroblob(1000000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def cut_off(path):
    """A journal of twenty entries, in the middle of a write when its writer was killed."""
    with Journal(path) as journal:
        for number in range(20):
            journal.record(MERGE, bytes([number]) * 2000, kind="check")
    whole = path.read_bytes()
    child = subprocess.run(python(CUT_OFF, path), check=False)
    assert child.returncode == -signal.SIGKILL
    assert path.read_bytes()[: len(whole)] != whole, "the write did not reach the file, so this proves nothing"
    assert path.with_name(path.name + "-journal").exists()
    return path


def test_a_write_that_was_cut_off_is_undone(cut_off):
    assert contents(cut_off) == [bytes([number]) * 2000 for number in range(20)]
    assert integrity(cut_off) == "ok"


READ = """
import sys
from pathlib import Path
from dojo.errors import JournalError
from dojo.practice.journal import Journal

with Journal(Path(sys.argv[1])) as journal:
    try:
        print([journal.attempt(attempt.id).content for attempt in journal.attempts()], len(journal.standing()))
    except JournalError as error:
        print(error)
    try:
        journal.record("a/kata", b"y", kind="check")
    except JournalError as error:
        print(error)
        print(error.way_out)
"""


def test_a_write_that_was_cut_off_cannot_be_undone_on_a_read_only_disk(cut_off):
    lines = output([*mounted(READ_ONLY, cut_off.parent), *python(READ, cut_off)]).splitlines()
    assert lines[0].startswith(f"The journal {cut_off} can't be read: ")
    assert lines[2] == f"Make {cut_off.parent} a folder that you can write to, or set DOJO_DATA to one."
    assert len(contents(cut_off)) == 20


def test_two_processes_that_write_at_once_lose_nothing(path):
    writers = [recorder(path, name, 25) for name in ("left", "right")]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        with writer:
            assert len(writer.stdout.read().splitlines()) == 25
        assert writer.returncode == 0
    found = written(path)
    assert sorted(found) == sorted(f"{name} {number}" for name in ("left", "right") for number in range(25))
    for name in ("left", "right"):
        assert [line for line in found if line.startswith(name)] == [f"{name} {number}" for number in range(25)]


RECORD_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
from dojo.errors import JournalError
from dojo.practice.journal import Journal

path = Path(sys.argv[1])
with Journal(path) as journal:
    journal.record("a/kata", b"old", kind="check")
    if sys.argv[2] == "limit":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        journal.record("a/kata", b"x" * 1_000_000, kind="check")
    except JournalError as error:
        print(error)
        print(error.way_out)
    journal.record("a/kata", b"new", kind="check")
    print([journal.attempt(attempt.id).content for attempt in journal.attempts()])
"""


def test_a_limit_on_file_sizes_loses_nothing(path):
    message, way_out, left = output(python(RECORD_TOO_MUCH, path, "limit")).splitlines()
    assert message.startswith(f"The journal {path} can't be written: the disk refuses (disk I/O error, SQLITE_IOERR")
    assert "room" in way_out
    assert left == "[b'new', b'old']"
    assert contents(path) == [b"old", b"new"]
    assert integrity(path) == "ok"


def test_a_full_disk_loses_nothing(tmp_path):
    path = tmp_path / "journal.sqlite3"
    command = [*mounted(SMALL, tmp_path), *python(RECORD_TOO_MUCH, path, "disk")]
    message, way_out, left = output(command).splitlines()
    assert message == f"The journal {path} can't be written: the disk is full."
    assert "room" in way_out
    assert left == "[b'new', b'old']"


def test_a_lock_is_waited_for_and_then_named(path, journal):
    journal.record(MERGE, b"x", kind="check")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Journal(path, timeout=0.01) as hasty:
        for use, done in ((lambda: hasty.record(MERGE, b"y", kind="check"), "written"), (hasty.standing, "read")):
            with pytest.raises(JournalError, match=rf"{done}: another process .* locked .* 0\.01 s") as caught:
                use()
            assert "other dojo" in caught.value.way_out
        other.execute("COMMIT")
        other.close()
        hasty.record(MERGE, b"y", kind="check")
    assert contents(path) == [b"x", b"y"]


def test_every_commit_is_synced_and_leaves_one_file(journal):
    journal.record(MERGE, b"x", kind="check")
    with journal._store.writing() as connection:  # noqa: SLF001  # there is no other way to see it
        assert connection.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_failure_in_the_middle_rolls_back(journal, monkeypatch):
    journal.record(MERGE, b"x", kind="check")

    def broken():
        raise KeyboardInterrupt

    monkeypatch.setattr(journal, "_now", broken)
    with pytest.raises(KeyboardInterrupt):
        journal.record(MERGE, b"y", kind="check")
    monkeypatch.undo()
    journal.record(MERGE, b"z", kind="check")
    assert contents(journal.path) == [b"x", b"z"]
    connection = sqlite3.connect(journal.path)
    assert connection.execute("SELECT COUNT(*) FROM contents").fetchone() == (2,)
    connection.close()


# A folder that can't be written to


def test_below_a_file_there_is_nothing_to_read_and_no_room_to_write(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "dojo" / "journal.sqlite3"
    assert everything(path) == ([], None, {}, {}, 0)
    with Journal(path) as journal, pytest.raises(JournalError) as caught:
        journal.record(MERGE, b"x", kind="check")
    assert str(caught.value) == f"The journal {path} can't be written: {path.parent} is no folder."
    assert "DOJO_DATA" in caught.value.way_out


def test_a_folder_in_place_of_the_file_is_named(path):
    path.mkdir(parents=True)
    with Journal(path) as journal:
        for use in (journal.standing, lambda: journal.record(MERGE, b"x", kind="check")):
            with pytest.raises(JournalError, match="it is a folder"):
                use()


def test_a_read_only_disk_can_be_read_and_says_why_it_cannot_be_written(journal, path):
    journal.record(MERGE, b"x", kind="check")
    journal.close()
    read, message, way_out = output([*mounted(READ_ONLY, path.parent), *python(READ, path)]).splitlines()
    assert read == "[b'x'] 1"
    assert message == f"The journal {path} can't be written: it is read-only."
    assert way_out == f"Make {path.parent} a folder that you can write to, or set DOJO_DATA to one."


def test_a_fresh_read_only_disk_is_an_empty_journal(tmp_path):
    path = tmp_path / "dojo" / "journal.sqlite3"
    read, message, _ = output([*mounted(READ_ONLY, tmp_path), *python(READ, path)]).splitlines()
    assert read == "[] 0"
    assert message == f"The journal {path} can't be written: Read-only file system."


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
@pytest.mark.parametrize("locked", ["file", "folder"])
def test_permissions_can_forbid_writing_alone(journal, path, locked):
    journal.record(MERGE, b"x", kind="check")
    journal.close()
    (path if locked == "file" else path.parent).chmod(0o500)
    assert contents(path) == [b"x"]
    with pytest.raises(JournalError, match="read-only"):
        journal.record(MERGE, b"y", kind="check")
    path.parent.chmod(0o700)
    path.chmod(0o600)
    assert contents(path) == [b"x"]


# A file that is not a journal of this dojo


def use_every_way(path):
    """The errors of reading and of writing."""
    found = []
    with Journal(path) as journal:
        for use in (
            journal.attempts,
            journal.standing,
            lambda: journal.record(MERGE, b"y", kind="check"),
            lambda: journal.reveal_hint(MERGE, 1),
        ):
            with pytest.raises(JournalError) as caught:
                use()
            assert caught.value.way_out
            found.append(str(caught.value))
    return found


@pytest.mark.parametrize("content", [b"hello", b"hello\n" * 1000, bytes(8192)], ids=["short", "text", "zeros"])
def test_a_file_that_is_no_database_is_left_alone(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    for message in use_every_way(path):
        assert "it is not a database" in message
    assert path.read_bytes() == content


@pytest.mark.parametrize("script", ["CREATE TABLE t (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"])
def test_a_database_of_another_program_is_left_alone(path, script):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute(script)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for message in use_every_way(path):
        assert message == f"{path} is a database, but not a journal of the dojo."
    assert path.read_bytes() == before


def test_a_journal_from_a_newer_version_is_left_alone(journal, path):
    journal.record(MERGE, b"x", kind="check")
    journal.close()
    newer = len(MIGRATIONS) + 6
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {newer}")
    connection.close()
    before = path.read_bytes()
    for message in use_every_way(path):
        assert f"has format {newer}" in message
        assert f"formats up to {len(MIGRATIONS)}" in message
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_journal_that_a_newer_dojo_migrates_meanwhile_is_left_alone(journal, path, monkeypatch):
    journal.record(MERGE, b"x", kind="check")
    with monkeypatch.context() as newer, Journal(path) as other:
        newer.setattr(store_module, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE hints ADD COLUMN liked",)))
        assert other.latest(MERGE).content == b"x"
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer dojo"):
        journal.record(MERGE, b"y", kind="check")
    assert path.read_bytes() == before


def test_an_older_journal_is_migrated_whole_or_not_at_all(journal, path, monkeypatch):
    journal.record(MERGE, b"x", kind="check")
    journal.close()
    before = path.read_bytes()
    step = "ALTER TABLE hints ADD COLUMN liked"
    monkeypatch.setattr(store_module, "MIGRATIONS", (*MIGRATIONS, (step, "SELECT * FROM no_such_table")))
    with pytest.raises(JournalError):
        journal.attempts()
    assert path.read_bytes() == before
    monkeypatch.setattr(store_module, "MIGRATIONS", (*MIGRATIONS, (step,)))
    journal.record(MERGE, b"y", kind="check")
    assert contents(path) == [b"x", b"y"]
    assert integrity(path) == "ok"


# A damaged file


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The bytes of a journal, and the contents of its entries."""
    path = tmp_path_factory.mktemp("healthy") / "journal.sqlite3"
    kept = [bytes([number]) * 9 * number for number in range(8)]
    with Journal(path) as journal:
        for content in kept:
            journal.record(MERGE, content, kind="check", outcome="accepted", verdict='{"seed": 0}', seconds=1.5)
        journal.reveal_hint(MERGE, 1)
    return path.read_bytes(), kept


@given(place=st.integers(0, 9999), mask=st.integers(1, 255))
@settings(max_examples=150)
def test_a_damage_is_told_and_nothing_else_is_restored(healthy, place, mask):
    image, kept = healthy
    in_use = [index for index, byte in enumerate(image) if byte]
    damaged = bytearray(image)
    damaged[in_use[place % len(in_use)]] ^= mask
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal.sqlite3")
        path.write_bytes(damaged)
        with contextlib.suppress(JournalError):
            assert all(attempt.content in kept for attempt in everything(path)[0])
        with contextlib.suppress(JournalError), Journal(path) as journal:
            number = journal.record(MERGE, b"new", kind="check")
            assert journal.attempt(number).content == b"new"


def test_a_schema_that_is_no_text_is_damage(healthy, path):
    path.parent.mkdir()
    path.write_bytes(healthy[0].replace(b"CREATE TABLE hints", b"CR\xc4ATE TABLE hints"))
    for message in use_every_way(path):
        assert "damaged" in message


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_a_file_that_was_cut_short_is_damaged(healthy, path, pages):
    path.parent.mkdir()
    path.write_bytes(healthy[0][: 4096 * pages])
    with pytest.raises(JournalError, match="damaged") as caught:
        everything(path)
    assert ".recover" in caught.value.way_out
    assert path.read_bytes() == healthy[0][: 4096 * pages]


def test_a_content_that_is_gone_or_another_is_damage(journal, path):
    number = journal.record(MERGE, b"x", kind="check")
    for change in ("UPDATE contents SET content = x'00'", "DELETE FROM contents"):
        with sqlite3.connect(path) as connection:
            connection.execute(change)
        connection.close()
        with pytest.raises(JournalError, match="damaged: attempt 1 "):
            journal.attempt(number)


def test_an_error_does_not_keep_the_file_locked(journal, path):
    for _ in range(3):
        journal.record(MERGE, b"x", kind="check", outcome="accepted")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE attempts SET outcome = CAST(x'ff' AS TEXT) WHERE id = 2")
    connection.close()
    with Journal(path) as reader, Journal(path, timeout=0.01) as writer:
        for use in (reader.attempts, lambda: reader.attempt(2)):
            with pytest.raises(JournalError) as held:  # the error, its traceback and what that holds are still there
                use()
            writer.record(MERGE, b"y", kind="check")
            assert held.value.way_out


def test_what_the_way_out_of_a_damage_says_works(healthy, path):
    path.parent.mkdir()
    path.write_bytes(healthy[0][:4096])
    with Journal(path) as journal:
        with pytest.raises(JournalError):
            journal.attempts()
        shutil.move(path, path.with_name("damaged"))
        journal.record(MERGE, b"x", kind="check")
        assert journal.latest(MERGE).content == b"x"
