"""Problems of attention in which tiles are small beside everything else: for meters."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tests.strategies.attention import Case


@st.composite
def tiled_cases(draw, *, widths):
    """Blocks that divide the lengths, lengths far above the blocks and above the widths.

    Args:
        draw: given by Hypothesis.
        widths: the pairs (d, dv) to choose from.
    """
    block = st.sampled_from([16, 32])
    d, dv = draw(st.sampled_from(widths))
    case = Case(Hkv=draw(st.sampled_from([1, 2])), d=d, dv=dv, kind="normal", dtype="float32")
    case = replace(case, block_q=draw(block), block_k=draw(block), causal=draw(st.booleans()))
    q_tiles = draw(st.integers(2, 4))
    k_tiles = draw(st.integers(2, 6))
    return replace(
        case, Hq=case.Hkv * draw(st.sampled_from([1, 2])), Nq=q_tiles * case.block_q, Nk=k_tiles * case.block_k
    )
