"""torch's own test inputs (OpInfo), run through the solutions of ``nn``: ``python -m tests.nn.opinfo``.

It needs torch, and `pip install expecttest`, which torch's own tests import. For each function it prints how many
samples the kata covers, how many of them agree with torch in float64, and why others were left out. It exits with 1
where a sample differs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.nn import batch_norm, conv2d, cross_entropy, functional_layers

Values = dict[str, Any]


class LeftOutError(Exception):
    """The kata does not cover a sample; the text says why."""


def named(sample: Any, names: str) -> Values:
    """The arguments of a sample by their names, tensors as arrays."""
    given = dict(zip(names.split(), (sample.input, *sample.args), strict=False)) | sample.kwargs
    return {name: each.detach().numpy() if hasattr(each, "detach") else each for name, each in given.items()}


def need(covered: bool, why: str) -> None:
    """Leave a sample out unless the kata covers it."""
    if not covered:
        raise LeftOutError(why)


def linear(sample: Any) -> np.ndarray:
    given = named(sample, "x weight bias")
    need(given["weight"].ndim == 2, "a weight of one axis")
    return functional_layers.linear(**given)


def layer_norm(sample: Any) -> np.ndarray:
    given = named(sample, "x shape weight bias eps")
    need(0 not in given["x"].shape, "no values")
    return functional_layers.layer_norm(**given | {"shape": tuple(given["shape"])})


def batch_normalised(sample: Any) -> np.ndarray:
    given = named(sample, "x running_mean running_var weight bias training momentum eps")
    need(given.get("running_mean") is not None and given.get("running_var") is not None, "no running statistics")
    need(given["x"].size > 0, "no values")
    return batch_norm.batch_norm(
        **{name: each.copy() if hasattr(each, "copy") else each for name, each in given.items()}
    )


def convolved(sample: Any) -> np.ndarray:
    given = named(sample, "x weight bias stride padding dilation groups")
    need(given["x"].ndim == 4, "an image without a batch")
    need(not isinstance(given.get("padding"), str), "padding as a word")
    need(given["x"].dtype == np.float64, "complex numbers")
    return conv2d.conv2d(**given)


def loss(sample: Any) -> np.ndarray:
    given = named(sample, "logits target weight size_average ignore_index reduce reduction label_smoothing")
    need(given["target"].dtype.kind in "iu", "class probabilities")
    need(given["logits"].ndim > 1, "logits without a batch")
    return cross_entropy.cross_entropy(**given)


FUNCTIONS: dict[str, Callable[[Any], np.ndarray]] = {
    "linear": linear,
    "layer_norm": layer_norm,
    "batch_norm": batch_normalised,
    "conv2d": convolved,
    "cross_entropy": loss,
}


def samples_of(name: str) -> list[tuple[Any, np.ndarray]]:
    """Torch's samples for a function, each with what torch computes from it."""
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    found = []
    for info in op_db:
        if info.name == f"nn.functional.{name}" and not info.variant_test_name:
            for sample in info.sample_inputs("cpu", torch.float64):
                arguments = [each.clone() if hasattr(each, "clone") else each for each in sample.args]
                found.append((sample, info.op(sample.input, *arguments, **sample.kwargs).detach().numpy()))
    return found


def agree(mine: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether two results have one shape and differ by rounding alone."""
    return mine.shape == theirs.shape and np.allclose(mine, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


def main() -> int:
    """Print the counts; 1 where a sample differs."""
    differing = 0
    for name, function in FUNCTIONS.items():
        counts: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        for sample, theirs in samples_of(name):
            try:
                same = agree(np.asarray(function(sample)), theirs)
            except LeftOutError as reason:
                left_out[str(reason)] += 1
                continue
            counts["agree" if same else "differ"] += 1
        reasons = "; ".join(f"{count} left out: {why}" for why, count in left_out.items())
        print(
            f"{name:14} {counts.total():4} samples ran, {counts['agree']:4} agree" + (f"; {reasons}" if reasons else "")
        )
        differing += counts["differ"]
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
