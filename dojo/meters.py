"""Meters judge the method, not the result: deterministic counts, never a clock.

They run beside an answer, so this module needs nothing but the standard library until a meter for tensors is used.
"""

from __future__ import annotations

import builtins
import functools
import gc
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Count:
    """What was done with the integers of one :func:`counting` block."""

    comparisons: int = 0
    conversions: int = 0
    kind: type[int] = field(default=int, repr=False)

    def integers(self, values: Iterable[int]) -> list[int]:
        """Integers that behave as the given ones and are counted."""
        return [self.kind(value) for value in values]


@contextmanager
def counting() -> Iterator[Count]:
    """Count comparisons (``<``, ``>``, ``<=``, ``>=``) of integers, and conversions that would evade the count.

    Example:
        >>> with counting() as count:
        ...     smallest = min(count.integers([3, 1, 2]))
        >>> smallest, count.comparisons, count.conversions
        (1, 2, 0)

    Limits: ``==`` is not counted. Arithmetic, ``int()``, ``float()`` and hashing are conversions;
    printing is not, so that a trace does no harm.
    """
    count = Count()

    def comparison(name: str) -> Any:
        plain = getattr(int, name)

        def compare(self: int, other: object) -> Any:
            count.comparisons += 1
            return plain(self, other)

        return compare

    def conversion(name: str) -> Any:
        plain = getattr(int, name)

        def convert(self: int, *others: object) -> Any:
            count.conversions += 1
            return plain(self, *others)

        return convert

    compared = {name: comparison(name) for name in ("__lt__", "__gt__", "__le__", "__ge__")}
    converted = {
        name: conversion(name)
        for operator in ("add", "sub", "mul", "floordiv", "truediv", "mod", "and", "or", "xor", "lshift", "rshift")
        for name in (f"__{operator}__", f"__r{operator}__")
    } | {
        f"__{name}__": conversion(f"__{name}__")
        for name in ("int", "index", "float", "neg", "pos", "abs", "invert", "hash", "trunc", "round")
    }
    count.kind = type("CountedInteger", (int,), {"__slots__": (), **compared, **converted})
    yield count


@dataclass
class Peak:
    """The most memory in use during one :func:`peak_memory` block, beyond what was in use at its start."""

    bytes: int = 0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the peak of what Python and numpy allocate, in bytes.

    Example:
        >>> with peak_memory() as peak:
        ...     zeros = [0] * 1000
        >>> 8_000 <= peak.bytes < 9_000
        True

    A left-over ``print`` is no part of the method: it prints nothing in the block, and costs nothing.

    Limits: sees allocations of Python and numpy (tracemalloc), not those of torch.
    """
    peak = Peak()
    printing = builtins.print
    builtins.print = lambda *_values, **_options: None
    tracemalloc.start()
    try:
        at_start = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        yield peak
        peak.bytes = tracemalloc.get_traced_memory()[1] - at_start
    finally:
        tracemalloc.stop()
        builtins.print = printing


def bytes_of_tensors() -> int:
    """Bytes of all tensors of torch that Python holds at this moment, each storage once; 0 where torch is not loaded.

    Example:
        >>> import torch
        >>> before = bytes_of_tensors()
        >>> zeros = torch.zeros(1000)
        >>> views = zeros[:500], zeros[500:]
        >>> bytes_of_tensors() - before
        4000

    Limits: looks at every object, which takes some milliseconds.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return 0
    tensors = [
        tensor
        for tensor in gc.get_objects()
        if issubclass(type(tensor), torch.Tensor) and tensor.layout is torch.strided
    ]
    storages = [tensor.untyped_storage() for tensor in tensors]
    return sum({_identity(tensor): tensor.nbytes() for tensor in storages}.values())


LIBRARY_ATTENTION = "attention|attn|transformer_encoder"
"""Pattern of the functions and operators by which torch computes attention itself, on any backend."""

FACTORS = {"mm": 0, "bmm": 0, "mv": 0, "dot": 0, "vdot": 0, "addmm": 1, "baddbmm": 1, "addbmm": 1, "addmv": 1}
"""The operators that multiply and sum, with the position of their first factor; the second one follows it."""

PRODUCTS = ("mul", "addcmul")
"""The operators that multiply element by element."""


class RefusedCall(RuntimeError):
    """A call that the kata refuses, made inside a :func:`tensor_use` block."""


@dataclass
class TensorUse:
    """What torch did inside one :func:`tensor_use` block.

    Attributes:
        largest: elements of the largest storage that was made; views of what was there before count nothing.
        origin: the operator that made it, and the shape of what it returned.
        alive: elements of all storages that were made and not yet freed, when they were the most.
        held: what made each of them, and the shape.
        multiplications: those of matrix products (batched, einsum, and so on) and of element-wise products.
        refused: the refused functions and operators that were called.
    """

    largest: int = 0
    origin: str = ""
    alive: int = 0
    held: list[str] = field(default_factory=list)
    multiplications: int = 0
    refused: list[str] = field(default_factory=list)


@contextmanager
def tensor_use(*inputs: Any, refuse: str = "") -> Iterator[TensorUse]:
    """Watch every operator that torch executes, however it is called.

    Args:
        inputs: tensors that are there already; neither they nor their views are new.
        refuse: a regular expression; functions and operators in whose names it is found raise :class:`RefusedCall`.

    Example:
        >>> import torch
        >>> q, k = torch.ones(8, 2), torch.ones(16, 2)
        >>> with tensor_use(q, k) as use:
        ...     scores = q[:4] @ k.T
        ...     weights = scores.exp()
        >>> use.largest, use.origin, use.multiplications
        (64, 'mm (4, 16)', 128)
        >>> use.alive, use.held
        (128, ['mm (4, 16)', 'exp (4, 16)'])

    Limits: keeps a note of each living tensor, so measure :func:`peak_memory` in a call of its own. Sees what is called
    in this thread; what an operator uses inside itself and what is computed outside of
    torch is not seen: where it matters, ask for the multiplications that must be there, and look at
    :func:`peak_memory`, too. Sizes are in elements, so keeping sums in a wider dtype is free.
    """
    use = TensorUse()
    pattern = re.compile(refuse) if refuse else None

    def check(name: str) -> None:
        if pattern is not None and pattern.search(name):
            use.refused.append(name)
            raise RefusedCall(f"{name} is refused: write out what it does")

    with _functions_mode()(check), _operators_mode()(use, check, inputs):
        yield use


@functools.cache
def _operators_mode() -> Callable[..., Any]:
    """The class that sees each operator, whether called by torch.ops, a scripted function or a name bound earlier."""
    import torch
    from torch.multiprocessing.reductions import StorageWeakRef
    from torch.utils._python_dispatch import TorchDispatchMode

    class Operators(TorchDispatchMode):  # type: ignore[misc]
        supports_higher_order_operators = True

        def __init__(self, use: TensorUse, check: Callable[[str], None], inputs: Iterable[Any]) -> None:
            super().__init__()
            self.use = use
            self.check = check
            self.inputs = {_identity(storage) for storage, _, _ in _storages(inputs)}
            self.living: dict[int, tuple[StorageWeakRef, int, str]] = {}

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # otherwise the first operator imports torch's compiler, 1.5 s and 800 modules

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            name = func.name().rpartition("::")[2].partition(".")[0]
            self.check(name)
            if isinstance(func, torch._ops.OpOverload):  # noqa: SLF001
                with self:  # in inference mode, matmul and its like arrive whole: look at their parts
                    result = func.decompose(*args, **kwargs)
                if result is not NotImplemented:
                    return result
            result = func(*args, **kwargs)
            self.use.multiplications += _multiplications(name, args, result)
            for storage, elements, shape in _storages(result):
                identity = _identity(storage)
                if identity in self.inputs:
                    continue
                if elements > self.use.largest:
                    self.use.largest, self.use.origin = elements, f"{name} {shape}"
                if identity not in self.living or self.living[identity][0].expired():
                    self.living[identity] = StorageWeakRef(storage), elements, f"{name} {shape}"
                    self.count_the_living()
            return result

        def count_the_living(self) -> None:
            self.living = {key: tensor for key, tensor in self.living.items() if not tensor[0].expired()}
            alive = sum(elements for _, elements, _ in self.living.values())
            if alive > self.use.alive:
                self.use.alive, self.use.held = alive, [origin for _, _, origin in self.living.values()]

    return Operators


@functools.cache
def _functions_mode() -> Callable[..., Any]:
    """The class that sees a function by its name also where it becomes ordinary operators, as attention may."""
    from torch.overrides import TorchFunctionMode

    class Functions(TorchFunctionMode):  # type: ignore[misc]
        def __init__(self, check: Callable[[str], None]) -> None:
            super().__init__()
            self.check = check

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if str(getattr(func, "__module__", "")).startswith("torch"):
                self.check(str(getattr(func, "__name__", "")))
            return func(*args, **(kwargs or {}))

    return Functions


def _storages(tensors: Any) -> Iterator[tuple[Any, int, tuple[int, ...]]]:
    """Of one tensor, or of each in a sequence: its storage, that one's elements, and the tensor's shape."""
    import torch

    for tensor in tensors if isinstance(tensors, tuple | list) else (tensors,):
        if isinstance(tensor, torch.Tensor) and tensor.layout is torch.strided:
            storage = tensor.untyped_storage()
            yield storage, storage.nbytes() // tensor.element_size(), tuple(tensor.shape)


def _identity(storage: Any) -> int:
    return int(storage._cdata)  # noqa: SLF001  # there is no public one; a pointer to data may be null


def _multiplications(operator: str, arguments: Any, result: Any) -> int:
    operator = operator.removesuffix("_")  # in place
    if operator in FACTORS:
        first, second = arguments[FACTORS[operator] :][:2]
        return int(first.numel() * (second.shape[-1] if second.ndim > 1 else 1))
    return int(result.numel()) if operator in PRODUCTS else 0
