"""Plain data as bytes, and frames on a socket.

Plain data is None, bool, int, float, complex, str, bytes, list, tuple, dict, numpy arrays and torch tensors
(dense, as dtype, shape and raw bytes; arguments with their layout: which axes lie in memory in which order, whether
there are gaps, whether they may be written or require a gradient). Types are exact in both directions: a subclass of
int is refused, True stays True, a tuple stays a tuple. Nothing is ever unpickled: the format is MessagePack, decoded by
msgspec, with an extension type for each kind that MessagePack lacks.

A frame is a length of four bytes and that many bytes.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from dojo.plain import unwrapped
from dojo.sandbox.bounds import check
from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.layout import layout_of
from dojo.sandbox.limits import DEFAULT_LIMITS

TUPLE, INTEGER, COMPLEX, ARRAY, TENSOR, PAIRS = range(1, 7)
MOST_PAIRS = 2_000

NATIVE = frozenset({type(None), bool, float, str, bytes})
SMALLEST, LARGEST = -(2**63), 2**64 - 1
LOOK_EVERY = 0.05
"""How often, in seconds, one looks at a process that is being waited for."""
NUMPY_KINDS = frozenset("biufc")
TENSOR_DTYPES = frozenset(
    {
        *("bool", "uint8", "int8", "int16", "int32", "int64"),
        *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
    }
)

_encoder = msgspec.msgpack.Encoder()


class ChannelClosed(Exception):
    """The other side is gone."""


class ChannelTimeout(Exception):
    """No complete frame came in time."""


def pack(value: Any, *, layouts: bool = False) -> bytes:
    """Plain data as bytes.

    Args:
        value: plain data.
        layouts: with the layout of arrays and tensors, not only their values.

    A value counts by its kind, see :mod:`dojo.plain`: a numpy scalar crosses as its Python number.

    Raises:
        NotPlainError: the value, or something in it, is not plain data.

    Example:
        >>> unpack(pack({"shape": (2, 3), "big": 2**100, "ok": True}))
        {'shape': (2, 3), 'big': 1267650600228229401496703205376, 'ok': True}
    """
    try:
        return _encoder.encode(_tree(value, DEFAULT_LIMITS.depth, layouts))
    except UnicodeEncodeError as error:
        raise NotPlainError(f"a string that is not Unicode text ({error.reason})") from None


def unpack(data: bytes, *, trusted: bool = False) -> Any:
    """The plain data that :func:`pack` made bytes of.

    Args:
        data: the bytes.
        trusted: whether they come from the grader, so that their size need not be counted first.

    Raises:
        NotPlainError: the bytes are not such data; nothing else is raised, whatever they hold.
    """
    try:
        if not trusted:
            check(data)
        return _decoder.decode(data)
    except NotPlainError:
        raise
    except (
        msgspec.DecodeError,
        RecursionError,
        TypeError,
        ValueError,
        OverflowError,
        RuntimeError,
        ImportError,
    ) as error:
        raise NotPlainError(f"bytes that are not plain data ({error})") from None


def _tree(value: Any, depth: int, layouts: bool) -> Any:
    kind = type(value)
    if kind in NATIVE:
        return value
    if kind is int:
        return value if SMALLEST <= value <= LARGEST else _big(value)
    if depth == 0:
        raise NotPlainError(f"data nested deeper than {DEFAULT_LIMITS.depth} levels")
    if kind is list:
        return [item if type(item) in NATIVE else _tree(item, depth - 1, layouts) for item in value]
    if kind is tuple:
        return msgspec.msgpack.Ext(TUPLE, _encoder.encode([_tree(item, depth - 1, layouts) for item in value]))
    if kind is dict:
        pairs = [(_tree(key, depth - 1, layouts), _tree(item, depth - 1, layouts)) for key, item in value.items()]
        if all(type(key) in NATIVE or type(key) is int for key, _ in pairs):
            return dict(pairs)
        return msgspec.msgpack.Ext(PAIRS, _encoder.encode(pairs))  # a tuple, say, is no key that MessagePack knows
    base = unwrapped(value)
    if type(base) is not kind:
        return _tree(base, depth, layouts)
    if kind is complex:
        return msgspec.msgpack.Ext(COMPLEX, struct.pack("<dd", value.real, value.imag))
    return _library_value(value, kind, layouts)


def _big(value: int) -> msgspec.msgpack.Ext:
    size = value.bit_length() // 8 + 1
    if size > DEFAULT_LIMITS.digits:
        raise NotPlainError(f"an integer of {value.bit_length()} bits")
    return msgspec.msgpack.Ext(INTEGER, value.to_bytes(size, "little", signed=True))


def _library_value(value: Any, kind: type, layouts: bool) -> msgspec.msgpack.Ext:
    torch = sys.modules.get("torch")
    if torch is not None and kind is torch.Tensor:
        return _tensor(value, torch, layouts)
    np = sys.modules.get("numpy")
    if np is not None and kind is np.ndarray:
        if value.dtype.kind not in NUMPY_KINDS:
            raise NotPlainError(f"a numpy array of dtype {value.dtype}")
        _check_size(value.nbytes)
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        layout = layout_of(value) if layouts else None
        if layout is not None:
            little = little.transpose(layout[0])
        header = [little.dtype.str, list(little.shape), little.tobytes(), layout]
        return msgspec.msgpack.Ext(ARRAY, _encoder.encode(header))
    raise NotPlainError(f"a value of type {kind.__module__}.{kind.__qualname__}")


def _tensor(value: Any, torch: Any, layouts: bool) -> msgspec.msgpack.Ext:
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype not in TENSOR_DTYPES or value.layout is not torch.strided or value.device.type == "meta":
        raise NotPlainError(f"a tensor of dtype {dtype}, layout {value.layout}, on {value.device}")
    _check_size(value.numel() * value.element_size())
    plain = value.detach()
    layout = layout_of(value) if layouts else None
    if layout is not None:
        plain = plain.permute(layout[0])
    flat = plain.resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
    if flat.numel() <= 1:  # one element, or none, is contiguous whatever its stride says
        flat = flat.clone(memory_format=torch.contiguous_format)
    header = [dtype, list(plain.shape), flat.view(torch.uint8).numpy().tobytes(), layout]
    return msgspec.msgpack.Ext(TENSOR, _encoder.encode(header))


def _check_size(size: int) -> None:
    if size > DEFAULT_LIMITS.reply:
        raise NotPlainError(f"an array of {size} bytes")


def _extension(code: int, data: memoryview) -> Any:
    if code in (TUPLE, PAIRS):
        check(data)
    if code == TUPLE:
        items = _decoder.decode(data)
        if type(items) is not list:
            raise NotPlainError("a tuple that holds no list")
        return tuple(items)
    if code == PAIRS:
        pairs = _decoder.decode(data)
        if len(pairs) > MOST_PAIRS:  # keys of these kinds can be made so that all have one hash
            raise NotPlainError(f"a dictionary of {len(pairs)} keys that are not numbers or strings")
        return dict(pairs)
    if code == INTEGER and 0 < len(data) <= DEFAULT_LIMITS.digits:
        return int.from_bytes(data, "little", signed=True)
    if code == COMPLEX and len(data) == 16:
        return complex(*struct.unpack("<dd", data))
    if code in (ARRAY, TENSOR):
        dtype, shape, raw, layout = _header_decoder.decode(data)
        if any(size < 0 for size in shape):
            raise NotPlainError(f"an array of shape {shape}")
        value = _to_tensor(dtype, shape, raw) if code == TENSOR else _to_array(dtype, shape, raw)
        return _laid_out(value, *layout) if layout else value
    raise NotPlainError(f"an extension of type {code}")


def _to_array(dtype: str, shape: list[int], raw: bytes) -> Any:
    import numpy as np

    kind = np.dtype(dtype)
    if kind.kind not in NUMPY_KINDS:
        raise NotPlainError(f"a numpy value of dtype {dtype} and shape {shape}")
    return np.frombuffer(raw, kind).reshape(shape).copy()


def _to_tensor(dtype: str, shape: list[int], raw: bytes) -> Any:
    torch = sys.modules.get("torch")
    if torch is None:  # never imported for the sake of what an answer sends
        raise NotPlainError("a tensor, where torch is not in use")
    if dtype not in TENSOR_DTYPES:
        raise NotPlainError(f"a tensor of dtype {dtype}")
    kind = getattr(torch, dtype)
    if not raw:
        if 0 not in shape:
            raise NotPlainError(f"a tensor of shape {shape} without data")
        return torch.empty(shape, dtype=kind)
    return torch.frombuffer(bytearray(raw), dtype=kind).reshape(shape)


def _laid_out(value: Any, order: list[int], gaps: bool, flag: bool) -> Any:
    """The values in the layout that they had on the other side."""
    back = [order.index(axis) for axis in range(len(order))]
    if hasattr(value, "flags"):
        if gaps:
            value = value.repeat(2, axis=-1)[..., ::2]
        value = value.transpose(back)
        value.flags.writeable = not flag
        return value
    if gaps:
        value = value.repeat_interleave(2, -1)[..., ::2]
    return value.permute(back).requires_grad_(flag)


_decoder = msgspec.msgpack.Decoder(ext_hook=_extension)
_header_decoder = msgspec.msgpack.Decoder(tuple[str, list[int], bytes, tuple[list[int], bool, bool] | None])


class Channel:
    """Frames over a connected stream socket.

    Args:
        connection: the socket; the channel owns it from here on.
        largest: the largest frame to be received, in bytes.
        on_wait: called again and again while a frame is waited for; what it raises ends the wait. It may be set later.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        largest: int = DEFAULT_LIMITS.reply,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        self._socket = connection
        self._largest = largest
        self.on_wait = on_wait

    def send(self, frame: bytes, *, timeout: float | None = None) -> None:
        """Send one frame.

        Raises:
            ChannelClosed: the other side is gone.
            ChannelTimeout: it does not read.
        """
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(struct.pack("<I", len(frame)) + frame)
        except TimeoutError as error:
            raise ChannelTimeout from error
        except OSError as error:
            raise ChannelClosed from error

    def receive(self, *, timeout: float | None = None) -> bytes:
        """The next frame.

        Raises:
            ChannelClosed: the other side is gone.
            ChannelTimeout: it was not complete after ``timeout`` seconds.
            NotPlainError: it is larger than allowed.
        """
        end = None if timeout is None else time.monotonic() + timeout
        (size,) = struct.unpack("<I", self._read(4, end))
        if size > self._largest:
            raise NotPlainError(f"a reply of {size} bytes, at most {self._largest} are read")
        return bytes(self._read(size, end))

    def _read(self, size: int, end: float | None) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:  # also where bytes keep trickling in
                raise ChannelTimeout
            try:
                self._socket.settimeout(left if left is None or self.on_wait is None else min(left, LOOK_EVERY))
                count = self._socket.recv_into(view)
            except TimeoutError as error:
                if self.on_wait is None:
                    raise ChannelTimeout from error
                self.on_wait()
                continue
            except OSError as error:
                raise ChannelClosed from error
            if count == 0:
                raise ChannelClosed
            view = view[count:]
        return buffer

    def pending(self) -> bool:
        """Whether bytes came that nobody asked for."""
        try:
            self._socket.settimeout(0)
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except (BlockingIOError, TimeoutError):
            return False
        except OSError:
            return False

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
