"""Properties of vision_language/moe_layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import trusted_parts
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.strategies.sizes import sizes
from tests.tolerance import as_array
from tests.vision_language.probes import moe_layer as probes

ROUTING = {
    "any": "each token to experts of its own",
    "even experts": "no token to an expert of odd number",
    "same": "all tokens to the same experts, the last ones",
    "cycle": "token t to the experts from t on, so that the experts take turns",
}
SHARED = ("none", "affine", "identity")


@dataclass(frozen=True)
class Case:
    """One call; its numbers are the same on every machine."""

    tokens: int = 2
    k: int = 1
    experts: int = 2
    width: int = 1
    routing: str = "any"
    shared: str = "none"
    identities: bool = False
    dtype: str = "float32"
    weights_dtype: str = "float32"
    seed: int = 0

    def arguments(self):
        """x, indices, weights, and the parameters of the experts and of the shared network."""
        rng = np.random.default_rng(self.seed)
        shape = (self.tokens, self.k)
        rows = [self._experts_of(token, rng) for token in range(self.tokens)]
        indices = torch.tensor(rows, dtype=torch.int64).reshape(shape)
        kind = getattr(torch, self.dtype)
        x = torch.from_numpy(rng.integers(-3, 4, (self.tokens, self.width)) / 2).to(kind)
        weights = torch.from_numpy(rng.integers(1, 8, shape) / 7).to(getattr(torch, self.weights_dtype))
        pairs = [
            (rng.integers(-2, 3, (self.width, self.width)), 10 * (number + 1) + rng.integers(0, 3, self.width))
            for number in range(self.experts + 1)
        ]
        parameters = [tuple(torch.from_numpy(each).to(kind) for each in pair) for pair in pairs]
        shared = {"none": [], "affine": parameters[-1:], "identity": [None]}[self.shared]
        return x, indices, weights, [None] * self.experts if self.identities else parameters[:-1], shared

    def _experts_of(self, token, rng):
        if self.routing == "same":
            return list(range(self.experts - self.k, self.experts))
        if self.routing == "cycle":
            return [(token + slot) % self.experts for slot in range(self.k)]
        step = 2 if self.routing == "even experts" and self.k <= (self.experts + 1) // 2 else 1
        return rng.permutation(range(0, self.experts, step))[: self.k].tolist()


@st.composite
def cases(draw, *, dtypes=("float32", "float64", "bfloat16", "float16"), identities=True):
    experts = draw(st.integers(1, 6))
    dtype = draw(st.sampled_from(dtypes))
    return Case(
        tokens=draw(sizes(small=5, largest=80)),
        k=draw(st.integers(1, experts)),
        experts=experts,
        width=draw(st.integers(1, 3)),
        routing=draw(st.sampled_from(list(ROUTING))),
        shared=draw(st.sampled_from(SHARED if identities else SHARED[:2])),
        identities=identities and draw(st.sampled_from([False, False, True])),
        dtype=dtype,
        weights_dtype=draw(st.sampled_from((dtype, "float32"))),
        seed=draw(st.integers(0, 999)),
    )


PROMPT = (
    torch.tensor([[1.0], [2.0]]),
    torch.tensor([[2, 0], [2, 1]]),
    torch.tensor([[0.5, 0.5], [0.25, 0.75]]),
    [(torch.ones(1, 1), torch.tensor([bias])) for bias in (10.0, 20.0, 30.0)],
    [],
)
SMALL = Case(tokens=4, k=2, experts=3, width=2, seed=1)
MOONLIGHT = Case(tokens=20, k=6, experts=64, width=2, shared="affine", dtype="bfloat16", seed=2)


def test_the_example_of_the_prompt(kata):
    report = kata.run(probes.run, *PROMPT)
    assert_sums(report["result"], PROMPT)
    assert_calls(report["seen"], PROMPT)


@settings(max_examples=60)
@given(case=cases(), layout=tensor_layouts())
@example(case=SMALL, layout="plain")
@example(case=replace(SMALL, shared="affine"), layout="transposed")
@example(case=replace(SMALL, shared="identity"), layout="plain")
@example(case=replace(SMALL, shared="identity", identities=True), layout="plain")
@example(case=replace(SMALL, dtype="bfloat16"), layout="sliced")
@example(case=replace(SMALL, dtype="float16", weights_dtype="float16", shared="affine"), layout="plain")
@example(case=replace(SMALL, dtype="float64"), layout="plain")
@example(case=replace(SMALL, dtype="float64", weights_dtype="float64", shared="affine"), layout="differentiable")
@example(case=Case(tokens=3, k=3, experts=3, width=3, routing="cycle"), layout="plain")
@example(case=Case(tokens=5, k=2, experts=6, routing="even experts"), layout="plain")
@example(case=Case(tokens=9, k=1, experts=4, routing="same"), layout="plain")
@example(case=Case(tokens=9, k=1, experts=4, routing="cycle", seed=3), layout="plain")
@example(case=MOONLIGHT, layout="plain")
@example(case=Case(tokens=129, k=2, experts=3, width=2, shared="affine"), layout="plain")
@example(case=Case(tokens=257, k=1, experts=2), layout="plain")
@example(case=Case(tokens=0, k=2, experts=3, shared="affine"), layout="plain")
@example(case=Case(tokens=0, k=1, experts=1, dtype="bfloat16"), layout="plain")
@example(case=Case(tokens=1, k=4, experts=4, dtype="float16"), layout="plain")
def test_each_token_gets_the_weighted_sum_of_its_experts(kata, solution, case, layout):
    describe(case)
    given_arguments = case.arguments()
    arguments = (*(laid_out(each, layout) for each in given_arguments[:3]), *given_arguments[3:])
    with trusted_parts():
        assert_sums(solution.run(probes.run, *given_arguments)["result"], given_arguments)
    report = kata.run(probes.run, *arguments)
    for name, now, before in zip(("x", "indices", "weights"), arguments, given_arguments, strict=False):
        assert same(now.detach(), before), f"{name} was changed to {now}"
    assert_sums(report["result"], given_arguments)


@settings(max_examples=60)
@given(case=cases())
@example(case=SMALL)
@example(case=replace(SMALL, shared="affine"))
@example(case=Case(tokens=5, k=2, experts=6, routing="even experts"))
@example(case=Case(tokens=9, k=1, experts=4, routing="same", dtype="float16"))
@example(case=Case(tokens=3, k=3, experts=3, routing="cycle", identities=True))
@example(case=Case(tokens=129, k=2, experts=3, width=2))
@example(case=Case(tokens=300, k=1, experts=2, routing="cycle"))
@example(case=MOONLIGHT)
@example(case=Case(tokens=1, k=1, experts=3))
@example(case=Case(tokens=0, k=2, experts=3))
@example(case=Case(tokens=0, k=1, experts=1, shared="affine"))
def test_each_expert_is_called_once_with_just_its_tokens(kata, case):
    arguments = case.arguments()
    assert_calls(kata.run(probes.run, *arguments)["seen"], arguments)


@settings(max_examples=40)
@given(case=cases(dtypes=("float64", "float32"), identities=False), seed=st.integers(0, 99))
@example(case=replace(SMALL, dtype="float64", weights_dtype="float64"), seed=0)
@example(case=replace(SMALL, dtype="float64", weights_dtype="float64", shared="affine"), seed=1)
@example(case=replace(SMALL, shared="affine"), seed=2)
@example(case=Case(tokens=5, k=2, experts=6, width=2, routing="even experts", dtype="float64"), seed=3)
@example(case=Case(tokens=1, k=1, experts=2), seed=4)
def test_gradients_reach_tokens_weights_and_experts(kata, case, seed):
    case = replace(case, tokens=min(40, max(1, case.tokens)))
    arguments = case.arguments()
    x, indices, weights, parameters, shared = arguments
    price = torch.from_numpy(np.random.default_rng(seed).integers(-4, 5, tuple(x.shape)) / 4).to(x.dtype)
    report = kata.run(probes.gradients, *arguments, price)
    expected = gradients_by_loops(x, indices, weights, parameters, shared, price)
    eps = torch.finfo(x.dtype).eps if weights.dtype == x.dtype else 2.0**-23
    for name in ("x", "weights"):
        assert_gradient(report[name], expected[name], eps, name)
    for kind in ("parameters", "shared"):
        who = "expert {}" if kind == "parameters" else "the shared network"
        for number, pairs in enumerate(zip(report[kind], expected[kind], strict=True)):
            for part, got, wanted in zip(("matrix", "bias"), *pairs, strict=True):
                assert_gradient(got, wanted, eps, f"the {part} of {who.format(number)}")


@settings(max_examples=40)
@given(case=cases(dtypes=("float64", "float32")), seed=st.integers(0, 99))
@example(case=SMALL, seed=1)
@example(case=replace(SMALL, tokens=7, k=3, shared="affine"), seed=2)
@example(case=Case(tokens=6, k=1, experts=3, routing="cycle"), seed=3)
def test_tokens_and_their_pairs_may_stand_in_any_order(kata, case, seed):
    x, indices, weights, *networks = case.arguments()
    rng = np.random.default_rng(seed)
    tokens = torch.from_numpy(rng.permutation(case.tokens))
    slots = torch.from_numpy(rng.permutation(case.k))
    plain = kata.run(probes.run, x, indices, weights, *networks)["result"]
    assert_form(plain, x)
    moved = (each[tokens][:, slots] for each in (indices, weights))
    result = kata.run(probes.run, x[tokens], *moved, *networks)["result"]
    assert_form(result, x)
    _, size = sums_by_loops(x, indices, weights, *networks)
    bound = (2 * case.k + 16) * torch.finfo(x.dtype).eps * size[tokens.numpy()]
    got, wanted = as_array(result), as_array(plain)[tokens.numpy()]
    assert (np.abs(got - wanted) <= bound).all(), (
        f"with the tokens in the order {tokens.tolist()} and their pairs in the order {slots.tolist()}, the result is "
        f"{got.tolist()}, expected {wanted.tolist()}"
    )


def affine(parameters, token):
    """What a network says of one token, and the size of its terms."""
    if parameters is None:
        return token, np.abs(token)
    matrix, bias = map(as_array, parameters)
    rows = range(len(token))
    value = [sum(matrix[i, j] * token[j] for j in rows) + bias[i] for i in rows]
    return np.array(value), np.array([sum(abs(matrix[i, j] * token[j]) for j in rows) + abs(bias[i]) for i in rows])


def sums_by_loops(x, indices, weights, parameters, shared):
    """The result in float64, pair by pair, and the size of what is summed."""
    values, factors = as_array(x), as_array(weights)
    total, size = np.zeros(values.shape), np.zeros(values.shape)
    for token, row in enumerate(indices.tolist()):
        for slot, expert in enumerate(row):
            said, terms = affine(parameters[expert], values[token])
            total[token] += factors[token, slot] * said
            size[token] += factors[token, slot] * terms
        for each in shared:
            said, terms = affine(each, values[token])
            total[token] += said
            size[token] += terms
    return total, size


def gradients_by_loops(x, indices, weights, parameters, shared, price):
    """The gradients in float64, pair by pair: each with the size of its terms."""
    values, factors, prices = as_array(x), as_array(weights), as_array(price)

    def zeros(like):
        return [np.zeros(tuple(like.shape)), np.zeros(tuple(like.shape))]

    found = {"x": zeros(x), "weights": zeros(weights)}
    found["parameters"], found["shared"] = ([tuple(map(zeros, each)) for each in some] for some in (parameters, shared))

    def pass_back(token, factor, pair, into):
        matrix = as_array(pair[0])
        for i, p in enumerate(prices[token]):
            for j, value in enumerate(values[token]):
                add(into[0], (i, j), factor * p * value)
                add(found["x"], (token, j), factor * p * matrix[i, j])
            add(into[1], i, factor * p)

    def add(target, where, value):
        target[0][where] += value
        target[1][where] += abs(value)

    for token, row in enumerate(indices.tolist()):
        for slot, expert in enumerate(row):
            said, terms = affine(parameters[expert], values[token])
            found["weights"][0][token, slot] = prices[token] @ said
            found["weights"][1][token, slot] = np.abs(prices[token]) @ terms
            pass_back(token, factors[token, slot], parameters[expert], found["parameters"][expert])
        for pair, into in zip(shared, found["shared"], strict=True):
            pass_back(token, 1.0, pair, into)
    return found


def assert_gradient(got, expected, eps, name):
    """Fail where a gradient is not the expected one; where that is 0, there need not be any."""
    wanted, size = expected
    if got is None:
        assert not wanted.any(), f"no gradient reaches {name}, expected {wanted.tolist()}"
        return
    found = as_array(got)
    assert found.shape == wanted.shape, f"the gradient of {name} has shape {found.shape}, expected {wanted.shape}"
    assert (np.abs(found - wanted) <= 64 * eps * size).all(), (
        f"the gradient of {name} is {found.tolist()}, expected {wanted.tolist()}"
    )


def assert_form(result, x):
    """Fail where the result has another form than x."""
    assert isinstance(result, torch.Tensor), f"a tensor is expected, got {result!r}"
    assert result.dtype == x.dtype, f"the result is {result.dtype}, expected {x.dtype}"
    assert tuple(result.shape) == tuple(x.shape), f"the result has shape {tuple(result.shape)}, x {tuple(x.shape)}"


def assert_sums(result, arguments):
    """Fail where a token has another result than the loops say, but for rounding.

    An answer may round each weight, each product and each sum to the dtype of x: k + 4 roundings, twice is allowed.
    """
    x, indices = arguments[:2]
    assert_form(result, x)
    expected, size = sums_by_loops(*arguments)
    got, bound = as_array(result), (indices.shape[1] + 4) * torch.finfo(x.dtype).eps * size
    wrong = ~(np.abs(got - expected) <= bound)
    if wrong.any():
        token = int(np.argwhere(wrong)[0][0])
        raise AssertionError(
            f"token {token}, sent to {indices[token].tolist()}, has the result {got[token].tolist()}, expected "
            f"{expected[token].tolist()}; {int(wrong.any(axis=1).sum())} of {len(got)} tokens are wrong"
        )


def assert_calls(seen, arguments):
    """Fail where an expert was not called once with just its tokens."""
    x, indices = arguments[:2]
    rows = x.tolist()
    for number, calls in enumerate(seen):
        mine = [rows[token] for token, chosen in enumerate(indices.tolist()) if number in chosen]
        if not mine:
            assert not calls, f"expert {number} has no tokens, and was called with {calls}"
            continue
        assert len(calls) == 1, f"expert {number} has {len(mine)} tokens, and was called {len(calls)} times"
        assert calls[0].dtype == x.dtype, f"expert {number} was called with {calls[0].dtype}, expected {x.dtype}"
        got = calls[0].tolist()
        assert calls[0].ndim == 2, f"expert {number} was called with a tensor of shape {tuple(calls[0].shape)}"
        assert sorted(got) == sorted(mine), f"expert {number} was called with {got}, its tokens are {mine}"


def describe(case):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    event(f"routing: {case.routing}")
    event(f"shared: {case.shared}")
    if len(set(case.arguments()[1].flatten().tolist())) < case.experts:
        event("an expert without tokens")
