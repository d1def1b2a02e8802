"""The product rule: moments of normal variables, and what the logarithms of its weights are."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.adaptive_quadrature import product_nodes


def test_moments_of_three_normal_effects():
    nodes = product_nodes(6, 3)
    weight = np.exp(nodes.log_weight - 0.5 * (nodes.t**2).sum(axis=0))
    a, b, c = nodes.t
    expected = {"1": 1.0, "a^2": 1.0, "a^4 b^2": 3.0, "a^2 b^2 c^2": 1.0, "a b": 0.0, "c^10": 945.0}
    values = {"1": 1.0 + 0 * a, "a^2": a**2, "a^4 b^2": a**4 * b**2, "a^2 b^2 c^2": (a * b * c) ** 2, "a b": a * b}
    values["c^10"] = c**10
    for name, value in values.items():
        assert_allclose(weight @ value, expected[name], rtol=1e-12, atol=1e-13, err_msg=name)


def test_many_nodes_keep_their_far_ones_and_no_weight_vanishes():
    nodes = product_nodes(200, 1)
    assert np.isfinite(nodes.log_weight).all()
    assert nodes.t.max() > 25.0
    assert len(product_nodes(40, 2).log_weight) < 1600
    assert_allclose(np.exp(nodes.log_weight - 0.5 * nodes.t[0] ** 2).sum(), 1.0, rtol=1e-12)
