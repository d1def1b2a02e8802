"""Posteriors side by side: PSIS-LOO as ArviZ has it and as leaving out has it, exact evidence, and refusals."""

import arviz
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st

RNG = np.random.default_rng(8)
X = RNG.normal(size=60)
DATA = {"x": X, "z": RNG.normal(size=60), "y": 1 + 2 * X + RNG.normal(size=60)}
DATA["k"] = RNG.poisson(np.exp(0.5 + 0.4 * X))


def drawn(formula, **options):
    return st.posterior(st.ols(formula, DATA), method="importance", seed=1, **options)


def test_numbers_are_those_of_arviz():
    posteriors = {"flat": drawn("y ~ 1"), "line": drawn("y ~ x"), "both": drawn("y ~ x + z")}
    ours = st.compare(*posteriors.values(), names=list(posteriors)).table().set_index("posterior")
    for name, posterior in posteriors.items():
        theirs = arviz.loo(posterior.to_arviz(), pointwise=True)
        assert_allclose(ours.loc[name, ["elpd", "elpd_se", "p_loo"]].astype(float), [theirs.elpd, theirs.se, theirs.p])
        assert_allclose(ours.loc[name, "pareto_k"], theirs.pareto_k.max())
        assert_allclose(ours.loc[name, "aic"], st.fit(posterior.model).aic)
    best, other = (arviz.loo(posteriors[name].to_arviz(), pointwise=True).elpd_i.values for name in ours.index[:2])
    assert_allclose(ours["difference"].iloc[1], (other - best).sum())
    assert_allclose(ours["difference_se"].iloc[1], np.sqrt(60 * np.var(other - best, ddof=1)))


@pytest.mark.nightly
def test_elpd_is_that_of_leaving_each_row_out():
    small = {name: column[:12] for name, column in DATA.items()}
    model = st.poisson("k ~ x", small)
    prior = st.Normal(0, 1)
    ours = st.compare(*(st.posterior(model, prior=prior, method="importance", draws=1000, seed=s) for s in (1, 2)))
    total = 0.0
    for i in range(12):
        rest = {name: np.delete(column, i) for name, column in small.items()}
        without = st.posterior(st.poisson("k ~ x", rest), prior=prior, method="importance", draws=1000, seed=i)
        rate = np.exp(without.flat @ [1.0, small["x"][i]])
        total += np.log(np.mean(stats.poisson.pmf(small["k"][i], rate)))
    assert_allclose(ours.table()["elpd"], total, atol=0.3)  # 4,000 draws each


def test_bayes_factor_is_the_ratio_of_evidences():
    model = st.binomial(9, 10)
    even, skewed = (st.posterior(model, prior=prior) for prior in (st.Beta(1, 1), st.Beta(9, 1)))
    table = st.compare(even, skewed, names=["even", "skewed"]).table().set_index("posterior")
    assert_allclose(table.loc["skewed", "bayes_factor"], 9 * 110 / (18 * 19))  # B(18, 2) / B(9, 1) / B(10, 2)
    assert_allclose(table.loc["even", "log_evidence"], -np.log(11))
    assert table.loc["even", "bayes_factor"] == 1.0


def test_bayes_factors_belong_to_exact_evidence():
    assert "bayes_factor" not in st.compare(drawn("y ~ 1"), drawn("y ~ x")).table()
    with pytest.raises(st.DomainError, match="improper"):
        st.compare(st.Beta.haldane().update(st.binomial(4, 9)), st.Beta(1, 1).update(st.binomial(4, 9)))
    with pytest.raises(st.IncompatibleError, match="seen different ones"):
        st.compare(st.Beta(1, 1).update(st.binomial(4, 9)), st.Beta(1, 1).update(st.binomial(4, 8)))
    with pytest.raises(st.DomainError, match="2 is a prior"):
        st.compare(st.Beta(1, 1).update(st.binomial(4, 9)), st.Beta(1, 1))


def test_what_cannot_be_compared():
    posterior = drawn("y ~ x")
    with pytest.raises(st.IncompatibleError, match=r"one kind; got Posterior, Fit.*AIC of its fit stands beside"):
        st.compare(posterior, st.fit(posterior.model))
    fewer = st.posterior(st.ols("y ~ x", {name: column[:-1] for name, column in DATA.items()}), method="importance")
    with pytest.raises(st.IncompatibleError, match="one has 60 rows and the other 59"):
        st.compare(posterior, fewer)
    with pytest.raises(st.DomainError, match="two posteriors or more; got 1"):
        st.compare(posterior)
    with pytest.raises(st.DomainError, match="names="):
        st.compare(posterior, posterior, names=["a", "a"])
    own = st.posterior(st.custom(lambda t: -0.5 * t[0] ** 2, start={"a": 0.1}), method="importance")
    with pytest.raises(st.IncompatibleError, match="models with rows"):
        st.compare(own, own)


def test_a_row_that_moves_the_posterior_is_named():
    data = {"x": np.append(X, 30.0), "y": np.append(DATA["y"], -200.0)}
    page = str(st.compare(*(st.posterior(st.ols(f, data), method="importance", seed=1) for f in ("y ~ 1", "y ~ x"))))
    assert "k-hat of 1 of 61 rows is above 0.7" in page
    assert "at row 60" in page


def test_the_page():
    page = str(st.compare(drawn("y ~ 1"), drawn("y ~ x"), names=["flat", "line"]))
    assert page.index("line") < page.index("flat")
    assert "With 60 rows the standard errors of differences are rough." in page
