import numpy as np
import pytest
import statsmodels.api as sm

import stattools as st

RNG = np.random.default_rng(121)
X = np.column_stack([np.ones(150), RNG.normal(size=(150, 2))])
Y = RNG.gamma(2.0, np.exp(0.5 + 0.3 * X[:, 1]))
MODEL = st.glm(Y, X, family="gamma", link="log", names=["Intercept", "x", "z"], intercept=False)


@pytest.fixture(scope="module")
def theirs():
    return sm.GLM(Y, X, family=sm.families.Gamma(sm.families.links.Log())).fit()


def texts(values):
    return [f"{value:.4f}" for value in values]


@pytest.mark.parametrize("use_t", [False, True])
def test_what_statsmodels_and_r_print_is_one_convention(theirs, use_t):
    given = sm.GLM(Y, X, family=theirs.family).fit(use_t=use_t)
    estimates = dict(zip(("Intercept", "x", "z"), texts(given.params), strict=True))
    beside = {"se": texts(given.bse), "p": texts(given.pvalues), "loglik": f"{given.llf:.3f}"}
    assert st.audit(estimates, MODEL, **beside).ok  # the model's own by another definition, which the sentence says
    found = st.audit(estimates, MODEL, cov="information", **beside)
    assert not found.ok
    assert [one.cause for one in found.findings] == ["moment dispersion"]
    assert "Pearson's statistic over n - p, the expected information" in found.convention


def test_a_wrong_p_beside_it_is_told_apart(theirs):
    estimates = dict(zip(("Intercept", "x", "z"), texts(theirs.params), strict=True))
    p = [*texts(theirs.pvalues)[:2], "0.9999"]
    found = st.audit(estimates, MODEL, se=texts(theirs.bse), p=p)
    assert [one.cause for one in found.findings] == ["moment dispersion", "one wrong number"]
    assert found.convention == ""
