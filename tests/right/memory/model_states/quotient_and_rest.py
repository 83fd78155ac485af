"""Quotient and rest by divmod, total first in the dict, and a match statement for the stages."""


def model_states(
    parameters: int,
    *,
    stage: int = 0,
    world: int = 1,
    weight_bytes: int = 2,
    gradient_bytes: int = 2,
    optimizer_bytes: int = 12,
) -> dict[str, int]:
    match stage:
        case 0:
            shares = (1, 1, 1)
        case 1:
            shares = (1, 1, world)
        case 2:
            shares = (1, world, world)
        case 3:
            shares = (world, world, world)
        case _:
            raise ValueError(f"stage {stage}")
    if world < 1:
        raise ValueError(f"world {world}")
    sizes = []
    for size, share in zip((weight_bytes, gradient_bytes, optimizer_bytes), shares):
        quotient, rest = divmod(size * parameters, share)
        sizes.append(quotient + bool(rest))
    return {"total": sum(sizes), "optimizer": sizes[2], "gradients": sizes[1], "weights": sizes[0]}
