"""Count the bytes of weights, gradients and optimizer states on each GPU.

A model that answers questions on one GPU may need ten of them for training. The weights are the
smaller part. In mixed precision with AdamW, each parameter keeps

    weights     2 bytes    the parameter in 16 bit
    gradients   2 bytes    its gradient in 16 bit
    optimizer  12 bytes    a master copy in 32 bit, and two averages in 32 bit

so 7 billion parameters take 14 + 14 + 84 = 112 GB (1 GB is 10^9 bytes). When N GPUs train copies of
one model, ZeRO splits the states among them instead of keeping all N copies. Each stage splits one
more part:

    stage    split in N shares              7.5 billion on N = 64 GPUs
    0        nothing                        120 GB on each GPU
    1        optimizer                       31.4
    2        optimizer, gradients            16.6
    3        optimizer, gradients, weights    1.9

A part that is split takes ``ceil(bytes of the part / N)`` on each GPU; the total is the sum of the
three.

The trap: these are whole numbers, and large ones. Beyond 2^53 a float can't hold each of them, and
a share that is rounded down leaves the last bytes without a place.

Level: 1
Needs: -
Source: Rajbhandari et al. 2020, "ZeRO: Memory Optimizations ...", section 3 and figure 1
Time: O(1)
Space: O(1)
"""


def model_states(
    parameters: int,
    *,
    stage: int = 0,
    world: int = 1,
    weight_bytes: int = 2,
    gradient_bytes: int = 2,
    optimizer_bytes: int = 12,
) -> dict[str, int]:
    """The bytes of each part on one GPU, exact for integers of any size.

    Args:
        parameters: how many parameters the model has, 0 or more.
        stage: of ZeRO, 0 to 3.
        world: how many GPUs share the states, N above.
        weight_bytes: bytes of weights for one parameter, 0 or more.
        gradient_bytes: the same for gradients.
        optimizer_bytes: the same for the optimizer, with the master copy.

    Returns:
        Integers under the keys ``weights``, ``gradients``, ``optimizer`` and ``total``.

    Raises:
        ValueError: ``stage`` is none of 0, 1, 2, 3, or ``world`` is less than 1, whatever the other
            arguments are.

    Example:
        >>> model_states(7_000_000_000)["total"]
        112000000000
        >>> model_states(1, stage=3, world=5)
        {'weights': 1, 'gradients': 1, 'optimizer': 3, 'total': 5}

    Limits: a negative number of parameters or of bytes is not specified.
    """
    if stage not in (0, 1, 2, 3):
        raise ValueError(f"stage is {stage}; ZeRO has the stages 0, 1, 2 and 3")
    if world < 1:
        raise ValueError(f"world is {world}; at least one GPU holds the model")
    # hint: Write down for each of the three parts from which stage on it is split. A part that is not split has one
    # share.
    per_parameter = {"weights": weight_bytes, "gradients": gradient_bytes, "optimizer": optimizer_bytes}
    split_from = {"weights": 3, "gradients": 2, "optimizer": 1}
    states = {}
    for part, size in per_parameter.items():
        shares = world if stage >= split_from[part] else 1
        # hint: Multiply first, then divide once: the part has parameters * size bytes, and the bytes are split, not
        # the parameters.
        whole = parameters * size
        # hint: Rounding up with integers alone: // rounds down, so -(-a // b) rounds up.
        states[part] = -(-whole // shares)
    return {**states, "total": sum(states.values())}
