"""What a worker takes away from itself before it sees an answer: files, network, signals, processes, privileges.

These walls stand inside those of bubblewrap (own namespaces, empty root, no capabilities); each would hold alone. They
are put up after the fork, in about a millisecond, with the kernel's Landlock and seccomp through ctypes: neither has a
binding that is light enough to be shown in an otherwise empty root.

Sources: landlock(7), seccomp(2), ``include/uapi/linux/landlock.h``, ``include/uapi/linux/seccomp.h``.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys

from dojo.sandbox.limits import DEFAULT_LIMITS

PR_SET_DUMPABLE, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 4, 1, 38

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_TCP_RIGHTS = 0b11
ALL_SCOPES = 0b11
"""Abstract sockets and signals that would leave the worker."""

SECCOMP_SET_MODE_FILTER = 1
SECCOMP_ALLOW, SECCOMP_ERRNO, SECCOMP_KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AUDIT_ARCH_X86_64 = 0xC000003E
X32_BIT = 0x40000000
CLONE_THREAD = 0x00010000
EPERM, ENOSYS = 1, 38
SYS_SECCOMP, SYS_CLONE, SYS_CLONE3, SYS_PRLIMIT64 = 317, 56, 435, 302

# Numbers of x86-64, by what they would open. Threads (clone with CLONE_THREAD) stay possible: torch needs them.
REFUSED = {
    "new processes and programs": (57, 58, 59, 322),  # fork, vfork, execve, execveat
    "sockets": (41, 42, 43, 49, 50, 53, 288),  # socket, connect, accept, bind, listen, socketpair, accept4
    "other processes": (62, 101, 129, 200, 203, 234, 256, 279, 297, 310, 311, 312, 424, 434, 438, 440),
    # kill, ptrace, rt_sigqueueinfo, tkill, sched_setaffinity, tgkill, migrate_pages, move_pages, rt_tgsigqueueinfo,
    # process_vm_readv and writev, kcmp, pidfd_send_signal, pidfd_open, pidfd_getfd, process_madvise
    # setpriority, sched_setparam, sched_setscheduler, ioprio_set, sched_setattr
    "priorities": (141, 142, 144, 251, 314),
    "mounts and namespaces": (155, 161, 165, 166, 272, 308, 428, 429, 430, 431, 432, 433, 442),
    "identities": (105, 106, 109, 112, 113, 114, 116, 117, 119, 122, 123, 126),  # setuid ... setgroups, setsid, capset
    "clocks, hosts and quotas": (159, 163, 164, 167, 168, 169, 170, 171, 179, 227, 305),
    "kernel and hardware": (134, 135, 153, 154, 172, 173, 174, 175, 176, 180, 246, 303, 304, 313, 320, 321),
    "keys, tracing and rings": (248, 249, 250, 298, 300, 301, 323, 425, 426, 427),
    "shared memory and queues": (29, 30, 31, 64, 65, 66, 68, 69, 70, 71, 220, 240, 241, 242, 243, 244, 245, 319, 447),
    "watches": (253, 254, 294),
}


class WallError(OSError):
    """A wall can't be put up; the worker must not go on."""


def enclose(*, output: int = DEFAULT_LIMITS.output) -> None:
    """Put up every wall around this process and its threads; none of them can be taken down again.

    Args:
        output: how many bytes a file that was opened before may grow to.

    Raises:
        WallError: one of them is not to be had here.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise WallError(f"the walls are known for Linux on x86-64, not for {sys.platform} on {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    _limit(output)
    _call(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE")
    _call(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _restrict_files(libc)
    _restrict_calls(libc)


def _call(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise WallError(error, f"{what}: {os.strerror(error)}")
    return result


def _limit(output: int) -> None:
    for kind, value in ((resource.RLIMIT_FSIZE, 4 * output), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(kind, (value, value))


def landlock_version(libc: ctypes.CDLL | None = None) -> int:
    """The version of Landlock that the kernel offers, 0 for none."""
    libc = libc or ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)))


def _restrict_files(libc: ctypes.CDLL) -> None:
    """Landlock: everything may be read, nothing written but /dev/null; no TCP, no signals to the outside."""
    version = landlock_version(libc)
    if version < 1:
        raise WallError("the kernel has no Landlock")
    rights = ALL_FILE_RIGHTS[min(version, 5)]
    fields = [rights, ALL_TCP_RIGHTS if version >= 4 else 0, ALL_SCOPES if version >= 6 else 0]
    attributes = struct.pack("<QQQ", *fields)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _call(libc.syscall(LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0), "landlock_create_ruleset")
    try:
        for path, allowed in (("/", EXECUTE | READ_FILE | READ_DIR), (os.devnull, WRITE_FILE | READ_FILE)):
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("<Qi", allowed, folder)
                _call(
                    libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0), "landlock_add_rule"
                )
            finally:
                os.close(folder)
        _call(libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _restrict_calls(libc: ctypes.CDLL) -> None:
    """Seccomp: a filter in classic BPF that refuses what the tables above name."""
    program = filter_program()
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _call(libc.syscall(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, header), "seccomp")


def filter_program() -> bytes:
    """The filter as the kernel reads it: 8 bytes an instruction (code, jump if true, jump if false, operand)."""

    def step(code: int, operand: int, true: int = 0, false: int = 0) -> bytes:
        return struct.pack("<HBBI", code, true, false, operand)

    refuse = step(RETURN, SECCOMP_ERRNO | EPERM)
    number, architecture, first = 0, 4, 16  # offsets into struct seccomp_data
    program = [
        step(LOAD, architecture),
        step(JUMP_EQUAL, AUDIT_ARCH_X86_64, true=1),
        step(RETURN, SECCOMP_KILL_PROCESS),
        step(LOAD, number),
        step(JUMP_GREATER_EQUAL, X32_BIT, false=1),
        step(RETURN, SECCOMP_KILL_PROCESS),
        # glibc falls back to clone, whose flags can be read here, where clone3 is unknown.
        step(JUMP_EQUAL, SYS_CLONE3, false=1),
        step(RETURN, SECCOMP_ERRNO | ENOSYS),
        step(JUMP_EQUAL, SYS_CLONE, false=4),
        step(LOAD, first),
        step(JUMP_SET, CLONE_THREAD, false=1),
        step(RETURN, SECCOMP_ALLOW),
        refuse,
        # Limits may be read and lowered, but only one's own.
        step(JUMP_EQUAL, SYS_PRLIMIT64, false=4),
        step(LOAD, first),
        step(JUMP_EQUAL, 0, false=1),
        step(RETURN, SECCOMP_ALLOW),
        refuse,
    ]
    for call in sorted({number for numbers in REFUSED.values() for number in numbers}):
        program += [step(JUMP_EQUAL, call, false=1), refuse]
    return b"".join([*program, step(RETURN, SECCOMP_ALLOW)])
