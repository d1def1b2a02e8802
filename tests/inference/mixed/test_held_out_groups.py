import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.models.mixed.test_linear_mixed import TABLE


@pytest.fixture(scope="module")
def rows():
    r = np.random.default_rng(0)
    g, x = np.repeat(np.arange(8), 5), r.normal(size=40)
    y = 1.0 + x + r.normal(size=8)[g] + r.normal(size=40)
    return {"y": y, "x": x, "g": g, "w": r.uniform(0.5, 2.0, 40)}


def test_a_row_of_a_new_group_has_the_whole_variance_of_its_effects(rows):
    model = st.linear_mixed("y ~ x + (1 | g)", rows, precision="w")
    inside = np.flatnonzero(rows["g"] == 3)
    fit = st.fit(model.subset(np.flatnonzero(rows["g"] != 3)))
    found = fit._judged(model.subset(inside))
    X = model.X[inside]
    variance = np.einsum("ip,pq,iq->i", X, fit.covariance, X) + fit.found.covariances[0][0, 0]
    variance += fit.scale**2 / rows["w"][inside]
    assert_allclose(np.asarray(found.mean), X @ fit.estimate)
    assert_allclose(found.loglik, stats.norm.logpdf(rows["y"][inside], X @ fit.estimate, np.sqrt(variance)))


def test_a_row_of_a_known_group_is_predicted_with_its_effects(rows):
    model = st.linear_mixed("y ~ x + (1 | g)", rows)
    fit = st.fit(model.subset(np.arange(39)))
    frame = fit.predict({"x": rows["x"][39:], "g": rows["g"][39:]}, kind="observation", interval=0.95)
    found = fit._judged(model.subset(np.array([39])))
    assert_allclose(np.asarray(found.mean), frame["mean"])


def test_groups_are_held_out_together(rows):
    model = st.linear_mixed("y ~ x + (1 | g)", rows)
    apart = st.cross_validate(model, st.ols("y ~ x", rows), folds=4, groups="g", seed=1)
    known = st.cross_validate(model, st.ols("y ~ x", rows), folds=4, seed=1)
    means = apart.table().query("score == 'log score'")["mean"].to_numpy()
    with_effects = known.table().query("score == 'log score'")["mean"].to_numpy()
    assert with_effects[0] < min(with_effects[1], means[0])


def test_a_subset_has_the_levels_of_its_rows():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE).subset(np.arange(3, 8))
    assert model.random[0].levels == ("b", "c")
    assert model.random[0].codes.tolist() == [0, 0, 0, 1, 1]
