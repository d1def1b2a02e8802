"""Cox's regression with curves against mgcv's cox.ph, and what it refuses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.marginal_maximum import laplace_maximum
from tests.models.mixed.hazards import MGCV, TABLE


@pytest.mark.parametrize(("right", "options", "loglik", "edf"), MGCV, ids=[f"{one[0]} {one[1]}" for one in MGCV])
def test_mgcvs_restricted_likelihood_and_degrees_of_freedom(right, options, loglik, edf):
    found = laplace_maximum(st.cox(f"survival(time, event) ~ {right}", TABLE, ties="breslow", **options))
    assert_allclose(found.loglik, loglik, rtol=1e-11)
    assert_allclose(sum(curve.edf for curve in found.of_curves), edf, rtol=1e-8)
    if right.startswith("z"):
        assert_allclose(found.estimate[0], -0.597429867484, rtol=1e-9)
        assert_allclose(np.sqrt(found.covariance[0, 0]), 0.389965269442, rtol=1e-9)


def test_origin_and_unit_change_nothing():
    fit, other = (
        laplace_maximum(st.cox("survival(time, event) ~ z + s(x, k=8)", table))
        for table in (TABLE, TABLE | {"x": 365.25 * TABLE["x"] + 1900.0, "time": 1e3 * TABLE["time"]})
    )
    assert_allclose(other.loglik, fit.loglik, rtol=1e-12)
    assert_allclose(other.estimate[0], fit.estimate[0], rtol=1e-9)


def test_rows_of_weight_two_are_there_twice():
    twice = {name: np.concatenate([column, column[:40]]) for name, column in TABLE.items()}
    weights = np.where(np.arange(150) < 40, 2.0, 1.0)
    formula = "survival(time, event) ~ s(x, k=8)"
    one = laplace_maximum(st.cox(formula, TABLE, weights=weights, ties="breslow"))
    means = one.model.smooths[0].design.means  # of rows, which a weight does not change
    assert_allclose(means.sum(), 1.0)
    other = laplace_maximum(st.cox(formula, twice, ties="breslow"))
    assert_allclose(other.taus, one.taus, rtol=1e-6)


@pytest.mark.parametrize(
    ("right", "options", "error", "says"),
    [
        ("s(x)", {"ties": "exact"}, st.IncompatibleError, "third derivatives"),
        ("s(x)", {"cluster": "g"}, st.IncompatibleError, "cluster= of st.cox"),
        ("s(g)", {}, st.DomainError, "only 2 different values"),
        ("x + s(x)", {}, st.DomainError, "has the line of 'x' in it"),
    ],
)
def test_what_cannot_be_is_said(right, options, error, says):
    tied = TABLE | {"time": np.round(TABLE["time"], 1) + 0.1}
    with pytest.raises(error, match=says):
        st.cox(f"survival(time, event) ~ {right}", tied, **options)
