"""The file of a learner holds the old text or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.errors import DojoError
from dojo.practice import files
from dojo.practice.files import read_bytes, read_text, write_atomically
from tests.dojo.disks import SMALL, environment, mounted, output, python


@pytest.fixture
def answer(tmp_path):
    """A file of a learner, alone in its folder."""
    path = tmp_path / "answer.py"
    path.write_bytes(b"old\r\n")
    return path


def assert_untouched(answer):
    assert answer.read_bytes() == b"old\r\n"
    assert list(answer.parent.iterdir()) == [answer], "a temporary file was left"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "answer.py"


@given(text=st.text())
@example(text="a\r\nb\rc\n\x85\u2028")
@example(text="\ufeffx = 1")
def test_text_comes_back_as_it_was_written(scratch, text):
    write_atomically(scratch, text)
    assert read_text(scratch) == text
    assert read_bytes(scratch) == text.encode()


@given(content=st.binary())
@example(content=b"\xff\x00\r\n")
def test_bytes_come_back_as_they_were_written(scratch, content):
    write_atomically(scratch, content)
    assert read_bytes(scratch) == content


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664])
def test_the_mode_of_the_old_file_is_kept(answer, mode):
    answer.chmod(mode)
    write_atomically(answer, "new")
    assert stat.S_IMODE(answer.stat().st_mode) == mode


def test_a_new_file_has_the_mode_that_any_new_file_has(tmp_path):
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "new", "x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_does_not_take_the_file_from_its_owner(answer):
    os.chown(answer, 1234, 2345)
    write_atomically(answer, "new")
    assert (answer.stat().st_uid, answer.stat().st_gid) == (1234, 2345)


def test_a_name_as_long_as_names_can_be(tmp_path):
    path = tmp_path / ("a" * 255)
    write_atomically(path, "x")
    write_atomically(path, "y")
    assert read_text(path) == "y"


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_symbolic_link_is_followed(answer, tmp_path, relative, dangling):
    link = tmp_path / "links" / "link.py"
    link.parent.mkdir()
    link.symlink_to(Path("..", answer.name) if relative else answer)
    if dangling:
        answer.unlink()
    write_atomically(link, "new")
    assert link.is_symlink()
    assert answer.read_bytes() == b"new"
    assert not answer.is_symlink()


def fail(error):
    def failing(*_arguments, **_keywords):
        raise error

    return failing


STEPS = [(os, "open"), (os, "fsync"), (Path, "chmod"), (Path, "replace")]


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_a_failure_at_any_step_changes_nothing(answer, monkeypatch, owner, step, number):
    monkeypatch.setattr(owner, step, fail(OSError(number, os.strerror(number))))
    with pytest.raises(DojoError) as caught:
        write_atomically(answer, "new")
    monkeypatch.undo()
    assert str(answer) in str(caught.value)
    assert os.strerror(number) in str(caught.value)
    assert "Nothing was changed" in str(caught.value)
    assert caught.value.way_out
    assert_untouched(answer)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError()], ids=repr)
def test_an_interruption_changes_nothing(answer, monkeypatch, error):
    monkeypatch.setattr(files, "_sync", fail(error))
    with pytest.raises(type(error)):
        write_atomically(answer, "new")
    assert_untouched(answer)


def test_a_folder_that_cannot_be_synced_does_not_hide_that_the_file_was_written(answer, monkeypatch):
    monkeypatch.setattr(files, "_sync", lambda _descriptor: None)
    monkeypatch.setattr(os, "fsync", fail(OSError(errno.EINVAL, "no such thing here")))
    write_atomically(answer, "new")
    assert answer.read_bytes() == b"new"


WRITE_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
from dojo.errors import DojoError
from dojo.practice.files import write_atomically

answer = Path(sys.argv[1], "answer.py")
if sys.argv[2] == "limit":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
else:
    answer.write_bytes(b"old\\r\\n")
try:
    write_atomically(answer, "x" * 1_000_000)
except DojoError as error:
    print(error)
    print([path.name for path in answer.parent.iterdir()], answer.read_bytes())
write_atomically(answer, "new")
print(answer.read_bytes())
"""


def test_a_limit_on_file_sizes_leaves_the_old_text(answer):
    message, left, then = output(python(WRITE_TOO_MUCH, answer.parent, "limit")).splitlines()
    assert message == f"{answer} was not written: File too large. Nothing was changed."
    assert left == "['answer.py'] b'old\\r\\n'"
    assert then == "b'new'"


def test_a_full_disk_leaves_the_old_text(tmp_path):
    command = [*mounted(SMALL, tmp_path), *python(WRITE_TOO_MUCH, tmp_path, "disk")]
    message, left, then = output(command).splitlines()
    assert message == f"{tmp_path / 'answer.py'} was not written: No space left on device. Nothing was changed."
    assert left == "['answer.py'] b'old\\r\\n'"
    assert then == "b'new'"


WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from dojo.practice.files import write_atomically

for number in itertools.count():
    write_atomically(Path(sys.argv[1]), str(number % 10) * 100_000)
    print(number, flush=True)
"""


def test_a_kill_leaves_the_old_text_or_the_new_one(answer):
    for writes in (1, 5, 20):
        with subprocess.Popen(
            python(WRITE_FOR_EVER, answer), env=environment(), stdout=subprocess.PIPE, text=True
        ) as child:
            for _ in range(writes):
                last = int(child.stdout.readline())
            child.kill()
            last = max([last, *map(int, child.stdout.read().split())])
        assert child.returncode == -signal.SIGKILL
        held = answer.read_text()
        assert held in {str(number % 10) * 100_000 for number in (last, last + 1)}, held[:20]
        strays = [path.name for path in answer.parent.iterdir() if path != answer]
        assert all(name.startswith(".dojo-") and name.endswith(".tmp") for name in strays)


def test_what_an_editor_wrote_meanwhile_is_not_replaced(answer):
    write_atomically(answer, "new", expected=b"old\r\n")
    assert answer.read_bytes() == b"new"
    answer.write_bytes(b"old\r\n")
    with pytest.raises(DojoError, match="changed it just now") as caught:
        write_atomically(answer, "new", expected=b"what was saved")
    assert "editor" in caught.value.way_out
    assert_untouched(answer)


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(DojoError, match=r"folder was not written: it is not a regular file"):
        write_atomically(tmp_path / "folder", "x")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_device_or_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DojoError, match="not a regular file"):
        write_atomically(tmp_path / "pipe", "x")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_loop_of_links_is_named(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(DojoError, match="loop was not written: Too many levels of symbolic links"):
        write_atomically(tmp_path / "loop", "x")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DojoError, match=r"katas/answer\.py was not written: No such file or directory"):
        write_atomically(tmp_path / "katas" / "answer.py", "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
@pytest.mark.parametrize("locked", ["file", "folder"])
def test_a_read_only_file_or_folder_is_respected(answer, locked):
    path = answer if locked == "file" else answer.parent
    path.chmod(0o500)
    with pytest.raises(DojoError, match="Permission denied"):
        write_atomically(answer, "new")
    path.chmod(0o700)
    assert_untouched(answer)


def test_a_lone_surrogate_is_named_and_changes_nothing(answer):
    with pytest.raises(DojoError, match=r"character 1 of the text is '\\ud800'"):
        write_atomically(answer, "x\ud800")
    assert_untouched(answer)


def test_what_is_not_utf8_is_named_with_its_place(answer):
    answer.write_bytes("é\nx\n".encode() + b"\xe9 = 1")
    with pytest.raises(DojoError) as caught:
        read_text(answer)
    assert str(caught.value) == f"{answer} is not UTF-8: byte 0xe9 at position 5, line 3."
    assert "UTF-8" in caught.value.way_out
    assert read_bytes(answer).endswith(b"\xe9 = 1")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DojoError, match=r"gone\.py can't be read: No such file or directory"):
        read_text(tmp_path / "gone.py")
