"""Sandwiches of a user's function are those of the regression that it writes out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.covariance import covariance
from tests.cases import rng

X = np.column_stack([np.ones(60), rng(0).normal(size=60)])
Y = rng(1).poisson(np.exp(0.3 + 0.4 * X[:, 1])).astype(float)
FIRM, YEAR = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
KINDS = {
    "HC0": "HC0", "HC1": "HC1", "robust": "robust", "HAC": st.HAC(2), "uniform": st.HAC(1, kernel="uniform"),
    "one way": st.Cluster(FIRM, kind="CR1"), "two ways": st.Cluster(FIRM, YEAR),
    "stata": st.Cluster(FIRM, correction="stata"),
}  # fmt: skip


@pytest.fixture(scope="module")
def fits():
    function = st.custom(lambda beta: stats.poisson.logpmf(Y, np.exp(X @ beta)), start={"beta": [0.0, 0.0]})
    return st.fit(function), st.fit(st.poisson(Y, X, intercept=False))


@pytest.mark.parametrize("kind", KINDS)
def test_equals_that_of_the_regression(fits, kind):
    own, exact = (covariance(f.model, f.estimate, f.covariance, KINDS[kind]) for f in fits)
    assert_allclose(own.matrix, exact.matrix, rtol=1e-8)
    assert (own.name, own.df) == (exact.name, exact.df)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("HC3", "leverages, which the rows of a function do not have"),
        (st.Cluster(np.arange(60) // 8, kind="CR2"), "leverages, which the rows of a function do not have"),
        ("quasi", "use cov='information'"),
        (st.Cluster("firm"), "pass the column itself"),
        (st.Cluster(FIRM[1:]), "one label for each of the 60 rows"),
        (st.HAC(60), "more rows than lags"),
    ],
    ids=str,
)
def test_what_rows_of_a_function_do_not_have(fits, kind, message):
    with pytest.raises(st.StattoolsError, match=message):
        covariance(fits[0].model, fits[0].estimate, fits[0].covariance, kind)


def test_a_parameter_on_a_bound_stays_out():
    y, x = X[:, 1], Y - Y.mean()
    both = st.custom(
        lambda mean, slope: stats.norm.logpdf(y - x, mean + slope * x), start={"mean": 0.0, "slope": 1.0},
        bounds={"slope": (0, None)},
    )  # fmt: skip
    fit, alone = (
        st.fit(both, cov="HC0"),
        st.fit(st.custom(lambda m: stats.norm.logpdf(y - x, m), start={"m": 0.0}), cov="HC0"),
    )
    assert_allclose(fit.covariance[0, 0], alone.covariance[0, 0], rtol=1e-8)
    assert np.isnan(fit.covariance[1]).all()
