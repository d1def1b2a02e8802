"""A loop that stopped early is told from a penalty, with its distance from the maximum."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st
from stattools.validation.explaining.causes import at_best_dispersion
from stattools.validation.foreign.reading import described
from tests.cases import rng
from tests.validation.explaining.test_audit import C, kind, quiet, sm, yes
from tests.validation.explaining.test_audit import X as BESIDE

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
    found = st.audit(quiet(LogisticRegression(C=np.inf, max_iter=3).fit, BESIDE, yes), X=BESIDE, y=yes)
    assert [f.cause for f in found.findings] == ["stopped early"]


def test_the_distance_is_the_difference_in_standard_errors():
    best = st.fit(st.logistic(yes, BESIDE))
    found = st.audit(quiet(sm.Logit(yes, C).fit, disp=0, maxiter=2))
    gap = (found.table()["estimate"] - best.estimate) / best.se
    assert_allclose(found.table()["difference_in_se"], gap, rtol=1e-6)
    assert_allclose(found.gain, best.loglik - best.model.loglik(found.table()["estimate"]), rtol=1e-6)
    assert_allclose(found.decrement, np.sqrt(2 * found.gain), rtol=0.1)  # the log-likelihood is nearly a parabola


def test_a_missing_intercept_is_a_note():
    found = st.audit(sm.Logit(yes, BESIDE).fit(disp=0))
    assert found.ok
    assert [f.cause for f in found.findings] == ["no intercept"]


G = rng(9)
X = np.column_stack([np.ones(80), G.normal(size=(80, 2))])
M = np.exp(X @ [0.8, 0.2, -0.3])
COST, TIME = G.gamma(3.0, M / 3.0), G.wald(M, 5.0)
F, L = sm.families, sm.families.links
WAYS = {
    "Pearson's statistic over n - p": {},
    "the deviance over n - p": {"scale": "dev"},
    "a number that was given": {"scale": 0.3},
}


def glm(family=None, y=COST, **how):
    return quiet(lambda: sm.GLM(y, X, family=family or F.Gamma(L.Log())).fit(**how))


@pytest.mark.parametrize(
    "family", [F.Gamma(L.Log()), F.Gamma(), F.InverseGaussian(L.Log())], ids=["log", "inverse", "IG"]
)
@pytest.mark.parametrize("source", WAYS)
def test_the_scale_is_told_and_the_standard_errors_are_right_at_it(family, source):
    y = TIME if isinstance(family, F.InverseGaussian) else COST
    result = glm(family, y, **WAYS[source])
    found = st.audit(result)
    assert found.ok, str(found)
    assert_allclose(found.table()["ratio"][:3], 1.0, rtol=1e-5)  # its loop stops at 1e-8 of the deviance
    assert found.table()["estimate"].iloc[-1] == pytest.approx(np.log(result.scale))
    (told,) = found.findings
    assert not told.serious
    assert source in told.evidence
    assert f"{result.scale:.6g}" in told.evidence
    assert "its 3 coefficients are the maximum" in found.sentence


def test_robust_and_newton_errors_and_a_loop_that_stopped():
    assert st.audit(glm(cov_type="HC0")).ok
    assert st.audit(glm(method="newton")).ok
    assert st.audit(glm(cov_type="HC1")).findings[0].cause == "standard errors not checked"
    stopped = st.audit(glm(maxiter=1))
    causes = [one.cause for one in stopped.findings]
    assert (causes[0], causes[-1]) == ("stopped early", "moment dispersion")
    wrong = glm()
    wrong.__dict__["bse"] = 1.1 * wrong.bse  # standard errors of nobody
    assert not st.audit(wrong).ok


def test_explain_says_that_the_dispersion_is_another():
    fit = st.fit(st.gamma(COST, X, intercept=False, names=["const", "x1", "x2"]))
    why = st.explain(fit, glm())
    assert why.ok
    information, row = why.table().to_dict("records")
    assert information["cause"] == "expected or observed information"  # the observed one stood for the expected
    assert row["cause"] == "dispersion"
    assert row["words"] == "maximum likelihood or Pearson's statistic over n - p"
    assert information["se"] + row["se"] == pytest.approx(1.0)
    assert st.explain(glm(), glm(scale="dev")).ok


def test_coefficients_are_judged_beside_the_dispersion_of_the_likelihood():
    foreign = described(glm())
    best, told = at_best_dispersion(foreign)
    fit = st.fit(foreign.model)
    assert_allclose(best.numbers.estimate, fit.estimate, rtol=1e-6)
    assert len(told) == 1
    assert at_best_dispersion(described(fit))[1] == []


def test_var_weights_of_a_dispersion_are_read_as_frequencies_which_is_said():
    weighted = sm.GLM(COST, X, family=F.Gamma(L.Log()), var_weights=G.uniform(1.0, 2.0, 80)).fit()
    found = st.audit(weighted)
    assert found.ok
    assert "read as frequencies" in found.notes[0]
