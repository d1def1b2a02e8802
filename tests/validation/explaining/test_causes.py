"""A loop that stopped early is told from a penalty, with its distance from the maximum."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st
from tests.validation.explaining.test_audit import C, X, kind, quiet, sm, yes

STOPPED = {
    "Newton": lambda: sm.Logit(yes, C).fit(disp=0, maxiter=2),
    "BFGS": lambda: sm.Logit(yes, C).fit(disp=0, method="bfgs", maxiter=3),
    "MNLogit": lambda: sm.MNLogit(kind, C).fit(disp=0, maxiter=1),
}


@pytest.mark.parametrize("name", STOPPED)
def test_early_stops_are_named_and_their_standard_errors_too(name):
    found = st.audit(quiet(STOPPED[name]))
    assert [f.cause for f in found.findings] == ["stopped early", "standard errors of another point"]
    assert "Newton's method reaches it" in found.findings[0].evidence
    assert found.distance > 0.02


def test_the_loop_of_scikit_learn_stops_early():
    found = st.audit(quiet(LogisticRegression(C=np.inf, max_iter=3).fit, X, yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["stopped early"]


def test_the_distance_is_the_difference_in_standard_errors():
    best = st.fit(st.logistic(yes, X))
    found = st.audit(quiet(sm.Logit(yes, C).fit, disp=0, maxiter=2))
    gap = (found.table()["estimate"] - best.estimate) / best.se
    assert_allclose(found.table()["difference_in_se"], gap, rtol=1e-6)
    assert_allclose(found.gain, best.loglik - best.model.loglik(found.table()["estimate"]), rtol=1e-6)
    assert_allclose(found.decrement, np.sqrt(2 * found.gain), rtol=0.1)  # the log-likelihood is nearly a parabola


def test_a_missing_intercept_is_a_note():
    found = st.audit(sm.Logit(yes, X).fit(disp=0))
    assert found.ok
    assert [f.cause for f in found.findings] == ["no intercept"]
