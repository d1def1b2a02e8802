"""The same regression over orthonormal columns."""

import numpy as np
import scipy.stats
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.mixed.marginal import OrthonormalModel
from tests.models.mixed.small_mixed import crossed, mixed, term


def test_columns_are_orthonormal_and_the_regression_is_the_same():
    for kind in (st.logistic, st.ordinal, st.negative_binomial):
        model = crossed(kind, origin=2000.0, unit=1e4)
        found = OrthonormalModel.of(model)
        theta = found.fixed.start + 0.1
        Q = found.fixed.rows.X
        assert_allclose(Q.T @ Q / len(Q), np.eye(Q.shape[1]), atol=1e-12)
        assert_allclose(found.fixed.loglik(theta), model.fixed.loglik(found.lift @ theta), rtol=1e-10)
        assert_allclose(found.z[0].T, model.random[0].z @ found.to_effects[0], atol=1e-8)


def test_columns_that_a_linear_predictor_cannot_add_are_left_in_place():
    rng = np.random.default_rng(1)
    table = {"y": rng.normal(size=50), "x": 5.0 + rng.normal(size=50), "w": rng.normal(size=50), "g": np.arange(50) % 9}
    gumbel = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
    fixed = st.regression("y ~ x + w", table, gumbel, scale="~ w")
    found = OrthonormalModel.of(mixed(fixed, term(table["g"], "g")))
    theta = found.fixed.start + 0.1
    assert_allclose(found.fixed.loglik(theta), fixed.loglik(found.lift @ theta), rtol=1e-10)
