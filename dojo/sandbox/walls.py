"""What a worker takes away from itself before it sees an answer: files, network, signals, processes, privileges.

These walls stand inside those of bubblewrap (own namespaces, an empty read-only root, no capabilities). They are put up
after the fork, in about two milliseconds, through ctypes: neither Landlock nor seccomp has a binding that is light
enough to be shown in an otherwise empty root. Each worker has a folder of its own, in a mount namespace of its own:
what it writes there nobody else sees, and it goes with the worker.

A worker whose kata opens processes or loopback has namespaces for these of its own, too: it is process 1 in there, sees
only what it forks and only the interface ``lo``, and when it ends all of that ends.

Sources: landlock(7), seccomp(2), user_namespaces(7), pid_namespaces(7), netdevice(7);
``landlock.h`` and ``seccomp.h`` of ``include/uapi/linux``.
"""

from __future__ import annotations

import ctypes
import fcntl
import functools
import os
import platform
import resource
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dojo.sandbox.calls import ALLOWED, NUMBERS, OPENED
from dojo.sandbox.limits import Limits

OWN_FOLDER = "/tmp"  # noqa: S108  # a worker's own, see _own_folder
PR_SET_DUMPABLE, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 4, 1, 38
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = 0x08000000, 0x20000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MS_NOSUID, MS_NODEV = 2, 4
CAPABILITY_VERSION = 0x20080522

LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_TCP_RIGHTS = 0b11
ALL_SCOPES = 0b11
"""Abstract sockets and signals that would leave the worker."""

SECCOMP_SET_MODE_FILTER = 1
SECCOMP_ALLOW, SECCOMP_ERRNO, SECCOMP_KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000
EPERM, ENOSYS = 1, 38
CLONE_THREAD = 0x00010000
FORK = 0x01200011
"""The flags of ``fork``: CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, SIGCHLD; so no new namespace, no shared memory."""

# Of calls that do many things, the first or second argument says which; these are harmless.
PRCTL = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
FCNTL = (0, 1, 2, 3, 1030, 1032)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX
SOCKET_OPTIONS = (3, 4, 38, 39)  # SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN
# Where loopback is open; in a network of one's own nothing but lo can be reached.
PROTOCOLS = {1: (0,), 2: (0, 6), 16: (0,)}  # AF_UNIX; AF_INET, also TCP by name; AF_NETLINK, what there is to route
SET_OPTIONS = {1: (2, 20, 21), 6: (1,)}  # SO_REUSEADDR, SO_RCVTIMEO, SO_SNDTIMEO; TCP_NODELAY
F_SETFL, FLAGS = 4, (0, 2, 0x800, 0x802)  # waiting or not: O_RDWR, O_NONBLOCK


READABLE_OF_PROC = ("/proc/cpuinfo", "/proc/meminfo")
"""What libraries look up when they first compute; it tells of the machine alone."""


class WallError(OSError):
    """A wall can't be put up; the worker must not go on."""


def prepare(openings: Sequence[str] = ()) -> None:
    """Work out in the zygote, once, what is the same for each of its workers."""
    if platform.machine() in ARCHITECTURES:
        filter_program(platform.machine(), tuple(openings))
    if sys.platform == "linux":
        private_memory()


def move_apart() -> None:
    """Make namespaces for processes, network, IPC, mounts and users: the next process that this one forks lives there.

    Raises:
        WallError: they can't be had here; an answer that may start processes must not run without them.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC
    _call(libc.unshare(flags), "a namespace for processes and network inside that of bubblewrap")
    _map_user(os.getuid(), os.getgid())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def enclose(limits: Limits, openings: Sequence[str] = ()) -> None:
    """Put up every wall around this process and its threads; none of them can be taken down again.

    Args:
        limits: the bounds on it.
        openings: what it may do besides, see :data:`dojo.header.OPENINGS`; it has been moved apart then.

    Raises:
        WallError: one of them is not to be had here.
    """
    if sys.platform != "linux" or platform.machine() not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise WallError(f"the walls are known for Linux on {known}, not for {sys.platform} on {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    _limit(limits, openings)
    if openings:
        os.setsid()  # a signal to the own group would reach the zygote, which is in another namespace but in that group
    _own_folder(libc, limits.scratch, apart=bool(openings))
    _call(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE")
    _call(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _restrict_files(libc, openings)
    _restrict_calls(libc, openings)


def _call(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise WallError(error, f"{what}: {os.strerror(error)}")
    return result


def _limit(limits: Limits, openings: Sequence[str] = ()) -> None:
    """The kernel's own bounds; memory is also watched from outside, since shared pages do not count here.

    So are processes, since their limit does not bind root.
    """
    memory = private_memory() + limits.memory
    for kind, value in (
        (resource.RLIMIT_FSIZE, limits.scratch),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256 if openings else 64),
        (resource.RLIMIT_DATA, memory),
        *([(resource.RLIMIT_NPROC, limits.threads)] if openings else []),
    ):
        resource.setrlimit(kind, (value, value))


@functools.cache
def private_memory() -> int:
    """What the zygote holds with its imports, in bytes: its workers begin with as much."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    raise WallError("/proc tells no VmData")


def _map_user(user: int, group: int) -> None:
    """In a new namespace for users, keep the name that one had."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _own_folder(libc: ctypes.CDLL, size: int, *, apart: bool = False) -> bool:
    """Mount an empty file system in memory that this worker alone sees; whether that can be had here.

    Where it can't (some systems forbid a user namespace inside another), the folder stays as it is: read-only.

    Args:
        libc: to call the kernel by.
        size: in bytes.
        apart: whether the namespaces for it are there already.
    """
    user, group = os.getuid(), os.getgid()
    if not apart and libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
        return False
    try:
        if not apart:
            _map_user(user, group)
        options = f"size={size},nr_inodes=4096,mode=700".encode()
        mounted = libc.mount(b"tmpfs", OWN_FOLDER.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options) == 0
    except OSError:
        mounted = False
    header, nothing = struct.pack("<Ii", CAPABILITY_VERSION, 0), bytes(24)
    _call(libc.syscall(_number("capset"), header, nothing), "capset")  # the new namespace came with every capability
    return bool(mounted)


def _number(name: str) -> int:
    return NUMBERS[platform.machine()][name]


def landlock_version(libc: ctypes.CDLL | None = None) -> int:
    """The version of Landlock that the kernel offers, 0 for none."""
    libc = libc or ctypes.CDLL(None, use_errno=True)
    call = NUMBERS["x86_64"]["landlock_create_ruleset"]  # the same number on every machine
    return max(0, int(libc.syscall(call, None, 0, LANDLOCK_CREATE_RULESET_VERSION)))


def _restrict_files(libc: ctypes.CDLL, openings: Sequence[str] = ()) -> None:
    """Landlock: nothing of /proc, which tells of other processes and mounts; all else may be read, and nothing written
    but /dev/null and the worker's own folder; no TCP (unless loopback is open), no signals to the outside.
    """
    version = landlock_version(libc)
    if version < 1:
        raise WallError("the kernel has no Landlock")
    rights = ALL_FILE_RIGHTS[min(version, 5)]
    refused_tcp = ALL_TCP_RIGHTS if version >= 4 and "loopback" not in openings else 0
    fields = [rights, refused_tcp, ALL_SCOPES if version >= 6 else 0]
    attributes = struct.pack("<QQQ", *fields)[: 8 if version < 4 else 16 if version < 6 else 24]
    create, add = _number("landlock_create_ruleset"), _number("landlock_add_rule")
    ruleset = _call(libc.syscall(create, attributes, len(attributes), 0), "landlock_create_ruleset")
    reading = EXECUTE | READ_FILE | READ_DIR
    rules = {str(path): reading for path in Path("/").iterdir() if path.name != "proc"}
    rules |= {OWN_FOLDER: rights & ~EXECUTE, os.devnull: WRITE_FILE | READ_FILE}
    rules |= dict.fromkeys(filter(os.path.exists, READABLE_OF_PROC), READ_FILE)
    try:
        for path, allowed in rules.items():
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                fitting = rights if Path(path).is_dir() else EXECUTE | WRITE_FILE | READ_FILE
                rule = struct.pack("<Qi", allowed & fitting, folder)
                _call(libc.syscall(add, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0), f"landlock_add_rule {path}")
            finally:
                os.close(folder)
        _call(libc.syscall(_number("landlock_restrict_self"), ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _restrict_calls(libc: ctypes.CDLL, openings: Sequence[str] = ()) -> None:
    """Seccomp: a filter in classic BPF that allows what :mod:`dojo.sandbox.calls` names, and refuses all else."""
    program = filter_program(platform.machine(), tuple(openings))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _call(libc.syscall(_number("seccomp"), SECCOMP_SET_MODE_FILTER, 0, header), "seccomp")


def _step(code: int, operand: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, true, false, operand)


ALLOW, REFUSE = _step(RETURN, SECCOMP_ALLOW), _step(RETURN, SECCOMP_ERRNO | EPERM)
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets into ``struct seccomp_data``; arguments have 8 bytes each, of which the lower half is looked at."""


@functools.cache
def filter_program(machine: str, openings: tuple[str, ...] = ()) -> bytes:
    """The filter as the kernel reads it: 8 bytes an instruction (code, jump if true, jump if false, operand).

    Args:
        machine: as ``platform.machine()`` names it.
        openings: what is allowed besides.
    """
    numbers = NUMBERS[machine]
    allowed = [*ALLOWED.values(), *(OPENED[opening] for opening in openings)]
    forks, talks = "processes" in openings, "loopback" in openings
    program = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_EQUAL, ARCHITECTURES[machine], true=1),
        _step(RETURN, SECCOMP_KILL_PROCESS),
        _step(LOAD, NUMBER),
        _step(JUMP_GREATER_EQUAL, X32_BIT, false=1),
        _step(RETURN, SECCOMP_KILL_PROCESS),
        # glibc falls back to clone, whose flags can be read here, where clone3 is unknown.
        _step(JUMP_EQUAL, numbers["clone3"], false=1),
        _step(RETURN, SECCOMP_ERRNO | ENOSYS),
    ]
    for number in sorted(numbers[name] for names in allowed for name in names if name in numbers):
        program += [_step(JUMP_EQUAL, number, false=1), ALLOW]
    threads = [_step(JUMP_SET, CLONE_THREAD, false=1), ALLOW]
    program += _checked(numbers["clone"], 0, threads + _one_of((FORK,) * forks))
    program += _checked(numbers["prlimit64"], 0, _one_of((0,)))  # one's own limits, which can only be lowered
    program += _checked(numbers["prctl"], 0, _one_of(PRCTL))
    program += _checked(numbers["fcntl"], 1, _one_of(FCNTL) + _where({F_SETFL: FLAGS} if talks else {}, 2))
    program += _checked(numbers["ioctl"], 1, _one_of(IOCTL))
    program += _checked(numbers["getsockopt"], 2, _one_of(SOCKET_OPTIONS))
    if talks:
        program += _checked(numbers["socket"], 0, _where(PROTOCOLS, 2))
        program += _checked(numbers["setsockopt"], 1, _where(SET_OPTIONS, 2))
    return b"".join([*program, REFUSE])


def _one_of(values: tuple[int, ...]) -> list[bytes]:
    return [step for value in values for step in (_step(JUMP_EQUAL, value, false=1), ALLOW)]


def _where(allowed: Mapping[int, tuple[int, ...]], argument: int) -> list[bytes]:
    """For each value of the argument that was loaded: look at a second one, and refuse what is not in its list."""
    steps = []
    for value, others in allowed.items():
        inside = [_step(LOAD, ARGUMENTS + 8 * argument), *_one_of(others), REFUSE]
        steps += [_step(JUMP_EQUAL, value, false=len(inside)), *inside]
    return steps


def _checked(number: int, argument: int, steps: list[bytes]) -> list[bytes]:
    """For one call: look at an argument; what the steps do not allow is refused."""
    inside = [_step(LOAD, ARGUMENTS + 8 * argument), *steps, REFUSE]
    return [_step(JUMP_EQUAL, number, false=len(inside)), *inside]
