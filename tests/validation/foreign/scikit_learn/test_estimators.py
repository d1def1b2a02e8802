"""What scikit-learn's objects say of their fit: the right likelihood of each class, or a refusal with the reason."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import linear_model as linear
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign.scikit_learn import KINDS, REFUSED
from tests.validation.explaining.test_audit import X, count, kind, precision, quantity, quiet, table, yes

size = np.random.default_rng(3).gamma(2.0, np.exp(0.2 + 0.1 * X[:, 1]) / 2.0)
LogisticRegression = linear.LogisticRegression

RIGHT = {
    "LinearRegression": (linear.LinearRegression(), quantity),
    "Ridge": (linear.Ridge(alpha=0.0), quantity),
    "LassoLarsIC": (linear.LassoLarsIC(), quantity),
    "LogisticRegression": (LogisticRegression(C=np.inf, tol=1e-8), yes),
    "softmax": (LogisticRegression(C=np.inf, tol=1e-8), kind),
    "PoissonRegressor": (linear.PoissonRegressor(alpha=0.0, tol=1e-8), count),
    "GammaRegressor": (linear.GammaRegressor(alpha=0.0, tol=1e-8), size),
    "Tweedie 0": (linear.TweedieRegressor(power=0, alpha=0.0, tol=1e-8), quantity),
    "Tweedie 0 log": (linear.TweedieRegressor(power=0, link="log", alpha=0.0, tol=1e-8, max_iter=500), size),
    "Tweedie 1": (linear.TweedieRegressor(power=1, alpha=0.0, tol=1e-8), count),
    "Tweedie 2": (linear.TweedieRegressor(power=2, alpha=0.0, tol=1e-8), size),
    "Tweedie 3": (linear.TweedieRegressor(power=3, alpha=0.0, tol=1e-8, max_iter=500), size),
    "pipeline": (make_pipeline(StandardScaler(), "passthrough", make_pipeline(linear.LinearRegression())), quantity),
}


FIRST = ("LinearRegression", "PoissonRegressor", "pipeline")


@pytest.mark.parametrize(
    "name", [name if name in FIRST else pytest.param(name, marks=pytest.mark.slow) for name in RIGHT]
)
def test_no_penalty_is_right(name):
    estimator, y = RIGHT[name]
    found = st.audit(estimator.fit(X, y), X=X, y=y)
    assert found.ok, str(found)
    assert "no standard errors are reported" in found.sentence


@pytest.mark.slow
def test_the_standard_errors_of_the_table_are_ours():
    found = st.audit(LogisticRegression(C=np.inf, tol=1e-8).fit(X, yes), X=X, y=yes)
    assert_allclose(found.table()["right_se"], st.fit(st.logistic(yes, X)).se, rtol=1e-6)


@pytest.mark.slow
def test_a_penalty_is_in_units_of_the_loss_beside_a_dispersion():
    found = st.audit(linear.GammaRegressor(alpha=0.1, tol=1e-9).fit(X, size), X=X, y=size)
    (finding,) = (one for one in found.findings if one.serious)
    assert finding.cause == "penalty"
    phi = np.exp(found.table()["estimate"].iloc[-1])
    assert f"at strength {len(size) * 0.1 / phi:.3g} a refit is" in finding.evidence


def test_rates_with_exposures_as_weights_are_counts():
    found = st.audit(
        linear.PoissonRegressor(alpha=0.0, tol=1e-9).fit(X, count / precision, sample_weight=precision),
        X=X,
        y=count / precision,
        weights=precision,
    )
    assert found.ok, str(found)
    model = st.poisson(count, X, exposure=precision)
    assert_allclose(found.table()["right_se"], st.fit(model).se, rtol=1e-6)


def test_stopped_early_is_named():
    estimator = quiet(linear.PoissonRegressor(alpha=0.0, max_iter=2).fit, X, count)
    found = st.audit(estimator, X=X, y=count)
    assert [one.cause for one in found.findings if one.serious] == ["stopped early"]


def test_tables_with_names():
    whole = table.dropna()
    found = st.audit(LogisticRegression().fit(whole[list("abc")], whole["y"]), whole, y="y")
    assert found.table()["term"].tolist() == ["Intercept", "a", "b", "c"]


def test_every_class_of_scikit_learn_is_known_or_refused_with_a_reason():
    classes = {name for name in linear.__all__ if inspect.isclass(getattr(linear, name))}
    assert classes <= KINDS.keys() | REFUSED.keys()
    assert not KINDS.keys() & REFUSED.keys()


@pytest.mark.parametrize(
    ("estimator", "y", "words"),
    [
        (linear.Lars(), quantity, "stops on a path"),
        (linear.BayesianRidge(), quantity, "means under a prior"),
        (linear.RidgeClassifier(), yes, "ridge on outcomes of -1 and 1"),
        (LinearSVC(), yes, "hinge loss"),
        (GridSearchCV(LogisticRegression(), {"C": [1.0, 2.0]}), yes, "best_estimator_"),
        (TransformedTargetRegressor(linear.LinearRegression()), quantity, "regressor_"),
        (PolynomialFeatures(), quantity, "got PolynomialFeatures"),
        (linear.TweedieRegressor(power=1.5), count, "power=1.5"),
        (linear.SGDClassifier(), yes, "loss='hinge'"),
        (linear.SGDClassifier(loss="log_loss"), kind, "3 sets"),
        (linear.LinearRegression(positive=True), -X[:, 0], "positive=True"),
        (linear.LinearRegression(), np.column_stack([quantity, quantity]), "2 columns"),
        (LogisticRegression(C=1.0), yes, "offset= is for glum"),
    ],
)
def test_what_is_refused(estimator, y, words):
    if type(estimator).__name__ in KINDS:  # others are refused before anything is asked of them
        estimator = quiet(estimator.fit, X, y)
    with pytest.raises(IncompatibleError, match=words):
        st.audit(estimator, X=X, y=y, offset=X[:, 0] if "offset" in words else None)
