"""Weights of clusters: mean 0, variance 1, the same again, every pattern of signs once."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.inference.wild.signs import VALUES, Signs


@pytest.mark.parametrize("kind", VALUES)
def test_weights_have_mean_0_and_variance_1(kind):
    values, p = VALUES[kind]
    p = np.full(len(values), 1 / len(values)) if p is None else np.array(p)
    assert_allclose([p.sum(), p @ values, p @ np.square(values)], [1.0, 0.0, 1.0], atol=1e-15)
    drawn = np.concatenate(list(Signs(kind, 30, 4000, 1).blocks()))
    assert drawn.shape == (4000, 30)
    shares = [(np.abs(drawn - value) < 1e-12).mean() for value in values]
    assert_allclose(shares, p, atol=5 * 0.5 / np.sqrt(drawn.size))


def test_the_same_draws_again_however_many_at_a_time(monkeypatch):
    signs = Signs("webb", 12, 500, 3)
    whole = np.concatenate(list(signs.blocks()))
    monkeypatch.setattr("stattools.inference.wild.signs.AT_A_TIME", 100)
    assert_allclose(np.concatenate(list(signs.blocks())), whole)
    assert not np.allclose(np.concatenate(list(Signs("webb", 12, 500, 4).blocks())), whole)


def test_every_pattern_but_those_of_opposite_signs_once(monkeypatch):
    monkeypatch.setattr("stattools.inference.wild.signs.AT_A_TIME", 21)
    signs = Signs("rademacher", 7, 128, 0)
    assert signs.is_exact
    assert not Signs("rademacher", 7, 127, 0).is_exact
    assert not Signs("webb", 2, 9999, 0).is_exact
    v = np.concatenate(list(signs.blocks()))
    assert len({tuple(row) for row in np.concatenate([v, -v])}) == 2**7
    assert (v[0] == 1.0).all()  # the sample


def test_the_sample_counts():
    assert Signs("rademacher", 3, 99, 0).p_value(1) == 0.25
    assert Signs("rademacher", 3, 99, 0, holds_sample=False).p_value(1) == 0.4
    assert Signs("webb", 3, 99, 0).p_value(4) == 0.05
