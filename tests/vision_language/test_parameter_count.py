"""Properties of vision_language/parameter_count."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed

KEYS = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "moe_intermediate_size",
    "num_hidden_layers",
    "first_k_dense_replace",
    "n_routed_experts",
    "n_shared_experts",
    "num_experts_per_tok",
    "num_attention_heads",
    "kv_lora_rank",
    "qk_nope_head_dim",
    "qk_rope_head_dim",
    "v_head_dim",
)


def config_of(*numbers: int) -> dict[str, int]:
    """A configuration from its numbers, in the order of the keys."""
    return dict(zip(KEYS, numbers, strict=True))


MOONLIGHT = config_of(163840, 2048, 11264, 1408, 27, 1, 64, 2, 6, 16, 512, 128, 64, 128)
PROMPT = config_of(10, 2, 3, 1, 2, 1, 4, 1, 2, 2, 1, 1, 2, 3)
PRIMES = config_of(101, 7, 13, 3, 6, 2, 11, 2, 5, 17, 19, 23, 29, 31)
OTHER_KEYS = {
    "q_lora_rank": 1536,
    "tie_word_embeddings": True,
    "n_group": 1,
    "topk_group": 1,
    "moe_layer_freq": 2,
    "num_key_value_heads": 4,
    "num_nextn_predict_layers": 1,
    "attention_bias": True,
    "head_dim": 192,
    "ep_size": 1,
    "model_type": "deepseek_v3",
    "rope_scaling": None,
    "routed_scaling_factor": 2.446,
}

widths = st.integers(1, 9) | st.sampled_from([64, 2048, 2**31 - 1, 2**53 + 1, 10**20 + 39])


@st.composite
def configs(draw):
    """Small models with different numbers everywhere, and now and then widths whose products are beyond floats."""
    layers, experts = draw(st.integers(0, 5)), draw(st.integers(1, 8))
    config = {key: draw(widths) for key in KEYS}
    config["num_hidden_layers"] = layers
    config["first_k_dense_replace"] = draw(st.integers(0, 6))
    config["n_routed_experts"] = experts
    config["n_shared_experts"] = draw(st.integers(0, 3))
    config["num_experts_per_tok"] = draw(st.integers(1, experts))
    return config


def test_moonlight_has_its_public_numbers(kata, solution):
    public = (15_960_108_544, 2_243_685_888)
    agreed(solution.count_parameters(dict(MOONLIGHT)), public, "Moonlight's count")
    assert_counts(kata.count_parameters(dict(MOONLIGHT)), public, MOONLIGHT)


@settings(max_examples=80)
@given(config=configs())
@example(config=PROMPT)
@example(config=PRIMES)
@example(config={**PRIMES, "num_hidden_layers": 0})
@example(config={**PRIMES, "first_k_dense_replace": 0, "n_shared_experts": 0})
@example(config={**PRIMES, "first_k_dense_replace": 6})
@example(config={**PRIMES, "first_k_dense_replace": 8, "num_hidden_layers": 3})
@example(config={**PRIMES, "num_experts_per_tok": 11})
@example(config={**PRIMES, "num_hidden_layers": 61, "first_k_dense_replace": 3})
@example(config={**PRIMES, "n_routed_experts": 257, "num_hidden_layers": 3})
@example(config={**PRIMES, "hidden_size": 2**53 + 1, "vocab_size": 2**31 - 1, "v_head_dim": 10**20 + 39})
def test_every_matrix_and_norm_is_counted_once(kata, solution, config):
    describe(config)
    expected = counted(config)
    agreed(solution.count_parameters(dict(config)), expected, "the count")
    assert_counts(kata.count_parameters(dict(config)), expected, config)


@settings(max_examples=40)
@given(config=configs())
@example(config=MOONLIGHT)
@example(config=PROMPT)
@example(config={**PRIMES, "first_k_dense_replace": 9})
def test_one_more_of_a_part_adds_just_that_part(kata, config):
    hidden, expert = config["hidden_size"], 3 * config["hidden_size"] * config["moe_intermediate_size"]
    layers = max(0, config["num_hidden_layers"] - config["first_k_dense_replace"])
    steps = {
        "vocab_size": (2 * hidden, 0),
        "n_routed_experts": (layers * (hidden + expert), layers * hidden),
        "n_shared_experts": (layers * expert, layers * expert),
    }
    if config["num_experts_per_tok"] < config["n_routed_experts"]:
        steps["num_experts_per_tok"] = (0, layers * expert)
    before = form_of(kata.count_parameters(dict(config)))
    for key, expected in steps.items():
        after = form_of(kata.count_parameters({**config, key: config[key] + 1}))
        added = (after[0] - before[0], after[1] - before[1])
        assert added == expected, f"one more in {key} adds {added}, expected {expected}; the model is {config}"


@settings(max_examples=40)
@given(config=configs(), others=st.sets(st.sampled_from(sorted(OTHER_KEYS))))
@example(config=MOONLIGHT, others=set(OTHER_KEYS))
@example(config=PRIMES, others=set(OTHER_KEYS))
@example(config=PROMPT, others=set())
def test_other_keys_are_ignored_and_nothing_is_changed(kata, config, others):
    given_config = {**{key: OTHER_KEYS[key] for key in sorted(others)}, **config}
    before = dict(given_config)
    assert_counts(kata.count_parameters(given_config), counted(config), before)
    assert given_config == before, f"the configuration was changed to {given_config}"


def matrices(config: dict[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor of the model, named and shaped as in a checkpoint of it."""
    hidden, heads = config["hidden_size"], config["num_attention_heads"]

    def network(where: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{where}.gate_proj", (width, hidden)
        yield f"{where}.up_proj", (width, hidden)
        yield f"{where}.down_proj", (hidden, width)

    yield "embed_tokens", (config["vocab_size"], hidden)
    for number in range(config["num_hidden_layers"]):
        layer = f"layers.{number}"
        yield f"{layer}.input_layernorm", (hidden,)
        yield f"{layer}.attn.q_proj", (heads * (config["qk_nope_head_dim"] + config["qk_rope_head_dim"]), hidden)
        yield f"{layer}.attn.kv_a_proj", (config["kv_lora_rank"] + config["qk_rope_head_dim"], hidden)
        yield f"{layer}.attn.kv_a_layernorm", (config["kv_lora_rank"],)
        key_and_value = config["qk_nope_head_dim"] + config["v_head_dim"]
        yield f"{layer}.attn.kv_b_proj", (heads * key_and_value, config["kv_lora_rank"])
        yield f"{layer}.attn.o_proj", (hidden, heads * config["v_head_dim"])
        yield f"{layer}.post_attention_layernorm", (hidden,)
        if number < config["first_k_dense_replace"]:
            yield from network(f"{layer}.mlp", config["intermediate_size"])
            continue
        yield f"{layer}.mlp.gate", (config["n_routed_experts"], hidden)
        for expert in range(config["n_routed_experts"]):
            yield from network(f"{layer}.mlp.experts.{expert}", config["moe_intermediate_size"])
        for expert in range(config["n_shared_experts"]):
            yield from network(f"{layer}.mlp.shared_experts.{expert}", config["moe_intermediate_size"])
    yield "norm", (hidden,)
    yield "lm_head", (config["vocab_size"], hidden)


def counted(config: dict[str, int]) -> tuple[int, int]:
    """Total and active, matrix by matrix: a token is sent to the first experts, whichever these are."""
    total = active = 0
    for name, shape in matrices(config):
        size = math.prod(shape)
        total += size
        _, is_expert, rest = name.partition(".mlp.experts.")
        if is_expert and int(rest.partition(".")[0]) >= config["num_experts_per_tok"]:
            continue
        if name not in ("embed_tokens", "lm_head"):
            active += size
    return total, active


def form_of(result):
    """The result, after its form has been checked."""
    assert type(result) is tuple, f"a tuple (total, active) is expected, got {result!r}"
    assert len(result) == 2, f"two numbers are expected, got {result!r}"
    assert all(type(each) is int for each in result), f"integers are expected, got {result!r}"
    return result


def assert_counts(result, expected, config):
    """Fail where one of the two numbers is not the expected one."""
    for name, got, wanted in zip(("total", "active"), form_of(result), expected, strict=True):
        assert got == wanted, f"{name} is {got:,}, expected {wanted:,} ({got - wanted:+,}); the model is {config}"


def describe(config):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    if config["first_k_dense_replace"] > config["num_hidden_layers"]:
        event("fewer layers than dense ones")
    elif config["first_k_dense_replace"] == config["num_hidden_layers"]:
        event("no layer with experts")
    if config["n_shared_experts"] == 0:
        event("no shared experts")
    if counted(config)[0] > 2**53:
        event("beyond floats")
