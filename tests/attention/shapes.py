"""Shapes of q, k and v: those that fit, and those of which each breaks one rule."""

from __future__ import annotations

ONE = (1, 1, 1, 1)
NO_QUERIES, NO_KEYS, NO_BATCH = (1, 1, 0, 1), (1, 1, 0, 1), (0, 1, 1, 1)
FITTING = [(ONE, ONE, ONE), (NO_QUERIES, ONE, ONE), (ONE, NO_KEYS, NO_KEYS), (NO_BATCH, NO_BATCH, NO_BATCH)]
MISFITS = {
    "B": [
        ((2, 1, 1, 1), ONE, ONE),
        (ONE, (2, 1, 1, 1), (2, 1, 1, 1)),
        (ONE, ONE, (2, 1, 1, 1)),
        (ONE, (2, 1, 1, 1), ONE),
        (NO_BATCH, ONE, ONE),
        ((2, 1, 0, 1), ONE, ONE),
        ((2, 1, 1, 1), NO_KEYS, NO_KEYS),
    ],
    "d": [
        ((1, 1, 1, 2), ONE, ONE),
        (ONE, (1, 1, 1, 2), ONE),
        ((1, 1, 1, 2), NO_KEYS, NO_KEYS),
        ((1, 1, 0, 2), ONE, ONE),
    ],
    "Nk": [
        (ONE, (1, 1, 2, 1), ONE),
        (ONE, ONE, (1, 1, 2, 1)),
        (ONE, NO_KEYS, ONE),
        (ONE, ONE, NO_KEYS),
        (NO_QUERIES, (1, 1, 2, 1), ONE),
    ],
    "Hkv": [
        ((1, 2, 1, 1), (1, 2, 1, 1), ONE),
        ((1, 2, 1, 1), ONE, (1, 2, 1, 1)),
        ((1, 2, 0, 1), (1, 2, 1, 1), ONE),
    ],
    "Hq": [
        (ONE, (1, 2, 1, 1), (1, 2, 1, 1)),
        ((1, 3, 1, 1), (1, 2, 1, 1), (1, 2, 1, 1)),
        ((1, 2, 1, 1), (1, 4, 1, 1), (1, 4, 1, 1)),
        ((1, 3, 0, 1), (1, 2, 1, 1), (1, 2, 1, 1)),
        ((1, 3, 1, 1), (1, 2, 0, 1), (1, 2, 0, 1)),
    ],
    "no key heads": [
        (ONE, (1, 0, 1, 1), (1, 0, 1, 1)),
        ((1, 0, 1, 1), (1, 0, 1, 1), (1, 0, 1, 1)),
        (NO_QUERIES, (1, 0, 0, 1), (1, 0, 0, 1)),
    ],
    "dimensions": [
        ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
        ((1, 1, 1), ONE, ONE),
        (ONE, (1, 1, 1), ONE),
        (ONE, ONE, (1, 1, 1)),
        ((1, 1, 1, 1, 1), ONE, ONE),
        (ONE, (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)),
        ((1, 1, 1, 1, 1), (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)),
        ((1,), (1,), (1,)),
    ],
}
