"""Whether a box of bubblewrap starts on this machine, and if not, why and how to allow it."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from dojo.sandbox.bubblewrap import INSTALL_BUBBLEWRAP

TRIAL = ["--unshare-all", "--unshare-user", "--uid", "65534", "--die-with-parent", "--ro-bind", "/", "/"]
TRIAL += ["--proc", "/proc", "--dev", "/dev", "true"]

CONTAINER = (
    "In a container, start it with `docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined`, or with podman, which allows user namespaces."
)
CLONE = (
    "kernel.unprivileged_userns_clone is 0 (Debian): `sudo sysctl -w kernel.unprivileged_userns_clone=1`; the same "
    "line in /etc/sysctl.d/60-userns.conf makes it last."
)
MOST = (
    "user.max_user_namespaces is 0: `sudo sysctl -w user.max_user_namespaces=15000`; the same line in "
    "/etc/sysctl.d/60-userns.conf makes it last."
)
APPARMOR = (
    "kernel.apparmor_restrict_unprivileged_userns is 1 (Ubuntu): let bubblewrap alone make them, with a profile in "
    "/etc/apparmor.d/bwrap: `abi <abi/4.0>, profile bwrap {bwrap} flags=(unconfined) {{ userns, }}`, loaded by "
    "`sudo apparmor_parser -r /etc/apparmor.d/bwrap`; or all programs: "
    "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`."
)
SWITCHES = (
    ("kernel/unprivileged_userns_clone", "0", CLONE),
    ("user/max_user_namespaces", "0", MOST),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", APPARMOR),
)


@functools.cache
def why_no_box() -> str:
    """Why no box of bubblewrap starts here, in bubblewrap's own words; empty where one does. It is tried."""
    found = shutil.which("bwrap")
    if found is None:
        return "bubblewrap is not installed"
    ended = subprocess.run([found, *TRIAL], capture_output=True, check=False)
    said = ended.stderr.decode(errors="replace").strip()
    return "" if ended.returncode == 0 else said or f"bubblewrap ended with {ended.returncode}"


def how_to_allow(root: Path = Path("/")) -> str:
    """What to do so that bubblewrap may make its namespaces, a line for each obstacle that is seen here.

    Args:
        root: of the file system that is looked at.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return INSTALL_BUBBLEWRAP
    ways = [way.format(bwrap=bwrap) for switch, closed, way in SWITCHES if _read(root / "proc/sys" / switch) == closed]
    if any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv")):
        ways.append(CONTAINER)
    # Nothing to be seen: a container without these marks, or a kernel that was built without user namespaces.
    return "\n".join(ways or [CONTAINER, "Elsewhere, the kernel must allow user namespaces (CONFIG_USER_NS)."])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
