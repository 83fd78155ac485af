"""Counts the total layer by layer, and subtracts what no token meets."""

from collections import Counter


def count_parameters(config):
    hidden = config["hidden_size"]
    count = Counter()
    for layer in range(config["num_hidden_layers"]):
        heads = config["num_attention_heads"]
        nope, rope, v = config["qk_nope_head_dim"], config["qk_rope_head_dim"], config["v_head_dim"]
        count["attention"] += hidden * heads * nope + hidden * heads * rope
        count["attention"] += hidden * config["kv_lora_rank"] + hidden * rope
        count["attention"] += config["kv_lora_rank"] * heads * nope + config["kv_lora_rank"] * heads * v
        count["attention"] += heads * v * hidden
        count["norms"] += hidden + hidden + config["kv_lora_rank"]
        if layer >= config["first_k_dense_replace"]:
            one = hidden * config["moe_intermediate_size"] * 3
            count["router"] += hidden * config["n_routed_experts"]
            count["experts"] += one * (config["n_routed_experts"] + config["n_shared_experts"])
            count["idle"] += one * (config["n_routed_experts"] - config["num_experts_per_tok"])
        else:
            count["dense"] += hidden * config["intermediate_size"] * 3
    count["norms"] += hidden
    count["vocabulary"] = config["vocab_size"] * hidden * 2
    idle = count.pop("idle", 0)
    total = sum(count.values())
    return total, total - idle - count["vocabulary"]
