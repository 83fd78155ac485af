"""Calls torch.utils.checkpoint.

caught_by: test_the_function_is_called_once_in_each_pass
"""

from torch.utils.checkpoint import checkpoint as of_torch


def checkpoint(function, *args, preserve_rng_state=True):
    return of_torch(function, *args, use_reentrant=False, preserve_rng_state=preserve_rng_state)
