"""One token at a time, the finite minimum as mask, and weights by a one-hot product."""

import torch


def route(logits, bias, *, groups, top_groups, top_k, scale):
    tokens, experts = logits.shape
    size, rest = divmod(experts, groups)
    if rest or size < 2:
        raise ValueError(f"{experts} experts in {groups} groups")
    if top_k > top_groups * size:
        raise ValueError(f"top_k={top_k}")
    wide = torch.float64 if torch.float64 in (logits.dtype, bias.dtype) else torch.float32
    all_indices = [torch.empty(0, top_k, dtype=torch.long)]
    all_weights = [torch.empty(0, top_k, dtype=wide)]
    for token in range(tokens):
        score = 1 / (1 + torch.exp(-logits[token].to(wide)))
        choice = score.detach() + bias.detach().to(wide)
        rank = torch.stack([part.topk(2).values.sum() for part in choice.split(size)])
        mask = torch.full_like(choice, torch.finfo(wide).min)
        for group in rank.topk(top_groups).indices.tolist():
            mask[group * size : (group + 1) * size] = choice[group * size : (group + 1) * size]
        indices = mask.topk(top_k).indices.flip(0)
        picked = torch.nn.functional.one_hot(indices, experts).to(wide) @ score
        all_indices.append(indices[None])
        all_weights.append((picked / (picked.sum() + 1e-20) * scale)[None])
    return torch.cat(all_indices), torch.cat(all_weights)
