"""The strength and the share of each class, by its options and by what cross-validation chose."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import linear_model as linear

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign import scikit_learn
from tests.validation.explaining.test_audit import X, kind, quantity, quiet, yes

FITS = {
    "RidgeCV": (linear.RidgeCV(), quantity, "alpha = "),
    "LassoCV": (linear.LassoCV(), quantity, "an L1 penalty (alpha = "),
    "LassoLars": (linear.LassoLars(alpha=0.1), quantity, "an L1 penalty (alpha = 0.1)"),
    "ElasticNetCV": (linear.ElasticNetCV(l1_ratio=[0.2, 0.5]), quantity, "l1_ratio = 0."),
    "LogisticRegressionCV": (linear.LogisticRegressionCV(Cs=[0.1], l1_ratios=[0.0], cv=2), yes, "C = 0.1"),
    "liblinear": (linear.LogisticRegression(solver="liblinear", intercept_scaling=3.0, tol=1e-8), yes, "(C = 1)"),
    "softmax, L1": (
        linear.LogisticRegression(l1_ratio=1.0, C=0.1, solver="saga", tol=1e-7, max_iter=9999), kind, "an L1 penalty",
    ),
    "softmax, both": (
        linear.LogisticRegression(l1_ratio=0.5, C=0.1, solver="saga", tol=1e-7, max_iter=9999), kind, "l1_ratio = 0.5",
    ),
}  # fmt: skip


FIRST = ("ElasticNetCV", "liblinear", "softmax, both")


@pytest.mark.parametrize(
    "name", [name if name in FIRST else pytest.param(name, marks=pytest.mark.slow) for name in FITS]
)
def test_each_penalty_is_proven_by_a_refit(name):
    estimator, y, words = FITS[name]
    found = st.audit(quiet(estimator.fit, X, y), X=X, y=y)
    (finding,) = (one for one in found.findings if one.serious)
    assert finding.cause == "penalty"
    assert words in finding.evidence


@pytest.mark.parametrize(
    ("options", "strength", "share"),
    [
        ({"C": 2.0, "penalty": "deprecated", "l1_ratio": 0.0}, 0.5, 0.0),
        ({"C": 2.0, "penalty": "deprecated", "l1_ratio": None}, 0.5, 0.0),
        ({"C": 2.0, "penalty": "l1", "l1_ratio": None}, 0.5, 1.0),
        ({"C": 2.0, "penalty": "l2", "l1_ratio": None}, 0.5, 0.0),
        ({"C": 2.0, "penalty": "elasticnet", "l1_ratio": 0.25}, 0.5, 0.25),
        ({"C": 2.0, "penalty": None, "l1_ratio": None}, 0.0, 0.0),
        ({"C": 2.0, "penalty": "none", "l1_ratio": None}, 0.0, 0.0),
        ({"C": np.inf, "penalty": "deprecated", "l1_ratio": 0.0}, 0.0, 0.0),
    ],
)
def test_the_words_of_all_versions(options, strength, share):
    assert_allclose(scikit_learn.inverse(object(), options, 10.0)[:2], (strength, share))


def test_one_penalty_for_all():
    with pytest.raises(IncompatibleError, match="alpha = "):
        scikit_learn.ridge(object(), {"alpha": np.array([1.0, 2.0])}, 10.0)
