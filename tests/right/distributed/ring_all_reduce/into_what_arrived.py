"""Adds into the received array, which is its own; there and back: scatters forward and gathers backward."""

import numpy as np


def ring_all_reduce(chunk, rank, world, send, receive):
    parts = dict(enumerate(np.array_split(chunk.astype(chunk.dtype, copy=True).ravel(), world)))
    right, left = (rank + 1) % world, (rank + world - 1) % world
    for step in range(1, world):
        send(right, parts[(rank - step) % world])
        got = receive(left)
        got += parts[(rank - step - 1) % world]
        parts[(rank - step - 1) % world] = got
    done = {rank: parts[rank]}
    for step in range(world - 1):
        send(left, done[(rank + step) % world])
        done[(rank + step + 1) % world] = receive(right)
    result = np.empty_like(parts[0], shape=chunk.size)
    start = 0
    for number in range(world):
        result[start : start + done[number].size] = done[number]
        start += done[number].size
    return result.reshape(chunk.shape)
