"""Lists every matrix of every layer and expert, and sums the list twice."""

from math import prod


def count_parameters(config):
    c = dict(config)
    D, H, R = c["hidden_size"], c["num_attention_heads"], c["kv_lora_rank"]
    shapes = []  # (shape, meets a token)

    def mlp(width, used):
        shapes.extend([((D, width), used), ((D, width), used), ((width, D), used)])

    shapes.append(((c["vocab_size"], D), False))
    shapes.append(((c["vocab_size"], D), False))
    shapes.append(((D,), True))
    for layer in range(c["num_hidden_layers"]):
        shapes.append(((D, H, c["qk_nope_head_dim"] + c["qk_rope_head_dim"]), True))
        shapes.append(((D, R + c["qk_rope_head_dim"]), True))
        shapes.append(((R,), True))
        shapes.append(((R, H, c["qk_nope_head_dim"] + c["v_head_dim"]), True))
        shapes.append(((H, c["v_head_dim"], D), True))
        shapes.append(((2, D), True))
        if layer < c["first_k_dense_replace"]:
            mlp(c["intermediate_size"], True)
        else:
            shapes.append(((D, c["n_routed_experts"]), True))
            for expert in range(c["n_routed_experts"]):
                mlp(c["moe_intermediate_size"], expert < c["num_experts_per_tok"])
            for _ in range(c["n_shared_experts"]):
                mlp(c["moe_intermediate_size"], True)
    return sum(prod(s) for s, _ in shapes), sum(prod(s) for s, used in shapes if used)
