"""The command line that puts the zygote behind bubblewrap's walls: what it sees, and that it sees nothing else."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import dojo
from dojo.errors import NoWallsError

ENGINE = Path(dojo.__file__).parent
INSTALL_BUBBLEWRAP = (
    "apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora) or pacman -S bubblewrap (Arch) "
    "installs it. `--isolation process` does without walls: only for answers that you trust."
)
WORKER_FILES = ["__init__.py", "meters.py", "plain.py", "ranks.py"] + [
    f"sandbox/{name}.py"
    for name in (
        *("__init__", "bounds", "calls", "errors", "inside", "layout", "limits", "selftest", "walls", "wire"),
        "zygote",
    )
]
"""All of this package that a box shows."""
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
OWN_FOLDER = "/tmp"  # noqa: S108  # each worker mounts its own there
HOME_ENTRIES = 50
"""How many names in the user's home are looked for behind the walls."""


def packages() -> list[str]:
    """The folders of installed libraries, in the order in which this interpreter looks into them."""
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for name in ("msgspec", "numpy", "torch"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            folders.add(str(Path(spec.origin).parent.parent))
    order = {path: number for number, path in enumerate(sys.path)}
    return sorted((folder for folder in folders if Path(folder).is_dir()), key=lambda folder: order.get(folder, 10**6))


def inner_packages() -> list[str]:
    """The same folders, as they are called behind the walls."""
    return [f"/packages/{number}" for number, _ in enumerate(packages())]


def command(hidden: Sequence[Path]) -> tuple[list[str], list[str]]:
    """The command that starts Python behind the walls.

    Args:
        hidden: folders that are never shown, also where they lie below a folder that is.

    Returns:
        The command, and bubblewrap's own arguments, which are to be passed by a descriptor: a command line can be read
        by everybody.

    Raises:
        NoWallsError: bubblewrap is not installed.
    """
    found = shutil.which("bwrap")
    if found is None:
        raise NoWallsError("There are no walls for foreign answers: bubblewrap is not installed.", INSTALL_BUBBLEWRAP)
    # Not isolated (-I), which would ignore the fixed hash seed: bubblewrap clears the environment anyway.
    python = [os.path.realpath(sys.executable), "-s", "-P", "-S"]
    return [found, *python], [*_namespaces(), *_shown(hidden), *_read_only()]


def _namespaces() -> list[str]:
    walls = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    walls += ["--setenv", "OMP_NUM_THREADS", "1", "--setenv", "PYTHONHASHSEED", "0", "--setenv", "HOME", OWN_FOLDER]
    return [*walls, "--hostname", "dojo", "--uid", "65534", "--gid", "65534"]


def _shown(hidden: Sequence[Path]) -> list[str]:
    walls = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", OWN_FOLDER, "--chdir", "/"]
    for path in SYSTEM_LIBRARIES:
        walls += ["--ro-bind-try", path, path]
    for path in _interpreter():
        walls += ["--ro-bind", path, path]
    for outer, inner in zip(packages(), inner_packages(), strict=True):
        walls += ["--ro-bind", outer, inner]
        for secret in hidden:
            if secret.is_relative_to(outer):
                walls += ["--tmpfs", str(Path(inner) / secret.relative_to(outer))]
    for name in WORKER_FILES:
        walls += ["--ro-bind", str(ENGINE / name), f"/engine/dojo/{name}"]
    return walls


def _interpreter() -> Iterator[str]:
    """The interpreter, its standard library, and the shared libraries that it brings."""
    yield os.path.realpath(sys.executable)
    yield from dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    shared = Path(sys.base_prefix) / "lib"
    is_conda = (Path(sys.base_prefix) / "conda-meta").is_dir()
    for library in sorted(shared.glob("*.so*" if is_conda else "libpython*.so*")):
        yield str(library)


def _read_only() -> list[str]:
    """Nothing that workers share can be written, touched or marked: what one leaves there, the next would find."""
    return [word for path in (OWN_FOLDER, "/dev", "/") for word in ("--remount-ro", path)]


def forbidden(hidden: Sequence[Path]) -> list[str]:
    """Paths that must not be there behind the walls: what is hidden, and what the user's home holds.

    Where the interpreter lies below the home folder, as pyenv, uv and conda put it, bubblewrap makes the folders on the
    way to it; they hold nothing else.
    """
    shown = [Path(path) for path in (*_interpreter(), *SYSTEM_LIBRARIES)]
    found = [path for path in hidden if not any(place.is_relative_to(path) for place in shown)]
    try:
        names = sorted(Path.home().iterdir())[:HOME_ENTRIES]
    except (OSError, RuntimeError):
        names = []
    found += [path for path in names if not any(place.is_relative_to(path) or path == place for place in shown)]
    return [str(path) for path in dict.fromkeys(found)]
