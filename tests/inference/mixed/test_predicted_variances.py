import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.mixed.predictions import GROUPS
from stattools.inference.mixed.views import PredictedRows, degrees_of
from stattools.latent.deviance import variance_directions
from tests.inference.mixed.balanced import BETWEEN, OF_GROUPS, SHRINK, WITHIN, J, N, fitted
from tests.latent.test_effects import dense_effects


@pytest.fixture(scope="module")
def found():
    return fitted().found


def of(found, groups):
    terms = () if groups == "population" else found.model.random
    return PredictedRows.of(found, found.model.X, terms, groups)


def test_variances_of_a_balanced_layout_are_algebra(found):
    mean = BETWEEN / (J * N)
    exact = {
        "population": mean,
        "new": mean + OF_GROUPS,
        "known": OF_GROUPS * (1.0 - SHRINK) + (1.0 - SHRINK) ** 2 * mean,
    }
    assert set(GROUPS) == {*exact, "typical"}  # typical groups are the average one
    for groups, variance in exact.items():
        assert_allclose(found.s2 * of(found, groups).variances(found.profile), variance, rtol=1e-8)


def test_degrees_of_freedom_are_satterthwaites(found):
    """The variance of the mean is one mean square; that of a new observation is a sum of two."""
    curvatures = variance_directions(found.profile, found.coordinates.columns)
    for groups, extra, squares in (
        ("population", 0.0, (1.0 / (J * N), 0.0)),
        ("new", 0.0, (1.0 / (J * N) + 1.0 / N, -1.0 / N)),
        ("new", WITHIN, (1.0 / (J * N) + 1.0 / N, 1.0 - 1.0 / N)),
    ):
        rows = of(found, groups)
        variance = found.s2 * rows.variances(found.profile) + extra
        one, two = squares[0] * BETWEEN, squares[1] * WITHIN
        exact = (one + two) ** 2 / (one**2 / (J - 1) + two**2 / (J * (N - 1)))
        assert_allclose(degrees_of(found, curvatures, rows, variance), exact, rtol=1e-6)  # slopes by differences


@pytest.mark.parametrize("formula", ["y ~ x + (1 | a/b)", "y ~ x + (x | a) + (1 | c)"])
def test_known_groups_are_those_of_dense_matrices(formula):
    r = np.random.default_rng(8)
    a, b, c = r.integers(0, 6, 90), r.integers(0, 3, 90), r.integers(0, 5, 90)
    x = r.normal(size=90)
    y = x + r.normal(size=6)[a] * (1.0 + x) + r.normal(size=(6, 3))[a, b] + r.normal(size=5)[c] + r.normal(size=90)
    found = st.fit(st.linear_mixed(formula, {"y": y, "x": x, "a": a, "b": b, "c": c})).found
    at, columns = found.profile, found.coordinates.columns
    _, K, D, starts = dense_effects(found.coordinates, at.factors, at)
    variances = []
    for i in range(90):
        z = np.zeros(len(K))
        for start, own, codes in zip(starts, columns.z, columns.codes, strict=True):
            z[start + codes[i] * len(own) + np.arange(len(own))] = own[:, i]
        away = columns.W[:-1, i] - z @ D
        variances.append(z @ K @ z + away @ at.inverse_gram @ away)
    assert_allclose(of(found, "known").variances(at), variances, rtol=1e-8)


@pytest.mark.parametrize("unit", [1e-100, 1e100])
def test_degrees_of_freedom_are_the_same_in_extreme_units(unit):
    """Squares of variances left float64, and NumPy warned."""
    g = np.random.default_rng(2)
    table = {"x": g.normal(size=30), "h": np.arange(30) % 6}
    y = g.normal(size=30) + g.normal(size=6)[table["h"]]
    near, far = (st.fit(st.linear_mixed("y ~ x + (1 | h)", {**table, "y": c * y})) for c in (1.0, unit))
    new = {"x": [0.5, 1.0], "h": [1, 2]}
    for kind in ("mean", "observation"):
        ours, theirs = (np.asarray(fit.predict(new, interval=0.95, kind=kind)) for fit in (far, near))
        assert_allclose(ours / unit, theirs, rtol=1e-6)
