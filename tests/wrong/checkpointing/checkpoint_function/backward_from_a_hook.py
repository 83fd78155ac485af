"""Cuts the results off and goes back from a hook on them: a second pass over the graph before the arguments.

caught_by: test_results_gradients_and_random_numbers_are_those_of_a_plain_call
"""

import torch
from torch.autograd.graph import register_multi_grad_hook


def checkpoint(function, *args, preserve_rng_state=True):
    state = torch.get_rng_state()
    with torch.no_grad():
        got = function(*args)
    if not torch.is_grad_enabled():
        return got
    results = [each.detach() for each in (got if isinstance(got, tuple) else (got,))]
    wanted = [each.requires_grad_() for each in results if each.is_floating_point()]

    def back(slopes):
        with torch.random.fork_rng(), torch.enable_grad():
            torch.set_rng_state(state)
            again = function(*args)
        again = again if isinstance(again, tuple) else (again,)
        pairs = [(each, slope) for each, slope in zip(again, slopes) if each.requires_grad and slope is not None]
        torch.autograd.backward([each for each, _ in pairs], [slope for _, slope in pairs])

    register_multi_grad_hook(wanted, back)
    return tuple(results) if isinstance(got, tuple) else results[0]
