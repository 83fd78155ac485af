"""Properties of packing/unpad_input."""

from __future__ import annotations

from itertools import pairwise

import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.packing.probes import unpad_input as probes
from tests.refusals import refuses
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.strategies.sizes import sizes

NAN = float("nan")
MASKS = ("bool", "int64", "int32", "uint8", "float32", "float16", "bfloat16")


def batch(mask, trailing=(), dtype="float32", *, masked_by="bool", garbage=NAN):
    """x, whose tokens are 1, 2, 3, ... and whose padding is garbage, and its mask, from rows of 0 and 1."""
    there = torch.tensor(mask, dtype=torch.bool).view(len(mask), len(mask[0]) if mask else 0)
    count = torch.Size(trailing).numel()
    numbers = torch.arange(there.numel() * count).view(*there.shape, *trailing) % 250 + 1
    kind = getattr(torch, dtype)
    x = numbers.to(kind) if kind != torch.bool else numbers % 3 > 0
    x[~there] = garbage if x.is_floating_point() else kind != torch.bool and 99
    return x, there.to(getattr(torch, masked_by))


@st.composite
def masks(draw):
    """Rows of 0 and 1: padded right, left, with holes, empty, full; few and short, and now and then long."""
    rows = draw(st.sampled_from([1, 2, 3, 0, 5]))
    columns = draw(sizes(small=5, largest=300 if rows < 3 else 20))
    made = []
    for _ in range(rows):
        kind = draw(st.sampled_from(["right", "left", "holes", "empty", "full"]))
        length = {"empty": 0, "full": columns}.get(kind, draw(st.integers(0, columns)))
        row = [1] * length + [0] * (columns - length)
        if kind == "left":
            row.reverse()
        elif kind == "holes":
            row = [int(i % draw(st.sampled_from([2, 3])) == 0) for i in range(min(columns, 6))]
            row += [1] * (columns - len(row))
        made.append(row)
    event("a row without a token" if [0] * columns in made else "tokens in every row")
    return made


DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "bool")


@st.composite
def batches(draw, dtypes=DTYPES):
    """A batch and its mask."""
    x, mask = batch(
        draw(masks()),
        draw(st.sampled_from([(), (2,), (2, 3), (1,), (0,)])),
        draw(st.sampled_from(dtypes)),
        masked_by=draw(st.sampled_from(MASKS)),
        garbage=draw(st.sampled_from([NAN, 99, float("-inf")])),
    )
    return laid_out(x, draw(tensor_layouts())), laid_out(mask, draw(tensor_layouts(differentiable=False)))


def laid(x_and_mask, *layouts):
    """The same batch and mask in other memory layouts."""
    return tuple(laid_out(each, layout) for each, layout in zip(x_and_mask, layouts, strict=True))


def written_out(x, mask):
    """What unpad returns, token by token."""
    indices, cu_seqlens = [], [0]
    columns = mask.shape[1]
    for b, row in enumerate(mask.tolist()):
        indices += [b * columns + n for n, there in enumerate(row) if there]
        cu_seqlens.append(len(indices))
    tokens = [x[index // columns, index % columns] for index in indices]
    lengths = [end - start for start, end in pairwise(cu_seqlens)]
    return (
        torch.stack(tokens) if tokens else x.new_zeros(0, *x.shape[2:]),
        torch.tensor(indices, dtype=torch.int64),
        torch.tensor(cu_seqlens, dtype=torch.int32),
        max(lengths, default=0),
    )


def assert_tensor(got, expected, what, device):
    """Fail where a tensor is not the expected one, to the dtype and the last bit."""
    assert isinstance(got, torch.Tensor), f"{what} is a {type(got).__name__}, expected a tensor"
    assert got.dtype == expected.dtype, f"{what} has dtype {got.dtype}, expected {expected.dtype}"
    assert got.shape == expected.shape, f"{what} has shape {tuple(got.shape)}, expected {tuple(expected.shape)}"
    assert got.device.type == device, f"{what} is on {got.device}, expected {device}"
    got, expected = got.detach().cpu(), expected.detach().cpu()
    assert torch.equal(got, expected), f"{what} is {got.tolist()}, expected {expected.tolist()}"


def check_unpad(got, expected, device):
    assert type(got) is tuple and len(got) == 4, f"unpad returned {got}, expected four results"  # noqa: PT018
    for name, one, other in zip(("tokens", "indices", "cu_seqlens"), got, expected, strict=False):
        assert_tensor(one, other, name, device)
    assert type(got[3]) is int, f"longest is {got[3]!r}, a {type(got[3]).__name__}; expected an int"
    assert got[3] == expected[3], f"longest is {got[3]}, expected {expected[3]}"


@settings(max_examples=50)
@given(x_and_mask=batches())
@example(x_and_mask=batch([[1, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]]))
@example(x_and_mask=batch([[1, 1, 0], [0, 0, 0], [0, 1, 1]], dtype="int64", masked_by="int64"))
@example(x_and_mask=batch([[1, 1, 1]]))
@example(x_and_mask=batch([[0, 0]]))
@example(x_and_mask=batch([[0], [0]], (2,)))
@example(x_and_mask=batch([]))
@example(x_and_mask=batch([[], []]))
@example(x_and_mask=batch([[1, 0, 1]], (2, 3)))
@example(x_and_mask=batch([[0, 1], [1, 1]], (0,)))
@example(x_and_mask=batch([[0, 1, 1], [1, 1, 1]], (2,), masked_by="float32"))
@example(x_and_mask=batch([[1] * 300], masked_by="bfloat16"))
@example(x_and_mask=batch([[1] * 257, [0] * 256 + [1]], masked_by="uint8"))
@example(x_and_mask=batch([[1] * 299 + [0]] * 8, masked_by="float16"))
@example(x_and_mask=batch([[1, 0], [1, 1]], dtype="bool", masked_by="int32"))
@example(x_and_mask=laid(batch([[1, 0, 1], [1, 1, 0]]), "transposed", "plain"))
@example(x_and_mask=laid(batch([[1, 0, 1], [1, 1, 0]], (2,)), "transposed", "transposed"))
@example(x_and_mask=laid(batch([[1, 0, 1], [1, 1, 0]]), "sliced", "sliced"))
@example(x_and_mask=laid(batch([[1, 0, 1], [1, 1, 0]], (2,)), "differentiable", "sliced"))
def test_tokens_and_places_are_those_of_the_mask(kata, solution, device, x_and_mask):
    x, mask = (each.to(device) for each in x_and_mask)
    before = x.detach().clone(), mask.clone()
    expected = written_out(x, mask)
    with trusted_parts():
        check_unpad(solution.unpad(x, mask), expected, device)
    got = kata.unpad(x, mask)
    assert torch.equal(mask, before[1]), f"the mask was changed to {mask}"
    assert torch.equal(x.detach().nan_to_num(-1), before[0].nan_to_num(-1)), f"x was changed to {x}"
    check_unpad(got, expected, device)


@st.composite
def scattered(draw):
    """Tokens, an index for each in any order, and the sizes of the batch."""
    rows, columns = draw(st.sampled_from([1, 2, 3, 0])), draw(sizes(small=4, largest=70))
    places = draw(st.permutations(range(rows * columns))) if rows * columns <= 12 else range(rows * columns - 1, -1, -1)
    count = draw(st.integers(0, rows * columns))
    trailing = draw(st.sampled_from([(), (2,), (2, 3), (0,)]))
    dtype = getattr(torch, draw(st.sampled_from(DTYPES)))
    tokens = (torch.arange(count * torch.Size(trailing).numel()).view(count, *trailing) % 99 + 1).to(dtype)
    return laid_out(tokens, draw(tensor_layouts())), torch.tensor(places[:count], dtype=torch.int64), rows, columns


@settings(max_examples=50)
@given(case=scattered())
@example(case=(torch.tensor([5, 6, 7, 8]), torch.tensor([0, 1, 7, 8]), 3, 3))
@example(case=(torch.tensor([1.0, 2.0]), torch.tensor([3, 0]), 2, 2))
@example(case=(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0, 1]), 1, 2))
@example(case=(torch.tensor([1.0, 2.0]), torch.tensor([0, 1]), 2, 1))
@example(case=(torch.ones(0, 3), torch.ones(0, dtype=torch.int64), 2, 2))
@example(case=(torch.ones(0), torch.ones(0, dtype=torch.int64), 0, 3))
@example(case=(torch.ones(0), torch.ones(0, dtype=torch.int64), 3, 0))
@example(case=(torch.tensor([True, True]), torch.tensor([2, 1]), 1, 3))
@example(case=(torch.tensor([1.5], dtype=torch.float16), torch.tensor([2]), 1, 3))
@example(case=(torch.tensor([float("inf"), 1.0]), torch.tensor([2, 0]), 1, 3))
def test_every_token_goes_to_its_index_and_the_rest_is_0(kata, solution, device, case):
    tokens, indices, rows, columns = case
    expected = torch.zeros(rows, columns, *tokens.shape[1:], dtype=tokens.dtype)
    for token, index in zip(tokens.detach(), indices.tolist(), strict=True):
        expected[index // columns, index % columns] = token
    tokens, indices = tokens.to(device), indices.to(device)
    with trusted_parts():
        assert_tensor(solution.pad(tokens, indices, rows, columns), expected, "the padded batch", device)
    before = tokens.detach().clone()
    got = kata.pad(tokens, indices, rows, columns)
    assert torch.equal(tokens.detach(), before), f"the tokens were changed to {tokens}"
    assert_tensor(got, expected, "the padded batch", device)


@settings(max_examples=40)
@given(lengths=st.lists(st.integers(0, 4) | sizes(largest=70), max_size=6), wide=st.booleans())
@example(lengths=[2, 0, 3], wide=False)
@example(lengths=[], wide=False)
@example(lengths=[0], wide=False)
@example(lengths=[0, 0, 1, 0], wide=True)
@example(lengths=[3], wide=True)
@example(lengths=[1, 1, 1], wide=False)
@example(lengths=[300, 2], wide=False)
def test_positions_begin_at_0_in_every_sequence(kata, solution, device, lengths, wide):
    expected = torch.tensor([place for length in lengths for place in range(length)], dtype=torch.int64)
    borders = [sum(lengths[:count]) for count in range(len(lengths) + 1)]
    cu_seqlens = torch.tensor(borders, dtype=torch.int64 if wide else torch.int32, device=device)
    with trusted_parts():
        assert_tensor(solution.positions(cu_seqlens), expected, "positions", device)
    got = kata.positions(cu_seqlens)
    assert cu_seqlens.tolist() == borders, f"cu_seqlens was changed to {cu_seqlens}"
    assert_tensor(got, expected, "positions", device)


@settings(max_examples=30)
@given(x_and_mask=batches(dtypes=("float32", "float64")))
@example(x_and_mask=batch([[1, 0, 1], [0, 0, 0], [0, 1, 1]], (2,)))
@example(x_and_mask=batch([[1, 0, 1], [0, 0, 0], [0, 1, 1]], garbage=99))
@example(x_and_mask=batch([[1, 1], [1, 1]]))
@example(x_and_mask=batch([[0, 0]], (2,)))
def test_gradients_go_where_the_tokens_are_and_padding_gets_0(kata, solution, device, x_and_mask):
    x, mask = (each.to(device) for each in x_and_mask)
    tokens, indices, cu_seqlens, _ = written_out(x, mask)
    slopes = torch.arange(1, 1 + tokens.numel(), dtype=x.dtype, device=device).view(tokens.shape)
    expected = torch.zeros(x.shape, dtype=x.dtype)
    for slope, index in zip(slopes, indices.tolist(), strict=True):
        expected[index // x.shape[1], index % x.shape[1]] = slope
    of_batch = torch.arange(1, 1 + x.numel(), dtype=x.dtype, device=device).view(x.shape)
    expected_of_pad = written_out(of_batch, mask)[0]
    back = torch.where(mask.bool().view(*mask.shape, *[1] * (x.ndim - 2)), x.detach(), 0)
    places = [place for length in cu_seqlens.diff().tolist() for place in range(length)]

    def check(kata):
        of_x = kata.run(probes.gradient_of_unpad, x, mask, slopes)
        of_x = torch.zeros_like(x) if of_x is None else of_x
        assert_tensor(of_x, expected, "the gradient of x", device)
        of_tokens = kata.run(probes.gradient_of_pad, tokens, indices.to(device), of_batch)
        of_tokens = torch.zeros_like(tokens) if of_tokens is None else of_tokens
        assert_tensor(of_tokens, expected_of_pad, "the gradient of the tokens", device)
        padded, positions = kata.run(probes.there_and_back, x, mask)
        assert_tensor(padded, back, "the batch without padding, padded again,", device)
        assert_tensor(positions, torch.tensor(places, dtype=torch.int64), "positions of its tokens", device)

    with trusted_parts():
        check(solution)
    check(kata)


def test_shapes_that_do_not_fit_are_refused(kata):
    for x, mask in (
        ((2, 3), (2, 2)),
        ((2, 3), (3, 3)),
        ((2, 3), (3, 2)),
        ((2, 3), (6,)),
        ((2, 3), (2,)),
        ((2, 3), (2, 3, 1)),
        ((2, 3, 4), (2, 3, 4)),
        ((2, 3, 4), (2, 4)),
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((3,), (3,)),
        ((6,), (2, 3)),
        ((), ()),
        ((0, 3), (0, 2)),
        ((2, 0), (2, 1)),
    ):
        refuses(kata.unpad, torch.ones(x), torch.ones(mask, dtype=torch.bool))
    for tokens, indices in (((2,), (3,)), ((3,), (2,)), ((2, 2), (2, 2)), ((4,), (2, 2)), ((1,), ()), ((0,), (1,))):
        count = torch.Size(indices).numel()
        refuses(kata.pad, torch.ones(tokens), torch.arange(count).view(indices), 2, 3)
    for shape in ((0,), (1, 2), (2, 1), ()):
        refuses(kata.positions, torch.zeros(shape, dtype=torch.int32))
