"""Attention of (1, 8, n, 64) in float32 on two threads: against torch's own and against the plain formula."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from dojo.bench.workload import Bar, Call, Contender, Workload

HEADS, WIDTH = 8, 64
BLOCKS = {"block_q": 256, "block_k": 256}
"""Tiles that fit the caches of a CPU; the tile of the defaults fits those of a GPU."""
SPLITS = 8
SEQUENCES = 4


def _tensors(n: int) -> Any:
    """q, k, v and the gradient of out, each (1, 8, n, 64)."""
    import torch

    source = torch.Generator().manual_seed(n)
    return tuple(torch.randn(1, HEADS, n, WIDTH, generator=source) for _ in range(4))


def _plain(q: Any, k: Any, v: Any) -> Any:
    """The formula as it is written, with all scores at once."""
    return (q @ k.mT * WIDTH**-0.5).softmax(-1) @ v


def _close(result: Any, reference: Any) -> bool:
    """Whether tensors, or tuples of them, agree to 1e-4; the first ones count where one tuple is longer."""
    import torch

    results, references = ((each if isinstance(each, tuple) else (each,)) for each in (result, reference))
    return all(torch.allclose(a, b, rtol=1e-4, atol=1e-4) for a, b in zip(results, references, strict=False))


# Forward


def _tiled(module: ModuleType, tensors: Any) -> Call:
    q, k, v, _ = tensors
    return lambda: module.flash_forward(q, k, v, **BLOCKS)


def _sdpa(tensors: Any) -> Call:
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v, _ = tensors
    return lambda: scaled_dot_product_attention(q, k, v)


def _formula(tensors: Any) -> Call:
    q, k, v, _ = tensors
    return lambda: _plain(q, k, v)


# Backward; the forward pass is no part of it


def _tiled_backward(module: ModuleType, tensors: Any) -> Call:
    q, k, v, dout = tensors
    scores = q @ k.mT * WIDTH**-0.5
    lse = scores.logsumexp(-1)
    out = (scores - lse[..., None]).exp() @ v
    return lambda: module.flash_backward(dout, q, k, v, out, lse, **BLOCKS)


def _gradients(attention: Any, tensors: Any) -> Call:
    import torch

    *inputs, dout = (each.detach() for each in tensors)
    for each in inputs:
        each.requires_grad_()
    out = attention(*inputs)
    return lambda: torch.autograd.grad(out, inputs, dout)


def _sdpa_backward(tensors: Any) -> Call:
    from torch.nn.functional import scaled_dot_product_attention

    return _gradients(scaled_dot_product_attention, tensors)


def _formula_backward(tensors: Any) -> Call:
    return _gradients(_plain, tensors)


# Decoding


def _cache(n: int) -> Any:
    """One query for each of 4 sequences, and n keys and values."""
    import torch

    source = torch.Generator().manual_seed(n)
    q = torch.randn(SEQUENCES, HEADS, 1, WIDTH, generator=source)
    k, v = (torch.randn(SEQUENCES, HEADS, n, WIDTH, generator=source) for _ in range(2))
    return q, k, v, None


def _split(module: ModuleType, tensors: Any) -> Call:
    q, k, v, _ = tensors
    return lambda: module.decode(q, k, v, splits=SPLITS)


TORCH = ("torch",)
BOTH = (Contender("SDPA", _sdpa, TORCH), Contender("plain formula", _formula, TORCH))
FULL = f"float32, (1, {HEADS}, n, {WIDTH})"

WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "tiled_attention": (
        Workload(
            "flash_forward",
            f"{FULL}, tiles of 256 by 256",
            _tensors,
            _tiled,
            BOTH,
            sizes=(256, 512, 1024, 2048),
            same=_close,
            bars=(
                Bar("SDPA", 1.5, n=2048),
                Bar("plain formula", 0.5, n=2048),
                Bar("plain formula", 0.05, "memory", n=2048),
            ),
            threads=2,
            torch=True,
        ),
    ),
    "tiled_attention_backward": (
        Workload(
            "flash_backward",
            f"{FULL}, tiles of 256 by 256; the backward pass alone",
            _tensors,
            _tiled_backward,
            (Contender("SDPA", _sdpa_backward, TORCH), Contender("plain formula", _formula_backward, TORCH)),
            sizes=(256, 512, 1024, 2048),
            same=_close,
            bars=(Bar("SDPA", 1.6, n=2048),),
            threads=2,
            torch=True,
        ),
    ),
    "split_kv_decode": (
        Workload(
            "decode",
            f"float32, {SEQUENCES} sequences, {HEADS} heads, one query, n keys of width {WIDTH}, {SPLITS} splits",
            _cache,
            _split,
            BOTH,
            sizes=(256, 1024, 4096, 16_384),
            same=_close,
            threads=2,
            torch=True,
        ),
    ),
}
