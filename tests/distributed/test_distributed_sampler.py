"""Properties of distributed/distributed_sampler."""

from __future__ import annotations

import random

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed, trusted_parts
from tests.refusals import refuses
from tests.strategies.sizes import sizes


def options():
    """The keyword argument drop_last: left out, or either value."""
    return st.sampled_from(({}, {"drop_last": True}, {"drop_last": False}))


def permuted(n, seed):
    """A permutation of n samples: None for no argument, the identity for 0, else shuffled."""
    if seed is None:
        return {}
    order = list(range(n))
    if seed:
        random.Random(seed).shuffle(order)
    return {"permutation": order}


def dealt(n, world, *, drop_last=False, permutation=None):
    """The hand of each rank: a pile of cards is made as it is said, and dealt one by one."""
    cards = list(range(n)) if permutation is None else list(permutation)
    pile = list(cards)
    while len(pile) % world and not drop_last:
        pile.append(cards[(len(pile) - n) % n])
    while len(pile) % world:
        pile.pop()
    hands = [[] for _ in range(world)]
    for position, card in enumerate(pile):
        hands[position % world].append(card)
    return hands


WORLDS = st.integers(1, 9) | st.sampled_from((16, 31, 64))
SEEDS = st.none() | st.integers(0, 99)


@given(n=sizes(), world=WORLDS, option=options(), seed=SEEDS)
@example(n=5, world=3, option={}, seed=None)
@example(n=5, world=3, option={"drop_last": True}, seed=None)
@example(n=2, world=5, option={}, seed=None)
@example(n=2, world=5, option={"drop_last": True}, seed=None)
@example(n=5, world=3, option={}, seed=3)
@example(n=5, world=3, option={"drop_last": True}, seed=3)
@example(n=6, world=3, option={"drop_last": True}, seed=3)
@example(n=6, world=3, option={"drop_last": False}, seed=0)
@example(n=0, world=3, option={}, seed=None)
@example(n=0, world=1, option={"drop_last": True}, seed=1)
@example(n=4, world=1, option={}, seed=2)
@example(n=1, world=9, option={}, seed=1)
@example(n=2, world=9, option={}, seed=2)
@example(n=3, world=16, option={}, seed=2)
@example(n=65, world=64, option={}, seed=5)
@example(n=300, world=7, option={}, seed=5)
def test_every_rank_gets_the_cards_that_are_dealt_to_it(kata, solution, n, world, option, seed):
    event("fewer samples than half the ranks" if 0 < n < world / 2 else "even" if n % world == 0 else "uneven")
    order = permuted(n, seed)
    # Once more without a permutation: nothing of it may be left.
    for keywords in ({**option, **order}, option):
        for rank, hand in enumerate(dealt(n, world, **keywords)):
            expected = agreed(solution.indices(n, world, rank, **keywords), hand)
            got = kata.indices(n, world, rank, **keywords)
            assert got == expected, f"rank {rank} of {world} gets {got}, expected {expected}"
            assert type(got) is list, f"a list is expected, got {got!r}"
            assert {type(each) for each in got} <= {int}, f"integers are expected, got {got}"
    assert order == permuted(n, seed), f"permutation was {permuted(n, seed)} and is now {order}"


@settings(max_examples=60)
@given(n=sizes(), world=WORLDS, drop_last=st.booleans(), seed=SEEDS)
@example(n=5, world=3, drop_last=False, seed=3)
@example(n=5, world=3, drop_last=True, seed=3)
@example(n=2, world=9, drop_last=False, seed=None)
def test_like_the_sampler_of_torch(kata, n, world, drop_last, seed):
    data = pytest.importorskip("torch.utils.data")
    shuffled = {"shuffle": seed is not None, "seed": seed or 0}
    order = list(data.DistributedSampler(range(n), num_replicas=1, rank=0, **shuffled))
    permutation = None if seed is None else order
    for rank in {0, world // 2, world - 1}:
        sampler = data.DistributedSampler(range(n), num_replicas=world, rank=rank, drop_last=drop_last, **shuffled)
        expected = list(sampler)
        with trusted_parts():
            assert expected == dealt(n, world, drop_last=drop_last, permutation=permutation)[rank]
        got = kata.indices(n, world, rank, drop_last=drop_last, permutation=permutation)
        assert got == expected, f"rank {rank} of {world} gets {got}, torch gives it {expected}"


@settings(max_examples=60)
@given(n=sizes(), world=st.integers(1, 9), drop_last=st.booleans(), seed=SEEDS, kind=st.sampled_from((list, tuple)))
@example(n=5, world=3, drop_last=False, seed=3, kind=tuple)
@example(n=7, world=3, drop_last=True, seed=3, kind=list)
@example(n=1, world=4, drop_last=False, seed=0, kind=list)
def test_all_ranks_together_get_all_samples(kata, n, world, drop_last, seed, kind):
    permutation = {key: kind(order) for key, order in permuted(n, seed).items()}
    hands = [kata.indices(n, world, rank, drop_last=drop_last, **permutation) for rank in range(world)]
    assert len({len(hand) for hand in hands}) == 1, f"ranks get different numbers of samples: {hands}"
    counts = [sum(hand.count(sample) for hand in hands) for sample in range(n)]
    if drop_last:
        assert max(counts, default=0) <= 1, f"a sample is dealt twice: {hands}"
        assert n - sum(counts) < world, f"{n - sum(counts)} samples are left out: {hands}"
    else:
        assert not n or max(counts) - min(counts) <= 1, f"samples are dealt {counts} times: {hands}"
        assert min(counts, default=1) >= 1, f"a sample is left out: {hands}"
        assert sum(counts) - n < world, f"{sum(counts) - n} samples are added: {hands}"


@pytest.mark.parametrize("option", [{}, {"drop_last": True}], ids=["default", "drop_last"])
def test_what_does_not_fit_is_refused(kata, option):
    for n, world, rank in (
        (-1, 1, 0),
        (-7, 3, 2),
        (4, 0, 0),
        (4, -1, 0),
        (4, -2, -1),
        (0, 0, 0),
        (4, 2, 2),
        (4, 1, 1),
        (0, 3, 3),
        (4, 2, -1),
        (4, 3, -3),
        (4, 3, 10**18),
    ):
        refuses(kata.indices, n, world, rank, **option)
        refuses(kata.indices, n, world, rank, permutation=list(range(n)), **option)
    for n, permutation in (
        (3, []),
        (3, [0, 1]),
        (3, [0, 1, 2, 3]),
        (3, [0, 1, 2, 2]),
        (3, [0, 1, 1]),
        (3, [1, 2, 3]),
        (3, [0, 1, 3]),
        (3, [-1, 0, 1]),
        (3, [0, 1, -1]),
        (3, [0, 0, 3]),
        (3, [0, 0, 2]),
        (3, [0, 2, 2]),
        (3, [-1, 0, 2]),
        (3, [-1, 1, 3]),
        (3, (2, 2, 2)),
        (0, [0]),
        (1, [1]),
        (20, [*range(19), 18]),
    ):
        for world in (1, 2, 5):
            refuses(kata.indices, n, world, 0, permutation=permutation, **option)
            refuses(kata.indices, n, world, world - 1, permutation=permutation, **option)
