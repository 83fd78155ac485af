"""One nested function of the number of experts, evaluated for all of them and for those of a token."""


def count_parameters(config):
    (V, D, I, M, L, K, E, S, k, H, r, n, p, v) = (
        config[key]
        for key in (
            "vocab_size hidden_size intermediate_size moe_intermediate_size num_hidden_layers first_k_dense_replace "
            "n_routed_experts n_shared_experts num_experts_per_tok num_attention_heads kv_lora_rank qk_nope_head_dim "
            "qk_rope_head_dim v_head_dim"
        ).split()
    )
    K = K if K < L else L

    def body(experts):
        attention = D * (H * (n + p + v) + r + p + 2) + r * (1 + H * (n + v))
        return D + L * attention + K * 3 * D * I + (L - K) * D * (E + 3 * M * (S + experts))

    return body(E) + 2 * V * D, body(k)
