"""Plain Python over scalars for the choice; torch only gathers and divides."""

import torch


def route(logits, bias, *, groups, top_groups, top_k, scale):
    experts = logits.shape[1]
    if experts % groups or experts // groups < 2:
        raise ValueError(f"{groups} groups of {experts} experts")
    size = experts // groups
    if top_k > top_groups * size:
        raise ValueError(f"top_k {top_k}")
    scores = torch.sigmoid(logits.double())
    biases = bias.tolist()
    rows = []
    for row in scores.tolist():
        choice = [score + each for score, each in zip(row, biases)]
        members = [list(range(g * size, (g + 1) * size)) for g in range(groups)]
        for each in members:
            each.sort(key=lambda expert: choice[expert], reverse=True)
        members.sort(key=lambda each: choice[each[0]] + choice[each[1]], reverse=True)
        candidates = [expert for each in members[:top_groups] for expert in each]
        rows.append(sorted(sorted(candidates, key=lambda expert: choice[expert])[-top_k:]))
    indices = torch.tensor(rows, dtype=torch.int64).reshape(len(rows), top_k)
    chosen = scores.gather(1, indices)
    return indices, scale * chosen / (chosen.sum(dim=1, keepdim=True) + 1e-20)
