"""Adds world - 1 before the division; the stages as sets of part names, built up one by one."""

ORDER = ["optimizer", "gradients", "weights"]


def model_states(parameters, *, stage=0, world=1, **sizes):
    if stage < 0 or stage > len(ORDER) or world <= 0:
        raise ValueError((stage, world))
    whole = {
        "weights": parameters * sizes.get("weight_bytes", 2),
        "gradients": parameters * sizes.get("gradient_bytes", 2),
        "optimizer": parameters * sizes.get("optimizer_bytes", 12),
    }
    for part in ORDER[:stage]:
        whole[part] = (whole[part] + world - 1) // world
    whole["total"] = sum(whole.values())
    return whole
