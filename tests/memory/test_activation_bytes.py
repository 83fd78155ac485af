"""Properties of memory/activation_bytes."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.refusals import refuses

RECOMPUTE = ("none", "selective", "full")
GPT3 = {"seq": 2048, "batch": 1, "hidden": 12288, "heads": 96, "layers": 96}
NLG = {"seq": 2048, "batch": 1, "hidden": 20480, "heads": 128, "layers": 105}
ONE = {"seq": 1, "batch": 1, "hidden": 1, "heads": 1, "layers": 1}
ODD = {"seq": 3, "batch": 5, "hidden": 7, "heads": 11, "layers": 13}

small = st.integers(1, 9)
large = st.sampled_from([64, 127, 4096, 12288, 10**6 + 3, 2**53 + 1, 10**30 + 7])
numbers = st.one_of(small, small, large)
models = st.fixed_dictionaries(dict.fromkeys(ONE, numbers))
runs = st.fixed_dictionaries(
    {},
    optional={
        "tensor_parallel": st.one_of(small, st.sampled_from([8, 64, 127, 2**53 + 1])),
        "sequence_parallel": st.booleans(),
        "recompute": st.sampled_from(RECOMPUTE),
    },
)
"""Keyword arguments: each is left out, given at its default, or given."""


def tensors_of_a_layer(s, b, h, a):
    """Bytes of a value, shape, whether tensor parallelism splits it, whether selective recomputation drops it."""
    yield from [
        (2, (s, b, h), False, False)
    ] * 2  # the inputs of the norm of attention, and of the products for q, k, v
    yield from [(2, (s, b, h), True, False)] * 3  # q, k, v
    yield 2, (b, a, s, s), True, True  # softmax
    yield 1, (b, a, s, s), True, True  # the mask of its dropout
    yield 2, (b, a, s, s), True, True  # what is left of it after dropout
    yield 2, (s, b, h), True, False  # the input of the output projection
    yield 1, (s, b, h), False, False  # the mask of the dropout behind it
    yield from [(2, (s, b, h), False, False)] * 2  # the inputs of the norm of the MLP, and of its first layer
    yield from [(2, (s, b, 4 * h), True, False)] * 2  # the inputs of GELU and of the second layer
    yield 1, (s, b, h), False, False  # the mask of the dropout behind it


def by_tensors(
    seq, batch, hidden, heads, layers, tensor_parallel=1, sequence_parallel=False, recompute="none"
):  # the defaults stand here once more, since the answer's own may be wrong
    """The same from shapes, with exact rationals."""
    one_layer = Fraction(0)
    for size, shape, is_split, is_dropped in tensors_of_a_layer(seq, batch, hidden, heads):
        if recompute == "none" or (recompute == "selective" and not is_dropped):
            shares = tensor_parallel if is_split or sequence_parallel else 1
            one_layer += Fraction(size * math.prod(shape), shares)
    if recompute == "full":
        one_layer = Fraction(2 * math.prod((seq, batch, hidden)))
    return math.ceil(layers * one_layer)


def told(keywords):
    """A call as text."""
    return f"activation_bytes({', '.join(f'{key}={value!r}' for key, value in keywords.items())})"


def assert_right(kata, solution, keywords):
    """Compare a call with the list of tensors; the bytes that it gives."""
    expected = agreed(solution.activation_bytes(**keywords), by_tensors(**keywords), told(keywords))
    got = kata.activation_bytes(**keywords)
    assert type(got) is int, f"{told(keywords)} is {got!r}, an int is wanted"
    assert got == expected, f"{told(keywords)} is {got}, expected {expected}"
    return got


@settings(max_examples=150)
@given(model=models, run=runs)
@example(model=GPT3, run={"tensor_parallel": 8, "recompute": "selective"})
@example(model=GPT3, run={"tensor_parallel": 8, "recompute": "selective", "sequence_parallel": True})
@example(model=ONE, run={})
@example(model=ONE, run={"tensor_parallel": 1, "sequence_parallel": False, "recompute": "none"})
@example(model=ONE, run={"tensor_parallel": 3})
@example(model=ONE, run={"tensor_parallel": 3, "sequence_parallel": True})
@example(model=ONE, run={"tensor_parallel": 3, "recompute": "selective"})
@example(model=ONE, run={"tensor_parallel": 3, "recompute": "full"})
@example(model=ONE, run={"tensor_parallel": 3, "recompute": "full", "sequence_parallel": True})
@example(model=ONE, run={"sequence_parallel": True})
@example(model=ODD, run={})
@example(model=ODD, run={"recompute": "selective"})
@example(model=ODD, run={"recompute": "full"})
@example(model=ODD, run={"tensor_parallel": 2})
@example(model=ODD, run={"tensor_parallel": 8})
@example(model=ODD, run={"tensor_parallel": 8, "sequence_parallel": True})
@example(model=ODD, run={"tensor_parallel": 8, "sequence_parallel": True, "recompute": "selective"})
@example(model=ODD, run={"tensor_parallel": 8, "sequence_parallel": True, "recompute": "full"})
@example(model={**ONE, "layers": 7}, run={"tensor_parallel": 7})
@example(model={**ODD, "seq": 2**53 + 1}, run={"tensor_parallel": 3})
@example(model={**ODD, "hidden": 2**53 + 1}, run={"recompute": "full"})
@example(model={**ODD, "layers": 10**30 + 7}, run={"tensor_parallel": 64, "sequence_parallel": True})
@example(model={**ONE, "hidden": 10**400}, run={"tensor_parallel": 7, "recompute": "selective"})
@example(model=ONE, run={"tensor_parallel": 2**53 + 1, "sequence_parallel": True})
@example(model={**ODD, "heads": 1}, run={"tensor_parallel": 4})
def test_bytes_are_those_of_the_tensors_that_are_kept(kata, solution, model, run):
    event(f"recompute {run.get('recompute', 'left out')}, sequence parallel {run.get('sequence_parallel', 'left out')}")
    event("beyond 2^53 bytes" if by_tensors(**model, **run) > 2**53 else "fewer bytes")
    assert_right(kata, solution, {**model, **run})


@pytest.mark.parametrize(("model", "attention", "saved"), [(GPT3, 80, 70), (NLG, 64, 65)], ids=["GPT-3", "MT-NLG"])
def test_models_of_the_paper_have_its_figures(kata, solution, model, attention, saved):
    sbh = model["seq"] * model["batch"] * model["hidden"] * model["layers"]
    results = {recompute: assert_right(kata, solution, {**model, "recompute": recompute}) for recompute in RECOMPUTE}
    wanted = {"none": (34 + attention) * sbh, "selective": 34 * sbh, "full": 2 * sbh}
    for recompute, result in results.items():
        agreed(by_tensors(**model, recompute=recompute), wanted[recompute], f"the figure of the paper for {recompute}")
        assert result == wanted[recompute], f"{recompute} keeps {result}, the paper has {wanted[recompute]}"
    percent = 100 * (results["none"] - results["selective"]) // results["none"]
    assert percent == saved, f"selective recomputation saves {percent} percent, the paper has {saved}"


@settings(max_examples=60)
@given(model=models, recompute=st.sampled_from(RECOMPUTE), t=st.one_of(small, st.sampled_from([64, 2**53 + 1])))
@example(model=ODD, recompute="none", t=2)
@example(model=ODD, recompute="selective", t=8)
@example(model=ODD, recompute="full", t=8)
@example(model={**ODD, "seq": 2**60 + 1}, recompute="none", t=3)
def test_shares_hold_all_bytes_and_full_recomputation_has_none(kata, model, recompute, t):
    keywords = {**model, "recompute": recompute}
    alone = kata.activation_bytes(**keywords)
    tensor = kata.activation_bytes(**keywords, tensor_parallel=t)
    sequence = kata.activation_bytes(**keywords, tensor_parallel=t, sequence_parallel=True)
    if recompute == "full":
        assert alone == tensor == sequence, f"{told(keywords)}: {alone} on one GPU, on {t} GPUs {tensor} and {sequence}"
        return
    assert alone <= t * sequence < alone + t, (
        f"{told(keywords)}: {alone} bytes split over {t} GPUs with sequence parallelism are {sequence} on each"
    )
    assert sequence <= tensor <= alone, (
        f"{told(keywords)}: {alone} on one GPU, {tensor} on each of {t}, {sequence} with sequence parallelism"
    )


def test_numbers_below_1_and_unknown_words_are_refused(kata):
    for recompute in RECOMPUTE:
        for sequence_parallel in (False, True):
            run = {"tensor_parallel": 2, "sequence_parallel": sequence_parallel, "recompute": recompute}
            for name in (*ODD, "tensor_parallel"):
                for number in (0, -1, -(2**70)):
                    refuses(kata.activation_bytes, **{**ODD, **run, name: number})
            refuses(kata.activation_bytes, **{**ODD, **run, "seq": -3, "batch": -5})
    for word in ("", "None", "Full", "selectiv", "all", "attention", "none "):
        for t in (1, 2):
            refuses(kata.activation_bytes, **ODD, tensor_parallel=t, recompute=word)
            refuses(kata.activation_bytes, **ODD, tensor_parallel=t, sequence_parallel=True, recompute=word)
