"""Plain data crosses as it is, everything else is refused, and no bytes do harm."""

from __future__ import annotations

import contextlib
import math
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict, namedtuple
from enum import IntEnum

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dojo.grading.literal import literal, same
from dojo.plain import plain
from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import DEFAULT_LIMITS
from dojo.sandbox.wire import (
    ARRAY,
    COMPLEX,
    INTEGER,
    PAIRS,
    TENSOR,
    TUPLE,
    Channel,
    ChannelClosed,
    ChannelTimeout,
    pack,
    unpack,
)

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(max_size=20)
)
keys = st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.booleans()))
plain_data = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
array_dtypes = st.sampled_from(["?", "<i8", ">i4", "u1", "<f2", "<f4", "<f8", "<c16"])
arrays = array_dtypes.flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)


@given(value=plain_data)
@example(value=[1, True, 1.0, -0.0, math.nan])
@example(value=2**64)
@example(value=-(2**63) - 1)
def test_plain_data_comes_back_with_its_exact_types(value):
    assert same(unpack(pack(value)), value)


@given(value=arrays)
def test_arrays_keep_dtype_shape_and_values(value):
    back = unpack(pack(value))
    assert type(back) is np.ndarray
    assert back.dtype == value.dtype.newbyteorder("<")
    assert back.shape == value.shape
    np.testing.assert_array_equal(back, value)
    assert back.flags.writeable


class Integer(int):
    """Equal to everything, as a cheat would be."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Text(str):
    __slots__ = ()


class Colour(IntEnum):
    RED = 3


Pair = namedtuple("Pair", "a b")  # noqa: PYI024
WRAPPED = [
    (np.float32(0.5), 0.5),
    (np.int64(-3), -3),
    (np.bool_(True), True),
    (np.float64(-0.0), -0.0),
    (np.complex64(1j), 1j),
    (Integer(1), 1),
    ([1, (Integer(2), Text("x"))], [1, (2, "x")]),
    (Colour.RED, 3),
    (Pair(1, np.int8(2)), (1, 2)),
    (OrderedDict(a=True), {"a": True}),
    ({np.int64(2): [Pair(1, 2)]}, {2: [(1, 2)]}),
    (np.array([1.0]).view(np.recarray), np.array([1.0])),
]


@pytest.mark.parametrize(("value", "bare"), WRAPPED, ids=lambda value: type(value).__name__)
def test_a_value_counts_by_its_kind_in_both_bindings(value, bare):
    assert same(unpack(pack(value)), bare)
    assert same(plain(value), bare)


def test_a_parameter_is_a_tensor():
    torch = pytest.importorskip("torch")
    value = torch.nn.Parameter(torch.ones(2))
    assert type(unpack(pack(value))) is torch.Tensor
    assert type(plain(value)) is torch.Tensor


def test_what_is_plain_already_is_not_copied():
    value = [1, (2.0, {"a": [None]})]
    assert plain(value) is value


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "bfloat16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (1, 0, 2)])
def test_tensors_keep_dtype_shape_and_bits(dtype, shape):
    torch = pytest.importorskip("torch")
    value = torch.ones(shape).mul(1.5).to(getattr(torch, dtype))
    back = unpack(pack(value))
    assert (back.dtype, back.shape) == (value.dtype, value.shape)
    assert torch.equal(back, value)


def test_a_tensor_view_crosses_as_its_values():
    torch = pytest.importorskip("torch")
    base = torch.arange(12.0).reshape(3, 4)
    assert torch.equal(unpack(pack(base.T[1:])), base.T[1:])


cycle: list = []
cycle.append(cycle)
deep: list = []
for _ in range(DEFAULT_LIMITS.depth + 1):
    deep = [deep]


@pytest.mark.parametrize(
    "value",
    [
        {"a": {1, 2}},
        object(),
        print,
        (each for each in ()),
        range(3),
        cycle,
        deep,
        1 << (8 * DEFAULT_LIMITS.digits + 8),
        np.array([object()]),
        np.array(["text"]),
        np.ma.masked_array([1], [True]),
        "\ud800",
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_is_refused(value):
    with pytest.raises(NotPlainError):
        pack(value)


def test_unusual_tensors_are_refused():
    torch = pytest.importorskip("torch")
    huge = torch.zeros(1).expand(2**40)
    for value in (torch.ones(1, device="meta"), torch.eye(2).to_sparse(), huge):
        with pytest.raises(NotPlainError):
            pack(value)


@given(data=st.binary(max_size=60))
def test_random_bytes_are_plain_data_or_refused(data):
    try:
        value = unpack(data)
    except NotPlainError:
        return
    assert same(unpack(pack(value)), value)


@given(value=plain_data, data=st.data())
def test_mutated_frames_are_plain_data_or_refused(value, data):
    frame = bytearray(pack(value))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(frame) - 1))
        frame[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotPlainError):
        unpack(bytes(frame))


def extension(code: int, *content: object) -> bytes:
    """A frame as a cheat would write it."""
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(code, msgspec.msgpack.encode(list(content))))


@pytest.mark.parametrize(
    "frame",
    [
        extension(ARRAY, "<f8", [2], b"short", None),
        extension(ARRAY, "O", [1], b"12345678", None),
        extension(ARRAY, "<f8", [-1], b"12345678", None),
        extension(ARRAY, "<f8", [2**62, 4], b"", None),
        extension(ARRAY, "<M8[s]", [1], b"12345678", None),
        extension(ARRAY, [("a", "<f8")], [1], b"12345678", None),
        extension(ARRAY, "<f8", [1], b"12345678", [[0, 0], False, False]),
        extension(ARRAY, "<f8", [1], b"12345678", [[7], False, False]),
        extension(ARRAY, "<f8", [1], b"12345678"),
        extension(TENSOR, "float64", [3], b"12345678", None),
        extension(TENSOR, "int64", [1], b"12345678", [[0], False, True]),  # integers have no gradient
        extension(TENSOR, "float99", [1], b"12345678", None),
        extension(COMPLEX, 1),
        extension(TUPLE) + b"\xc0",
        msgspec.msgpack.encode(msgspec.msgpack.Ext(PAIRS, b"\x91\x01")),
        msgspec.msgpack.encode(msgspec.msgpack.Ext(PAIRS, pack([((1,), 2)] * 3000))),
        msgspec.msgpack.encode(msgspec.msgpack.Ext(INTEGER, b"")),
        extension(99, 1),
        b"\xd6\xff\0\0\0\1",  # a timestamp, which MessagePack itself knows
        b"\x81\xd5\x02\x01\x02\x03",  # an integer of any size as a key
        b"\xdd\x01\x31\x2d\x00" + b"\x90" * 20_000_000,  # 20 MB of empty lists would take 1.2 GB
        b"\xdf\xff\xff\xff\xff",
        b"\x91" * 100_000,
        b"",
    ],
)
def test_hostile_frames_are_refused(frame):
    with pytest.raises(NotPlainError):
        unpack(frame)


def test_a_channel_gives_whole_frames_up_to_a_size_and_in_time():
    one, other = (Channel(each, largest=100) for each in socket.socketpair())
    one.send(b"a" * 100)
    one.send(b"")
    assert other.receive(timeout=5) == b"a" * 100
    assert other.receive(timeout=5) == b""
    with pytest.raises(ChannelTimeout):
        other.receive(timeout=0.01)
    one.send(b"a" * 101)
    with pytest.raises(NotPlainError):
        other.receive(timeout=5)
    one.close()
    other.close()


@pytest.mark.parametrize("on_wait", [None, lambda: None])
def test_a_deadline_holds_while_bytes_trickle_in(on_wait):
    ours, theirs = socket.socketpair()
    channel = Channel(ours, on_wait=on_wait)
    theirs.sendall((1_000_000).to_bytes(4, "little"))
    stop = threading.Event()

    def trickle():
        while not stop.wait(0.001):
            theirs.sendall(b"a")

    thread = threading.Thread(target=trickle)
    thread.start()
    started = time.monotonic()
    try:
        with pytest.raises(ChannelTimeout):
            channel.receive(timeout=0.1)
        assert time.monotonic() - started < 5  # the whole frame would take a quarter of an hour
    finally:
        stop.set()
        thread.join()
        channel.close()
        theirs.close()


def test_a_channel_says_when_the_other_side_is_gone():
    one, other = (Channel(each) for each in socket.socketpair())
    one.close()
    with pytest.raises(ChannelClosed):
        other.receive(timeout=5)
    other.close()


@given(value=plain_data)
def test_a_literal_is_source_of_an_equal_value(value):
    assert same(eval(literal(value), {"inf": math.inf, "nan": math.nan}), value)  # noqa: S307


def test_the_wire_needs_neither_numpy_nor_torch():
    heavy = ("numpy", "torch", "hypothesis")
    code = f"import sys, dojo.sandbox.inside; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
