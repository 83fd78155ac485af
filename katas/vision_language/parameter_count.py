"""Count the parameters of a decoder of experts, in all and for one token.

"16B-A3B" names a model by two sizes. The first one decides how much memory it takes. The second
one decides how much arithmetic a token costs: of 64 experts a token sees a few. Both follow from
the configuration alone, and whoever plans a training run counts them before the first weight is
made.

The decoder is that of Moonlight, in the style of DeepSeek-V3. With D = hidden_size, H =
num_attention_heads, E = n_routed_experts, and a matrix of a x b written [a, b]:

    once            embedding [vocab_size, D], last norm [D], head [D, vocab_size]; embedding and
                    head are two matrices

    each layer      two norms [D] each, one before the attention and one before the network
                    q    [D, H * (qk_nope_head_dim + qk_rope_head_dim)]
                    kv_a [D, kv_lora_rank + qk_rope_head_dim]    one rotary part for all heads
                    norm [kv_lora_rank]
                    kv_b [kv_lora_rank, H * (qk_nope_head_dim + v_head_dim)]
                    o    [H * v_head_dim, D]

    dense layers    the first first_k_dense_replace ones, all layers where there are fewer:
                    a network of width intermediate_size
    other layers    a router [D, E], E routed experts and n_shared_experts shared experts:
                    each expert a network of width moe_intermediate_size

    a network       of width m: gate [D, m], up [D, m], down [m, D]

Nothing has a bias. The router's correction bias is no parameter but a buffer, set by counting and
not by gradients.

``active`` counts what one token meets. Embedding and head are left out. Norms, attention and dense
networks count in full. In the layers with experts it is the whole router, all shared experts, and
num_experts_per_tok of the routed ones.

    D = 2, a dense layer, intermediate_size = 3    its network has 3 * 2 * 3 = 18
    D = 2, E = 4, 2 of them a token, 1 shared,     total    router 8 + 5 experts * 6 = 38
    moe_intermediate_size = 1                      active   router 8 + 3 experts * 6 = 26

The trap: one matrix that is forgotten in each layer is small beside 16 billion, and the answer
still looks right. Count matrix by matrix. Moonlight has 15,960,108,544 parameters in all, and
2,243,685,888 of them are active.

Level: 1
Needs: -
Source: DeepSeek-V2, arXiv:2405.04434, section 2.1; Moonlight-16B-A3B, config.json, arXiv:2502.16982
Time: O(1)
Space: O(1)
"""

from collections.abc import Mapping


def count_parameters(config: Mapping[str, int]) -> tuple[int, int]:
    """How many parameters the decoder has, and how many of them work for one token.

    Args:
        config: vocab_size, hidden_size, intermediate_size, moe_intermediate_size,
            num_hidden_layers, first_k_dense_replace, n_routed_experts, n_shared_experts,
            num_experts_per_tok, num_attention_heads, kv_lora_rank, qk_nope_head_dim,
            qk_rope_head_dim and v_head_dim. num_hidden_layers, first_k_dense_replace and
            n_shared_experts may be 0, the others are 1 or more; num_experts_per_tok is at most
            n_routed_experts. Other keys are ignored, whatever they hold. Unchanged.

    Returns:
        ``(total, active)``, exact integers of any size.

    Example:
        >>> sizes = {"vocab_size": 10, "hidden_size": 2}
        >>> networks = {"intermediate_size": 3, "moe_intermediate_size": 1}
        >>> layers = {"num_hidden_layers": 2, "first_k_dense_replace": 1}
        >>> experts = {"n_routed_experts": 4, "n_shared_experts": 1, "num_experts_per_tok": 2}
        >>> heads = {"num_attention_heads": 2, "kv_lora_rank": 1}
        >>> widths = {"qk_nope_head_dim": 1, "qk_rope_head_dim": 2, "v_head_dim": 3}
        >>> count_parameters({**sizes, **networks, **layers, **experts, **heads, **widths})
        (184, 132)

    Limits: missing keys are left open.
    """
    raise NotImplementedError
