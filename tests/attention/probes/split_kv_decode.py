"""Probes of attention/split_kv_decode: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from dojo import meters


class Products(TorchDispatchMode):
    """Watches products of matrices and vectors: over how many terms do they sum?"""

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()
        self.longest, self.made_by = 0, "nothing"

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # otherwise the first operator imports torch's compiler

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with self:  # in inference mode, matmul and its like arrive whole: look at their parts
            result = func.decompose(*args, **(kwargs or {}))
        if result is not NotImplemented:
            return result
        name = func.name().rpartition("::")[2].partition(".")[0].removesuffix("_")
        if name in meters.FACTORS:
            one, other = args[meters.FACTORS[name] :][:2]
            if one.shape[-1] > self.longest:
                self.longest = one.shape[-1]
                self.made_by = f"{name} of {tuple(one.shape)} and {tuple(other.shape)}"
        return func(*args, **(kwargs or {}))


def longest_sum(kata: Any, q: Any, k: Any, v: Any, splits: int) -> dict[str, Any]:
    """The most terms that a product of matrices sums in a call, and which it is; library functions that were called."""
    with Products() as products, meters.tensor_use(q, k, v, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.decode(q, k, v, splits=splits)
        except Exception:
            if not use.refused:
                raise
    return {"terms": products.longest, "made_by": products.made_by, "refused": use.refused}
