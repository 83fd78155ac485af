"""Probes of attention/split_kv_decode: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from dojo import meters

# Operators that sum, or divide by a sum.
SUMS = ("sum", "mean", "_softmax", "_log_softmax", "logsumexp", "cumsum", "logcumsumexp", "prod", "_safe_softmax")


class Products(TorchDispatchMode):
    """Watches products of matrices and vectors, and sums: over how many terms do they go?"""

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
        result = func(*args, **(kwargs or {}))
        if name in SUMS and result.numel():
            one = args[0]  # what is as large as before is summed, or normalised, along one dimension
            same = result.shape == one.shape and one.ndim and isinstance(args[1], int)
            terms = one.shape[args[1]] if same else one.numel() // result.numel()
            if terms > self.longest:
                self.longest, self.made_by = terms, f"{name} of {tuple(one.shape)}"
        return result


def longest_sum(kata: Any, q: Any, k: Any, v: Any, splits: int) -> dict[str, Any]:
    """The most terms that a product or a sum goes over, and which it is; multiplications; library functions called."""
    with Products() as products, meters.tensor_use(q, k, v, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.decode(q, k, v, splits=splits)
        except Exception:
            if not use.refused:
                raise
    return {
        "terms": products.longest,
        "made_by": products.made_by,
        "multiplications": use.multiplications,
        "refused": use.refused,
    }
