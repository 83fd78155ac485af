"""Everything over the denominator t, then quotient and rest."""

KEPT = {"none": True, "selective": False}


def activation_bytes(
    *, seq, batch, hidden, heads, layers, tensor_parallel=1, sequence_parallel=False, recompute="none"
):
    arguments = dict(locals())
    for name in ("seq", "batch", "hidden", "heads", "layers", "tensor_parallel"):
        if not arguments[name] > 0:
            raise ValueError(name + " must be positive")
    tokens = seq * batch
    if recompute == "full":
        return 2 * tokens * hidden * layers
    if recompute not in KEPT:
        raise ValueError(recompute)
    numerator = (34 if sequence_parallel else 10 * tensor_parallel + 24) * hidden
    numerator += 5 * heads * seq * KEPT[recompute]
    quotient, rest = divmod(numerator * tokens * layers, tensor_parallel)
    return quotient + 1 if rest else quotient
