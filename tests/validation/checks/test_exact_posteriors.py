"""Exact posteriors against their references; a wrong one is found out."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.checks import posteriors as row_by_row
from tests.cases import rng

RNG = np.random.default_rng(5)
N = 40
X = RNG.normal(size=N)
DATA = {
    "x": X,
    "y": 1 + X + RNG.normal(size=N),
    "k": RNG.poisson(np.exp(0.5 * X)),
    "g": RNG.choice(list("abc"), N),
    "arm": RNG.choice(["A", "B"], N),
}
LINE = st.ols("y ~ x", DATA, weights=RNG.integers(0, 3, N), precision=np.exp(X))

EXACT = {
    "coin": st.posterior(st.coin([1, 0, 1, 1]), prior=st.Beta(0.5, 0.5)),
    "haldane": st.posterior(st.binomial(4, 9), prior=st.Beta.haldane()),
    "arms": st.posterior(st.binomial([3, 4], [5, 600]), prior=st.Beta(2, 3)),
    "waits": st.posterior(st.pascal([3, 1], successes=[2, 1]), prior=st.Beta(2, 3)),
    "rates": st.posterior(st.poisson_rate("k", by="arm", data=DATA), prior=st.Gamma(2, 1)),
    "times": st.posterior(st.exponential_rate([2.0, 1.5], censored=[False, True]), prior=st.Gamma(0.4, 1)),
    "jeffreys": st.posterior(st.poisson_rate([0, 1]), prior=st.Gamma.jeffreys()),
    "mean": st.posterior(st.normal("y", sd=1.5, by="arm", data=DATA), prior=st.Normal(0, 2)),
    "sample": st.posterior(st.normal("y", data=DATA), prior=st.NormalInverseGamma(0, 1, 2, 2)),
    "reference": st.posterior(st.normal("y", data=DATA), prior=st.NormalInverseGamma.reference()),
    "shares": st.posterior(st.categories(DATA["g"]), prior=st.Dirichlet(1)),
    "line": st.posterior(LINE, prior=st.NormalInverseGammaRegression([0, 0], 0.1, 2, 2)),
    "flat line": st.posterior(LINE, prior=st.NormalInverseGammaRegression.flat()),
    "rows": st.posterior(
        st.multivariate_normal(RNG.normal(size=(12, 2))),
        prior=st.NormalInverseWishart([0, 0], 1, 4, [[1.0, 0.2], [0.2, 1.0]]),
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_posteriors_agree(name):
    found = st.validate(EXACT[name])
    assert found.ok, str(found)
    assert "agrees" in found.sentence
    assert found.sentence in " ".join(str(found).split())


def test_a_wrong_exact_posterior_is_found_out():
    right = EXACT["coin"]
    wrong = st.Beta(right.a + 0.01, right.b)
    object.__setattr__(wrong, "seen", right.seen)
    assert not st.validate(wrong).ok
    wrong = st.Beta(right.a, right.b)
    object.__setattr__(wrong, "seen", replace(right.seen, log_evidence=right.log_evidence + 1e-3))
    found = st.validate(wrong)
    assert not found.ok
    assert "does not agree" in found.sentence
    with pytest.raises(st.DomainError, match="has seen no data"):
        st.validate(st.Beta(1, 1))


G = rng(5)


def test_shares_add_their_counts_to_the_prior():
    found = row_by_row.dirichlet(st.posterior(st.multinomial([3, 0, 5]), prior=st.Dirichlet(2.0)))
    a = np.array([5.0, 2.0, 7.0])
    assert_allclose(found.mean, a / 14.0, rtol=1e-14)
    assert_allclose(found.reference_sd, np.sqrt(a * (14.0 - a) / (14.0**2 * 15.0)), rtol=1e-13)
    assert found.evidence == pytest.approx(found.own_evidence, rel=1e-12)


def test_a_line_with_a_flat_prior_is_least_squares():
    x, y = G.normal(size=20), G.normal(size=20)
    belief = st.posterior(st.ols(y, x), prior=st.NormalInverseGammaRegression.flat())
    found, fit = row_by_row.regression(belief), st.fit(st.ols(y, x))
    assert_allclose(found.mean, fit.estimate, rtol=1e-10)
    assert_allclose(found.reference_sd, fit.se * np.sqrt(18 / 16), rtol=1e-10)  # Student's t with 18 degrees of freedom
    assert found.evidence is None


def test_too_many_rows_for_a_dense_system_are_refused(monkeypatch):
    monkeypatch.setattr(row_by_row, "MOST_ROWS", 10)
    belief = st.posterior(st.ols(G.normal(size=20), G.normal(size=20)), prior=st.NormalInverseGammaRegression.flat())
    with pytest.raises(st.IncompatibleError, match="at most 10; got 20"):
        row_by_row.regression(belief)


def test_rows_move_a_mean_by_their_share():
    Y = G.normal(size=(8, 2))
    prior = st.NormalInverseWishart([0.0, 0.0], 2.0, 5.0, np.eye(2))
    found = row_by_row.multivariate(st.posterior(st.multivariate_normal(Y), prior=prior))
    assert_allclose(found.mean, Y.sum(axis=0) / 10.0, rtol=1e-12)
    assert found.evidence == pytest.approx(found.own_evidence, rel=1e-11)
