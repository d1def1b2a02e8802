"""Penalties, dropped columns, reversed outcomes and other units that the object does not tell."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import stattools as st
from tests.validation.explaining.test_audit import Binomial, C, X, quantity, quiet, sm, yes


@pytest.mark.parametrize(
    ("make", "strength"),
    [
        (lambda: sm.OLS(quantity, C).fit_regularized(alpha=0.5, L1_wt=0.0), "L2 penalty of strength 100 "),
        (
            lambda: sm.GLM(yes, C, family=Binomial()).fit_regularized(alpha=0.05, L1_wt=0.0),
            "L2 penalty of strength 10 ",
        ),
        (lambda: sm.Logit(yes, C).fit_regularized(alpha=2.0, disp=0), "L1 penalty of strength 2 "),
        (lambda: sm.Logit(yes, C).fit_regularized(alpha=[0, 2, 2, 2], disp=0), "all columns but the intercept"),
    ],
)
def test_hidden_penalties_are_found_from_the_score(make, strength):
    """statsmodels' regularized results do not say that they are."""
    (finding,) = [f for f in st.audit(quiet(make)).findings if f.serious]
    assert finding.cause == "penalty"
    assert strength in finding.evidence


@pytest.mark.parametrize("scale", [1e-5, 1e-9, 1e-12])
def test_the_column_that_linear_regression_drops_is_named(scale):
    small = X * [1, 1, scale]
    found = st.audit(LinearRegression().fit(small, quantity), X=small, y=quantity)
    (finding,) = found.findings
    assert finding.cause == "dropped column"
    assert "the direction of x3, with" in finding.evidence
    assert_allclose(found.table()["maximum"], st.fit(st.ols(quantity, small)).estimate, rtol=1e-9)
    assert st.audit(sm.OLS(quantity, sm.add_constant(small)).fit()).ok


def test_a_polynomial_beyond_pinv_is_named_and_longley_is_right():
    x = np.linspace(-9, -3, 82)
    powers = np.vander(x, 11, increasing=True)
    y = powers @ np.full(11, 1e-5) + 0.01 * np.random.default_rng(0).normal(size=82)
    found = st.audit(quiet(sm.OLS(y, powers).fit))
    assert found.findings[0].cause == "dropped column"
    longley = sm.datasets.longley.load_pandas()
    assert st.audit(sm.OLS(longley.endog, sm.add_constant(longley.exog)).fit()).ok
    assert st.audit(LinearRegression().fit(longley.exog, longley.endog), X=longley.exog, y=longley.endog).ok


@pytest.mark.parametrize("C_", [np.inf, 1.0])
def test_a_reversed_outcome_is_named_with_a_penalty_or_without(C_):
    found = st.audit(LogisticRegression(C=C_, tol=1e-8).fit(X, 1 - yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["outcome coding"] + ["penalty"] * (C_ == 1.0)


def test_standardized_columns_are_named():
    Z = StandardScaler().fit_transform(X)
    found = st.audit(LogisticRegression(C=np.inf, tol=1e-8).fit(Z, yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["other units"]
    assert st.audit(make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-8)).fit(X, yes), X=X, y=yes).ok


@pytest.mark.parametrize("size", [1e-4, 1e-9])
def test_a_ridge_on_a_column_of_small_units_is_a_penalty(size):
    g = np.random.default_rng(0)
    X = pd.DataFrame({"x": g.normal(size=80), "small": size * g.normal(size=80)})
    y = (g.random(80) < 1 / (1 + np.exp(-X["x"]))).astype(int)
    found = st.audit(LogisticRegression().fit(X, y), X=X, y=y)
    assert [finding.cause for finding in found.findings] == ["penalty"]


def test_a_penalty_on_columns_that_are_standardized_already_is_no_change_of_units():
    Z = StandardScaler().fit_transform(X)
    found = st.audit(LogisticRegression(C=0.5, tol=1e-8).fit(Z, yes), X=Z, y=yes)
    assert [f.cause for f in found.findings] == ["penalty"]
