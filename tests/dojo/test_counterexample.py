"""Programs that a learner pastes: they run, reproduce, and show layouts and shared objects as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dojo.audit.programs import run
from dojo.catalogue import Catalogue
from dojo.grading.literal import literal, same
from tests.strategies.layouts import FOR_ARRAYS, FOR_TENSORS, laid_out

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("layout", FOR_ARRAYS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 2), (0, 2)])
def test_the_source_of_an_array_makes_one_of_the_same_layout(layout, shape):
    array = laid_out(np.arange(float(np.prod(shape))).reshape(shape), layout)
    made = eval(literal(array), {"np": np})  # noqa: S307
    assert same(made, array)
    assert made.strides == array.strides or array.size < 2
    assert made.flags.writeable == array.flags.writeable


@pytest.mark.parametrize("layout", FOR_TENSORS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 2), (0, 2)])
def test_the_source_of_a_tensor_makes_one_of_the_same_layout(layout, shape):
    torch = pytest.importorskip("torch")
    tensor = laid_out(torch.arange(float(np.prod(shape))).reshape(shape), layout)
    made = eval(literal(tensor), {"torch": torch})  # noqa: S307
    assert same(made, tensor)
    assert made.stride() == tensor.stride() or tensor.numel() < 2
    assert made.requires_grad == tensor.requires_grad


@pytest.mark.parametrize("values", [list(range(20)), [7] * 20, list(range(9, -9, -2)), [1, 2], [1.0] * 20])
def test_regular_lists_are_written_short_and_exactly(values):
    assert same(eval(literal(values)), values)  # noqa: S307


def test_a_program_that_fails_is_told_apart_from_one_that_runs():
    kata = Catalogue(ROOT).find("arrays/merge_sorted_array")
    solution = kata.solution.read_bytes()
    assert run(kata, solution, f"from {kata.module} import merge\nmerge([1], 1, [], 0)") is None
    assert isinstance(run(kata, solution, f"from {kata.module} import merge\nmerge([1], 2, [], 0)"), ValueError)
    assert isinstance(run(kata, b"", f"from {kata.module} import merge"), ImportError)
