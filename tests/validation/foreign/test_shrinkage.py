"""A penalty that the object declares is refitted at its strength."""

import pytest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, PoissonRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import stattools as st
from tests.sizes import first
from tests.validation.explaining.test_audit import X, count, kind, n, quantity, quiet, yes

PENALTIES = {
    "default": (LogisticRegression(), yes, 1.0),
    "strong": (LogisticRegression(C=0.01), yes, 100.0),
    "liblinear, intercept too": (LogisticRegression(solver="liblinear"), yes, 1.0),
    "no intercept": (LogisticRegression(fit_intercept=False), yes, 1.0),
    "L1": (LogisticRegression(l1_ratio=1.0, solver="liblinear", C=0.1), yes, 10.0),
    "multinomial": (LogisticRegression(tol=1e-8), kind, 1.0),
    "Ridge": (Ridge(alpha=3.0), quantity, 3.0),
    "Lasso": (Lasso(alpha=0.3), quantity, 0.3 * n),
    "ElasticNet": (ElasticNet(alpha=0.3), quantity, 0.3 * n),
    "PoissonRegressor": (PoissonRegressor(alpha=1.0, tol=1e-9), count, float(n)),
    "pipeline": (make_pipeline(StandardScaler(), LogisticRegression(C=0.1)), yes, 10.0),
}


@pytest.mark.parametrize("name", first(5, PENALTIES))
def test_the_penalty_and_its_strength_are_named(name):
    estimator, y, strength = PENALTIES[name]
    found = st.audit(quiet(estimator.fit, X, y), X=X, y=y)
    finding = next(f for f in found.findings if f.cause == "penalty")
    assert f"at strength {strength:.3g} a refit is" in finding.evidence
    assert not found.ok
    assert found.gain > 0
