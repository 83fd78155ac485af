"""Attacks as texts: each defines ``attack()``, which an answer that is wrong by itself calls on import or in a call.

``MARK`` stands for the path of a file that an attack leaves behind where it can, and ``NEVER`` for a duration that no
deadline allows. The names of rows of the threat model stand in the comments.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: unique.
        text: Python that defines ``attack``.
        on_import: whether it is also run when the answer is imported.
    """

    name: str
    text: str
    on_import: bool = False


def _function(name: str, body: str, *, on_import: bool = False, head: str = "") -> Attack:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return Attack(name, f"{head}\n\ndef attack():\n{lines}\n", on_import)


C_LIBRARY = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)"
DESCRIPTORS = """
import os
import struct


def everywhere(data):
    for descriptor in range(64):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


def frame(data):
    return struct.pack(">I", len(data)) + data + struct.pack("<I", len(data)) + data
"""

# From the kernel's view: processes, signals, memory, descriptors, files, the network.
KERNEL = [
    _function("fork_bomb", "import os\nwhile True:\n    os.fork()"),
    _function(
        "daemon",  # left behind for the next answer
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    open(MARK, 'w').close()\n"
        "    time.sleep(NEVER)\n    os._exit(0)",
    ),
    _function(
        "double_fork_by_system_call", "if libc.syscall(56, 0x8000, 0, 0, 0, 0) == 0:\n    libc.pause()", head=C_LIBRARY
    ),
    _function("vfork_by_system_call", "libc.syscall(58)", head=C_LIBRARY),
    _function("shell", "import os\nos.system('touch ' + MARK)"),
    _function("program", "import os\nos.execv('/usr/bin/env', ['env', 'touch', MARK])"),
    _function("subprocess", "import subprocess\nsubprocess.run(['touch', MARK])"),
    _function("spawn", "import os\nos.posix_spawn('/usr/bin/touch', ['touch', MARK], {})"),
    _function(
        "thread_bomb",
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(NEVER,), daemon=True).start()",
    ),
    _function(
        "busy_thread_lives_on",
        "import threading\nthreading.Thread(target=spin).start()",
        head="def spin():\n    while True:\n        pass",
    ),
    _function("endless_loop", "while True:\n    pass"),
    _function("endless_loop_on_import", "while True:\n    pass", on_import=True),
    _function("sleep", "import time\ntime.sleep(NEVER)"),
    _function("sleep_on_import", "import time\ntime.sleep(NEVER)", on_import=True),
    _function(
        "deaf_loop",  # masks every signal that can be masked
        "import signal\nfor number in signal.valid_signals():\n    try:\n        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "while True:\n    pass",
    ),
    _function("loop_in_c", "sum(range(10**14))"),
    _function("stops_itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    _function("alarms", "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\ntime.sleep(NEVER)"),
    _function("kills_its_parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"),
    _function("kills_everything", "import os, signal\nos.kill(-1, signal.SIGKILL)"),
    _function("kills_process_1", "import os, signal\nos.kill(1, signal.SIGKILL)"),
    _function("kills_its_group", "import os, signal\nos.killpg(0, signal.SIGKILL)"),
    _function(
        "queues_signals", "libc.sigqueue(libc.getppid(), 9, 0)\nlibc.syscall(129, libc.getppid(), 9, 0)", head=C_LIBRARY
    ),
    _function("traces_its_parent", "libc.ptrace(16, libc.getppid(), 0, 0)\nlibc.ptrace(0, 0, 0, 0)", head=C_LIBRARY),
    _function(
        "writes_its_parent_s_memory",
        "with open(f'/proc/{libc.getppid()}/mem', 'r+b', buffering=0) as memory:\n    memory.seek(0x400000)\n    memory.write(b'x')",
        head=C_LIBRARY,
    ),
    _function(
        "reads_other_processes",
        "import glob\nfor path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/fd/*'):\n"
        "    try:\n        print(open(path, 'rb').read(1000))\n    except OSError:\n        pass",
    ),
    _function("memory_bomb", "hoard = []\nwhile True:\n    hoard.append(bytearray(64 * 1024 * 1024))"),
    _function("memory_at_once", "bytearray(2**40)"),
    _function(
        "memory_in_a_file",
        "descriptor = libc.syscall(319, b'x', 0)\nimport os\nwhile True:\n    os.write(descriptor, bytes(2**20))",
        head=C_LIBRARY,
    ),
    _function(
        "descriptor_flood", "import os\nkept = []\nwhile True:\n    kept.append(os.open('/dev/null', os.O_RDONLY))"
    ),
    _function("pipes", "import os\nkept = []\nwhile True:\n    kept.append(os.pipe())"),
    _function("crash", "import ctypes\nctypes.string_at(0)"),
    _function("abort", "import os\nos.abort()"),
    _function("socket", "import socket\nsocket.create_server(('127.0.0.1', 0))\nopen(MARK, 'w').close()"),
    _function("connects", "import socket\nsocket.create_connection(('127.0.0.1', 22), 1)"),
    _function(
        "abstract_socket", "import socket\nsocket.socket(socket.AF_UNIX).bind('\\0dojo')\nopen(MARK, 'w').close()"
    ),
    _function(
        "netlink", "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\nopen(MARK, 'w').close()"
    ),
    _function("file_left", "open(MARK, 'w').close()"),
    _function("file_left_on_import", "open(MARK, 'w').close()", on_import=True),
    _function(
        "files_everywhere",
        "import os, tempfile\nfor folder in ('/', '/tmp', '/var/tmp', '/dev/shm', '/home', '/root', '.', tempfile.gettempdir(), os.path.expanduser('~')):\n"
        "    try:\n        open(os.path.join(folder, os.path.basename(MARK)), 'w').close()\n    except OSError:\n        pass",
    ),
    _function("links", "import os\nos.symlink('/etc/passwd', MARK)"),
    _function("fifo", "import os\nos.mkfifo(MARK)"),
    _function(
        "shared_memory",
        "from multiprocessing import shared_memory\nshared_memory.SharedMemory('dojo', create=True, size=10)\nopen(MARK, 'w').close()",
    ),
    _function(
        "message_queue",
        "libc.msgget(0, 0o1666)\nlibc.shmget(0, 4096, 0o1666)\nlibc.semget(0, 1, 0o1666)",
        head=C_LIBRARY,
    ),
    _function(
        "new_namespaces",
        "libc.unshare(0x10000000 | 0x00020000)\nlibc.mount(b'none', b'/tmp', b'tmpfs', 0, None)\nopen(MARK, 'w').close()",
        head=C_LIBRARY,
    ),
    _function("new_root", "import os\nos.chroot('/')\nlibc.syscall(155, b'/', b'/')", head=C_LIBRARY),
    _function(
        "rare_system_calls",
        "for number in (425, 426, 321, 323, 250, 248, 246, 175, 298, 304, 101, 310, 311, 434, 438, 442):\n    libc.syscall(number, 0, 0, 0, 0, 0)",
        head=C_LIBRARY,
    ),
    _function(
        "calls_of_32_bits",
        "import mmap\ncode = mmap.mmap(-1, 4096, prot=7)\ncode.write(b'\\xb8\\x02\\x00\\x00\\x00\\xcd\\x80\\xc3')\nctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()",
        head=C_LIBRARY,
    ),
    _function(
        "raises_its_limits",
        "import resource\nfor name in dir(resource):\n    if name.startswith('RLIMIT_'):\n        try:\n            resource.setrlimit(getattr(resource, name), (-1, -1))\n        except (OSError, ValueError):\n            pass\nwhile True:\n    pass",
    ),
    _function(
        "lowers_its_limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\nresource.setrlimit(resource.RLIMIT_STACK, (0, 0))",
    ),
    _function("changes_folder_and_mask", "import os\nos.chdir('/')\nos.umask(0)\nos.environ.clear()"),
]

# From Python's view: what is patched, looked up, returned, raised, or left to run later.
PYTHON = [
    _function("exit", "import sys\nsys.exit(0)"),
    _function("exit_on_import", "raise SystemExit(0)", on_import=True),
    _function("exit_at_once", "import os\nos._exit(0)"),
    _function("exit_at_once_on_import", "import os\nos._exit(0)", on_import=True),
    _function("interrupt", "raise KeyboardInterrupt"),
    _function("generator_exit", "raise GeneratorExit"),
    _function("stop_iteration", "raise StopIteration"),
    _function(
        "not_attempted",
        "attack.calls = getattr(attack, 'calls', 0) + 1\nif attack.calls > 2:\n    raise NotImplementedError",
    ),
    _function("skip", "import unittest\nraise unittest.SkipTest('skipped')"),
    _function(
        "false_exceptions",
        "raise type('UnsatisfiedAssumption', (BaseException,), {'__module__': 'hypothesis.errors'})()",
    ),
    _function("false_skip", "raise type('Skipped', (BaseException,), {'__module__': '_pytest.outcomes'})()"),
    _function(
        "exception_with_a_text_that_hangs",
        "raise Text",
        head="class Text(Exception):\n    def __str__(self):\n        while True:\n            pass\n    __repr__ = __str__",
    ),
    _function(
        "exception_with_a_text_that_fails",
        "raise Text",
        head="class Text(Exception):\n    def __str__(self):\n        raise Text\n    __repr__ = __str__",
    ),
    _function("exception_with_a_huge_text", "raise ValueError('x' * 10**8)"),
    _function(
        "exception_chain",
        "error = None\nfor _ in range(100_000):\n    new = ValueError('x')\n    new.__cause__ = error\n    error = new\nraise error",
    ),
    _function("exception_group", "raise BaseExceptionGroup('many', [SystemExit(0), KeyboardInterrupt()])"),
    _function(
        "exception_that_pickles",
        "raise Bomb",
        head="class Bomb(Exception):\n    def __reduce__(self):\n        return (open, (MARK, 'w'))",
    ),
    _function("recursion", "import sys\nsys.setrecursionlimit(10**9)\nattack()"),
    _function("output_flood", "while True:\n    print('5 passed in 0.01s' * 1000)"),
    _function("error_flood", "import sys\nwhile True:\n    sys.stderr.write('accepted\\n' * 1000)"),
    _function(
        "false_report", "print('5 passed in 0.01s')\nopen('report.xml', 'w').write('<testsuite failures=\"0\"/>')"
    ),
    _function("replaces_the_streams", "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None"),
    _function(
        "patches_builtins",
        "import builtins\nfor name in ('all', 'any', 'isinstance', 'len', 'type', 'abs', 'repr', 'sorted'):\n"
        "    setattr(builtins, name, lambda *_a, **_k: True)",
    ),
    _function(
        "patches_libraries",
        "import sys\nfor module in list(sys.modules.values()):\n    for name in ('allclose', 'equal', 'array_equal', 'testing', 'given', 'monotonic', 'perf_counter', 'dumps', 'loads'):\n"
        "        if hasattr(module, name):\n            try:\n                setattr(module, name, lambda *_a, **_k: True)\n            except Exception:\n                pass",
    ),
    _function(
        "patches_the_worker",
        "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('dojo') or name == '__main__':\n"
        "        for key, value in list(vars(module).items()):\n            if callable(value) and not isinstance(value, type):\n"
        "                try:\n                    setattr(module, key, lambda *_a, **_k: True)\n                except Exception:\n                    pass",
        on_import=True,
    ),
    _function(
        "empties_the_modules",
        "import sys\nfor name in list(sys.modules):\n    if name not in ('sys', 'builtins'):\n        vars(sys.modules[name]).clear()",
    ),
    _function(
        "imports_the_solution", "import sys\nsys.path[:0] = ['/', '/work', '/app', '/src', '..', '.']\nimport solutions"
    ),
    _function(
        "searches_the_disk_for_the_solution",
        "import os\nfor folder, _, files in os.walk('/'):\n    if folder.startswith(('/proc', '/sys', '/usr', '/lib')):\n        continue\n"
        "    for name in files:\n        if name in ('merge_sorted_array.py', 'online_softmax.py', 'tiled_attention.py') and 'solutions' in folder:\n"
        "            globals().update(runpy.run_path(os.path.join(folder, name)))\n            raise LookupError(folder)",
        head="import runpy",
    ),
    _function(
        "searches_the_heap",  # for the expected value, or the reference
        "import gc\nmine = set(map(id, globals().values()))\nfor each in gc.get_objects():\n    name = getattr(each, '__name__', '') if callable(each) else ''\n"
        "    if name in ('merge', 'finish', 'flash_forward') and id(each) not in mine:\n        globals()[name] = each\n        raise LookupError(name)",
    ),
    _function(
        "walks_the_frames",
        "import sys\nframe = sys._getframe()\nwhile frame:\n    for name, value in list(frame.f_locals.items()):\n"
        "        if name in ('expected', 'solution', 'verdict', 'reply', 'result'):\n            try:\n                value.clear()\n            except Exception:\n                pass\n"
        "    frame.f_globals['outcome'] = 'accepted'\n    frame = frame.f_back",
    ),
    _function(
        "traces",
        "import sys, threading\nsys.settrace(lambda *_: None)\nsys.setprofile(lambda *_: None)\nthreading.settrace(lambda *_: None)",
    ),
    _function(
        "audit_hook",
        "import sys\nsys.addaudithook(refuse)",
        head="def refuse(event, arguments):\n    raise RuntimeError(event)",
    ),
    _function("at_exit", "import atexit, time\natexit.register(time.sleep, 10**6)\nraise SystemExit"),
    _function(
        "destructor",
        "attack.kept = Late()",
        head="class Late:\n    def __del__(self):\n        while True:\n            pass",
    ),
    _function("finalizer", "import weakref, time\nattack.kept = weakref.finalize(attack, time.sleep, 10**6)"),
    _function(
        "thread_writes_later",
        "import threading\nthreading.Thread(target=later, daemon=True).start()",
        head=DESCRIPTORS
        + "\ndef later():\n    while True:\n        everywhere(frame(b'\\x93\\xa6result\\xc0\\x80'))\n",
    ),
    _function(
        "garbage_collector_off",
        "import gc\ngc.disable()\ngc.freeze()\nhoard = []\nwhile True:\n    hoard.append([hoard] * 10**6)",
    ),
    _function("cyclic", "cycle = []\ncycle.append(cycle)\nRETURN = cycle\nreturn cycle"),
    _function("deep", "deep = []\nfor _ in range(10**6):\n    deep = [deep]\nreturn deep"),
    _function("enormous_integer", "return 1 << 10**9"),
    _function("enormous_bytes", "return bytes(2**30)"),
    _function("infinite_iterator", "import itertools\nreturn itertools.count()"),
    _function("generator", "return (each for each in [1, 2, 3])"),
    _function("function", "return attack"),
    _function("module", "import sys\nreturn sys"),
    _function(
        "equals_everything",
        "return Equal()",
        head="class Equal(int):\n    __eq__ = __ge__ = __le__ = lambda self, other: True\n    __ne__ = __lt__ = __gt__ = lambda self, other: False\n    __hash__ = int.__hash__",
    ),
    _function(
        "lies_about_its_class",
        "return Liar()",
        head="class Liar:\n    __class__ = property(lambda self: int)\n    def __eq__(self, other):\n        return True\n    def __iter__(self):\n        return iter([Liar(), Liar()])\n    def __getattr__(self, name):\n        return Liar()\n    def __call__(self, *_):\n        return Liar()",
    ),
    _function("not_a_number", "return float('nan')"),
    _function("half_a_character", "return '\\ud800'"),
    _function("truth_for_one", "return True"),
    _function("attribute_errors", "raise AttributeError('merge')"),
    _function("assertion", "raise AssertionError('')"),
]

# From the protocol's view: what may arrive where a reply is expected.
PROTOCOL = [
    _function("forged_reply", "everywhere(frame(b'\\x93\\xa6result\\xc0\\x80'))", head=DESCRIPTORS),
    _function(
        "forged_reply_on_import", "everywhere(frame(b'\\x93\\xa6result\\xc0\\x80'))", head=DESCRIPTORS, on_import=True
    ),
    _function("forged_verdict", 'everywhere(b\'{"outcome": "accepted"}\\n5 passed\\n\')', head=DESCRIPTORS),
    _function("many_replies", "for _ in range(1000):\n    everywhere(frame(b'\\xc0'))", head=DESCRIPTORS),
    _function(
        "half_a_frame", "everywhere(struct.pack('>I', 100) + b'x')\nimport time\ntime.sleep(10**6)", head=DESCRIPTORS
    ),
    _function("huge_length", "everywhere(b'\\xff' * 8)\nimport time\ntime.sleep(10**6)", head=DESCRIPTORS),
    _function("length_0", "everywhere(bytes(64))", head=DESCRIPTORS),
    _function("noise", "everywhere(bytes(range(256)) * 64)", head=DESCRIPTORS),
    _function("deep_frame", "everywhere(frame(b'\\x91' * 100_000 + b'\\xc0'))", head=DESCRIPTORS),
    _function("huge_array_frame", "everywhere(frame(b'\\xdd\\xff\\xff\\xff\\xff'))", head=DESCRIPTORS),
    _function(
        "pickle_frame", "everywhere(frame(b'\\x80\\x04cos\\nsystem\\n(S\"touch /tmp/dojo\"\\ntR.'))", head=DESCRIPTORS
    ),
    _function("unknown_extension", "everywhere(frame(b'\\xc7\\x04\\x7fabcd'))", head=DESCRIPTORS),
    _function(
        "endless_reply", "while True:\n    everywhere(struct.pack('>I', 2**31) + bytes(2**20))", head=DESCRIPTORS
    ),
    _function("closes_everything", "import os\nos.closerange(0, 1024)"),
    _function("closes_everything_and_stays", "import os, time\nos.closerange(0, 1024)\ntime.sleep(NEVER)"),
    _function(
        "exchanges_descriptors",
        "import os\nnull = os.open('/dev/null', os.O_RDWR)\nfor descriptor in range(null):\n    os.dup2(null, descriptor)",
    ),
    _function(
        "steals_requests",
        "import os\nfor descriptor in range(3, 16):\n    try:\n        os.set_blocking(descriptor, False)\n        os.read(descriptor, 10**6)\n    except OSError:\n        pass",
    ),
    _function(
        "waits_for_requests",
        "import os\nfor descriptor in range(3, 16):\n    try:\n        os.read(descriptor, 10**6)\n    except OSError:\n        pass",
    ),
    _function(
        "shuts_the_socket",
        "import socket\nfor descriptor in range(3, 16):\n    try:\n        socket.socket(fileno=descriptor).shutdown(socket.SHUT_RDWR)\n    except OSError:\n        pass",
    ),
    _function(
        "passes_descriptors",
        "import array, socket\nfor descriptor in range(3, 16):\n    try:\n        socket.socket(fileno=descriptor).sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0, 1, 2]))])\n    except OSError:\n        pass",
    ),
]

# From the protocol's view, by somebody who has read it: frames as the grader expects them, with false content.
SPEAKS = """
import os
import struct
import msgspec
from dojo.sandbox import wire

EMPTY_LISTS = b"\\xdd\\x01\\x31\\x2d\\x00" + b"\\x90" * 20_000_000


def extension(code, data):
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(code, data))


def header(*parts):
    return msgspec.msgpack.encode(list(parts))


def say(*reply):
    data = msgspec.msgpack.encode(list(reply))
    spoken = 0
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, struct.pack("<I", len(data)) + data)
            spoken += 1
        except OSError:
            pass
    if not spoken:
        raise SystemExit("nobody listens")
    os._exit(0)
"""
ERROR = "['ValueError', 'Exception', 'BaseException', 'object']"
FORGED = {
    "ok": "say('ok', wire.pack(None), {})",
    "ok_that_changes_the_arguments": "say('ok', wire.pack(None), {0: wire.pack([1])})",
    "raise": f"say('raise', 'ValueError', {ERROR}, 'x', '', {{}})",
    "raise_of_a_skip": "say('raise', 'Skipped', ['Skipped', 'BaseException'], 'x', '', {})",
    "stub": "say('raise', 'NotImplementedError', ['NotImplementedError', 'RuntimeError'], '', '', {})",
    "bad": "say('bad', 'x' * 10_000)",
    "load": "say('ok', wire.pack({'constants': {'merge': 1}, 'misfits': {}}), {})",
    "load_with_other_types": "say('ok', wire.pack({'constants': [], 'misfits': 3}), {})",
    "key_below_0": "say('ok', wire.pack(None), {-2: wire.pack(None)})",
    "key_beyond_all": "say('ok', wire.pack(None), {10**9: wire.pack(None)})",
    "key_of_nobody": "say('ok', wire.pack(None), {'nobody': wire.pack(None)})",
    "keys_without_end": "say('ok', wire.pack(None), {number: b'x' for number in range(10**5)})",
    "long_key": "say('ok', wire.pack(None), {'k' * 10**6: wire.pack(None)})",
    "long_text": f"say('raise', 'ValueError', {ERROR}, 'x' * 10**7, '', {{}})",
    "long_name": f"say('raise', 'V' * 10**6, {ERROR}, '', '', {{}})",
    "bases_without_end": "say('raise', 'ValueError', ['ValueError'] * 10**6, '', '', {})",
    "escapes": f"say('raise', '\\x1b[2J', {ERROR}, '\\x1b[H accepted', '\\x1b]52;c;eA==\\x07', {{}})",
    "one_part_more": "say('ok', wire.pack(None), {}, None)",
    "other_kind": "say('accepted', wire.pack(None), {})",
    "no_list": "say()",
    "empty_lists": "say('ok', EMPTY_LISTS, {})",
    "empty_lists_in_a_tuple": "say('ok', extension(wire.TUPLE, EMPTY_LISTS), {})",
    "empty_lists_as_an_argument": "say('ok', wire.pack(None), {0: EMPTY_LISTS})",
    "integers_of_one_hash": (
        "say('ok', b'\\xdf' + struct.pack('>I', 30_000) + b''.join(extension(wire.INTEGER, (n * (2**61 - 1)).to_bytes(10, 'little'))"
        " + b'\\xc0' for n in range(30_000)), {})"
    ),
    "pairs_of_one_hash": (
        "say('ok', extension(wire.PAIRS, wire.pack([(2**70 + n * (2**61 - 1), 0) for n in range(30_000)])), {})"
    ),
    "deep": "say('ok', b'\\x91' * 100_000 + b'\\xc0', {})",
    "deep_tuples": (
        "data = b'\\x90'\nfor _ in range(2_000):\n    data = header() [:0] + b'\\x91' + extension(wire.TUPLE, data)\n"
        "say('ok', data, {})"
    ),
    "timestamp": "say('ok', extension(-1, bytes(4)), {})",
    "unknown_extension": "say('ok', extension(100, b'x'), {})",
    "array_of_objects": "say('ok', extension(wire.ARRAY, header('O', [1], bytes(8), None)), {})",
    "array_too_short": "say('ok', extension(wire.ARRAY, header('<f8', [9], bytes(8), None)), {})",
    "array_of_negative_size": "say('ok', extension(wire.ARRAY, header('<f8', [-1], bytes(8), None)), {})",
    "array_without_end": "say('ok', extension(wire.ARRAY, header('<f8', [2**62, 2**62, 0], b'', None)), {})",
    "array_of_another_layout": "say('ok', extension(wire.ARRAY, header('<f8', [1], bytes(8), [[5], True, True])), {})",
    "tensor_where_there_is_no_torch": "say('ok', extension(wire.TENSOR, header('float64', [2], bytes(8), None)), {})",
    "tensor_of_another_layout": (
        "say('ok', extension(wire.TENSOR, header('int8', [1], bytes(1), [[0], True, True])), {})"
    ),
    "complex_too_short": "say('ok', extension(wire.COMPLEX, b'x'), {})",
    "integer_too_large": "say('ok', extension(wire.INTEGER, bytes(10**6)), {})",
    "huge_integer": "say('ok', extension(wire.INTEGER, b'\\x7f' * 60_000), {0: wire.pack([2**100_000])})",
}
PROTOCOL += [_function(f"speaks_{name}", body, head=SPEAKS) for name, body in FORGED.items()]
PROTOCOL += [
    _function("speaks_ok_on_import", FORGED["load"], head=SPEAKS, on_import=True),
    _function(
        "sets_the_owner_of_a_pipe",
        "import fcntl\nfor d in range(16):\n    try:\n        fcntl.fcntl(d, 8, 1)\n        fcntl.fcntl(d, 10, 9)\n    except OSError:\n        pass",
    ),
    _function("direct_output", "import fcntl\nfcntl.fcntl(1, fcntl.F_SETFL, 0o40000)"),
    _function(
        "closes_the_root",
        "import os\nfor path in ('/', '/packages', '/engine', '/tmp', '/usr'):\n    try:\n        os.chmod(path, 0)\n    except OSError:\n        pass",
        on_import=True,
    ),
    _function(
        "parent_by_its_socket",
        "import socket\nfor d in range(3, 16):\n    try:\n        with socket.socket(fileno=d) as s:\n            s.getsockopt(1, 77)\n    except OSError:\n        pass",
    ),
    _function(
        "hoards_in_a_thread",
        "import threading\nhoard = []\ndef more():\n    while True:\n        hoard.append(bytearray(1 << 22))\nthreading.Thread(target=more, daemon=True).start()",
    ),
    _function("prints_escapes", "print('\\x1b[2J\\x1b[H accepted \\x1b]52;c;eA==\\x07')\nraise ValueError('\\x1b[2J')"),
]

ATTACKS = [*KERNEL, *PYTHON, *PROTOCOL]

# Whole answers, refused by what they are made of.
TEXTS = {
    "empty": b"",
    "not_utf8": b"x = '\xff'",
    "nul_byte": b"x = 1\0",
    "50_megabytes": b"#" * 50_000_000,
    "syntax_error": b"def merge(:",
    "deep_brackets": b"(" * 100_000,
    "deep_expression": b"x = " + b"-" * 200_000 + b"1",
    "deep_nesting": b"x = " + b"[" * 5_000 + b"]" * 5_000,
    "enormous_constant": b"x = 9 ** 9 ** 9 ** 9",
    "enormous_literal": b"x = " + b"9" * 100_000,
    "enormous_repetition": b"x = 'x' * 10 ** 12",
    "other_encoding": b"# coding: utf-7\n+AG8-",
    "unknown_encoding": b"# coding: nothing\n",
    "future": b"from __future__ import braces",
    "star_import": b"from os import *\n_exit(0)",
    "imports_itself": b"from answer import *\nimport katas, solutions, tests",
    "module_that_has_everything": b"def __getattr__(name):\n    return lambda *a, **k: None",
    "module_replaced": b"import sys\nclass M:\n    def __getattr__(self, name):\n        return lambda *a, **k: True\nsys.modules[__name__] = M()",
}

# Right answers that are wrong at times: the conditions under which a call is made as it should be.
SOMETIMES_RIGHT = {
    "on_the_first_calls": "calls <= 3",
    "on_the_first_fifty_calls": "calls <= 50",
    "nine_times_out_of_ten": "calls % 10",
    "nine_times_out_of_ten_by_chance": "random.random() < 0.9",
    "after_warming_up": "calls > 3",
    "in_the_first_tenth_of_a_second": "time.monotonic() - begun < 0.1",
    "once_for_each_input": "not (repr(arguments) in seen or seen.add(repr(arguments)))",
}
