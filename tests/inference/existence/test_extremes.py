"""A column at its extreme throughout a category: the linear program agrees."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IdentificationError
from stattools.inference.existence.separation import check_extremes


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_the_linear_program_finds_it_too(sign, shift):
    g = np.random.default_rng(0)
    y = g.integers(0, 3, 200)
    x = sign * ((g.random(200) < 0.3) & (y != 1)) + shift
    model = st.softmax(y, np.column_stack([x, g.normal(size=200)]))
    assert st.separation(model) is not None
    with pytest.raises(IdentificationError, match="smallest" if sign > 0 else "largest"):
        check_extremes(model)


def test_overlap_passes():
    g = np.random.default_rng(0)
    check_extremes(st.softmax(g.integers(0, 3, 200), g.normal(size=(200, 2))))


def test_without_an_intercept_the_extreme_must_be_zero():
    y, x = [0, 0, 1, 1, 2, 2], np.array([1.0, 2.0, 1.0, 2.0, 1.0, 1.0])
    check_extremes(st.softmax(y, x, intercept=False))
    with pytest.raises(IdentificationError):
        check_extremes(st.softmax(y, x - 1.0, intercept=False))
