"""Numbers without a maximum: separated outcomes and aliased columns are named."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, PoissonRegressor, Ridge

import stattools as st
from tests.validation.explaining.test_audit import Binomial, C, X, n, quantity, quiet, rng, sm, split, yes

SEPARATED = {
    "GLM": (lambda: sm.GLM(split, C, family=Binomial()).fit(), {}),
    "Logit": (lambda: sm.Logit(split, C).fit(disp=0), {}),
    "scikit-learn, tiny penalty": (lambda: LogisticRegression(C=1e6).fit(X, split), {"X": X, "y": split}),
    "scikit-learn, none": (lambda: LogisticRegression(C=np.inf).fit(X, split), {"X": X, "y": split}),
    "scikit-learn, default": (lambda: LogisticRegression().fit(X, split), {"X": X, "y": split}),
}


@pytest.mark.parametrize("name", SEPARATED)
def test_separation_is_named_with_its_column(name):
    make, data = SEPARATED[name]
    found = st.audit(quiet(make), **data)
    assert not found.ok
    assert found.findings[0].cause == "separation"
    assert "x1" in found.findings[0].evidence
    assert found.findings[1].cause in ("stopped on the way to infinity", "penalty", "a penalty, not reached")
    assert "no unique maximum" in found.sentence
    assert np.isinf(found.table().set_index("term").loc["x1", "maximum"])
    assert found.distance == np.inf


def test_one_separating_column_is_told_from_the_others():
    z = (rng.random(n) < 0.1).astype(float)
    found = st.audit(quiet(sm.Logit(np.maximum(yes, z), np.column_stack([C, z])).fit, disp=0))
    assert found.findings[0].evidence.startswith("x4 separates the outcomes for some of the rows")
    assert_allclose(found.table()["difference_in_se"].to_numpy()[:4], 0.0, atol=1e-3)


def test_nan_with_converged_is_named():
    results = quiet(sm.MNLogit(np.digitize(X[:, 0], [-0.5, 0.5]), C).fit, disp=0, maxiter=200)
    assert results.mle_retvals["converged"]
    found = st.audit(results)
    assert [f.cause for f in found.findings] == ["separation", "NaN reported as converged"]
    assert "it reports that it converged" in found.findings[1].evidence
    assert "nan" not in str(found).lower().replace("nan reported", "")


def test_nan_of_large_columns_that_are_not_separated_names_the_column():
    draws = np.random.default_rng(1)
    income = draws.lognormal(11, 1, 300) * 1e4
    eta = np.log(income / np.median(income))[:, None] * [0.0, 3.0, -2.0]
    y = (eta + draws.gumbel(size=eta.shape)).argmax(axis=1)
    columns = sm.add_constant(np.column_stack([income, income**2]))
    results = quiet(sm.MNLogit(y, columns).fit, disp=0)
    assert results.mle_retvals["converged"]
    assert np.isnan(results.params).all()
    found = st.audit(results)
    assert [f.cause for f in found.findings] == ["NaN reported as converged"]
    assert "x2 has values up to" in found.findings[0].evidence
    assert np.isfinite(found.table()["maximum"]).all()


def test_a_penalty_that_was_not_reached_on_separated_data_is_told():
    big = np.where(yes, 1e4, -1e4) + 1e3 * X[:, :1].ravel()
    found = st.audit(quiet(LogisticRegression(max_iter=2).fit, big[:, None], yes), X=big[:, None], y=yes)
    assert found.findings[0].cause == "separation"
    assert found.findings[1].cause in ("penalty", "a penalty, not reached")
    assert "L2 penalty" in found.findings[1].evidence


def test_aliased_columns_are_named():
    found = st.audit(quiet(sm.OLS(quantity, np.column_stack([C, X[:, 0] + X[:, 1]])).fit))
    assert [f.cause for f in found.findings] == ["aliased columns"]
    assert "x4 = x1 + x2" in found.findings[0].evidence
    assert "fitted values are right" in found.findings[0].advice
    assert "there is no unique maximum" in found.sentence
    unfinished = LogisticRegression(C=np.inf, tol=0.5).fit(np.column_stack([X, X[:, 0]]), yes)
    (finding,) = st.audit(unfinished, X=np.column_stack([X, X[:, 0]]), y=yes).findings
    assert "not those of a maximum either" in finding.advice


DEFICIENT = {
    "zeros": np.column_stack([X, np.zeros(len(X))]),
    "twice": np.column_stack([X, X[:, 0]]),
    "constant": np.column_stack([X, np.ones(len(X))]),
    "wide": np.random.default_rng(3).normal(size=(len(X), len(X) + 5)),
}


PENALIZED = {
    "default": (LogisticRegression(), "yes"),
    "no intercept": (LogisticRegression(tol=1e-10, max_iter=9999, fit_intercept=False), "yes"),
    "softmax": (LogisticRegression(tol=1e-10, max_iter=9999), "kind"),
    "ridge": (Ridge(2.0), "quantity"),
    "lasso": (Lasso(0.1, tol=1e-12), "quantity"),
    "elastic net": (ElasticNet(0.1, tol=1e-12), "quantity"),
    "poisson": (PoissonRegressor(alpha=0.1, tol=1e-9, max_iter=1000), "count"),
}


@pytest.mark.parametrize("columns", ["zeros", "twice", "constant", pytest.param("wide", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PENALIZED)
def test_a_penalty_has_a_maximum_where_the_likelihood_has_none(name, columns):
    estimator, kind = PENALIZED[name]
    g = np.random.default_rng(5)
    outcomes = {"yes": yes, "quantity": quantity, "count": g.poisson(2.0, len(X)), "kind": g.integers(0, 3, len(X))}
    D, target = DEFICIENT[columns], outcomes[kind]
    found = st.audit(quiet(lambda: estimator.fit(D, target)), X=D, y=target)
    causes = [finding.cause for finding in found.findings if finding.serious]
    if (name, columns) == ("no intercept", "constant"):
        assert causes == ["penalty"]  # a constant column stands for an intercept, and is shrunk as any other
        return
    assert causes == ["aliased columns", "penalty"]
    assert "are the maximum with a penalty, and without it there is no unique maximum" in found.sentence
    assert "fitted values" not in str(found)
    assert "strength" in found.findings[1].evidence


def test_a_penalty_that_was_not_reached_says_so_on_aliased_columns():
    D = DEFICIENT["twice"]
    found = st.audit(quiet(lambda: LogisticRegression(max_iter=1).fit(D, yes)), X=D, y=yes)
    assert [finding.cause for finding in found.findings] == ["aliased columns", "a penalty, not reached"]
    assert "after 1 steps; it reports that it did not converge" in found.findings[1].evidence
