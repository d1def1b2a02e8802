"""Posteriors of the regression, and what ArviZ gets, against SciPy's log-likelihood and the priors printed."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.priors.defaults import overview
from stattools.inference.arviz.datatree import datatree, leave_one_out
from tests.cases import RegressionCase
from tests.matrix.asked import FORMULA, Asked, asked
from tests.matrix.predictions import new_rows
from tests.matrix.question import question

Floats = np.ndarray


@cache
def drawn(case: RegressionCase) -> Any:
    """250 draws of the posterior under the default priors."""
    return st.posterior(asked(case).model, method="importance", draws=250, chains=1, seed=2)


BEHIND = {"log": np.log, "logit": special.logit, "identity": np.asarray}
"""By the link of a parameter that all rows share."""


def _logarithms(a: Asked, values: Floats) -> Floats:
    """Parameters on the whole line: the last ones are logarithms, or log odds, of those that all rows share."""
    u = np.array(values, dtype=float)
    for place, link in a.links.items():
        u[..., place] = BEHIND[link](u[..., place])
    return u


def _pointwise(a: Asked, values: Floats) -> Floats:
    """log p(y_i) of one observation of each row at draws (S, q) on the scale of the posterior."""
    u = _logarithms(a, values)
    return a.pointwise(u[..., :-1], sd=values[..., -1]) if a.is_least_squares else a.pointwise(u)


def _log_density(a: Asked, priors: Any, u: Floats) -> Floats:
    """Of the posterior on the whole line, at points (S, q)."""
    values, slope = u.copy(), np.zeros(len(u))
    for place, link in a.links.items():
        at = u[:, place]
        if link == "identity":
            continue
        values[:, place] = special.expit(at) if link == "logit" else np.exp(at)
        slope += special.log_expit(at) + special.log_expit(-at) if link == "logit" else at
    return _pointwise(a, values) @ a.weight + priors.pointwise(values).sum(axis=1) + slope


def _slopes(a: Asked, priors: Any, u: Floats, sd: Floats) -> Floats:
    """d log density / d u in units of sd at points (S, q)."""
    h, steps = 2e-3, np.diag(sd)
    parts = [_log_density(a, priors, u + h * step) - _log_density(a, priors, u - h * step) for step in steps]
    return np.stack(parts, axis=1) / (2.0 * h)


@question("st.posterior(method='laplace')", "Posterior", heavy=True)
def laplace_posterior(a: Asked) -> None:
    """The mode is where the density has no slope, and the draws are as wide as its curvature says.

    Of more rows: of few the approximation is refused, being too far off.
    """
    a = a.refitted(FORMULA, a.case.table(1000))
    found = st.posterior(a.model, method="laplace", draws=400, chains=1, seed=2)
    u, mode = _logarithms(a, found.flat), _logarithms(a, found.mode)
    sd = u.std(axis=0)
    assert_allclose(_slopes(a, found.priors, mode[None], sd), 0.0, atol=1e-3)
    h = 2e-3
    ahead, behind = (_slopes(a, found.priors, mode + s * h * np.diag(sd), sd) for s in (1.0, -1.0))
    curvature = (behind - ahead) / (2.0 * h)
    wanted = np.sqrt(np.diagonal(np.linalg.inv(0.5 * (curvature + curvature.T))))
    assert_allclose(wanted, 1.0, rtol=0.15)  # 400 draws err by 4 %


@question("st.posterior(method='importance')", heavy=True)
def weighted_posterior(a: Asked) -> None:
    _stein(a, drawn(a.case))


@question("st.posterior(method='nuts')", slow=True)
def sampled_posterior(a: Asked) -> None:
    _stein(a, st.posterior(a.model, method="nuts", draws=500, chains=2, seed=4))


def _stein(a: Asked, found: Any) -> None:
    """Identities of any density: E[d log p / d u_j] = 0 and E[(u_j - m_j) d log p / d u_j] = -1."""
    u = _logarithms(a, found.flat)
    sd = u.std(axis=0)
    slope = _slopes(a, found.priors, u, sd)
    product = slope * (u - u.mean(axis=0)) / sd + 1.0
    for values in (slope, product):  # draws that hang together count for about a half
        assert (np.abs(values.mean(axis=0)) < 6.0 * values.std(axis=0) / np.sqrt(len(u) / 2)).all()


@question("priors")
def default_priors(a: Asked) -> None:
    """They speak of what the coefficients are, and follow the units of the outcome and of the columns."""
    found = {row.term: row for row in assign(a.model).table().itertuples()}
    about = " ".join(row.about for row in found.values())
    for word, families in SPEAK_OF.items():
        named = any(family in a.case.words or (family == "binary" and a.is_part) for family in families)
        assert (word in about) == named, about
    name = "three: x" if a.is_softmax else "x"
    width = 2.5 / _sd(a)
    if "2.5 sd(y)" not in about:
        if "times" in about:
            width *= abs(float(overview(a.model).level[0]))
        assert_allclose(_sd_of(found[name].prior), width, rtol=1e-5)
        return
    spread = {unit: _prior_of_x(a, unit) for unit in (1.0, 1000.0)}
    assert_allclose(spread[1000.0], 1000.0 * spread[1.0], rtol=1e-9)


SPEAK_OF = {
    "log odds": ("logistic", "softmax", "one_vs_rest", "beta_binomial", "beta"),
    "log rate": ("poisson", "negative_binomial", "zero_inflated", "hurdle"),
    "normal quantile": ("probit",),
    "sd(y)": ("real",),
}


def _sd(a: Asked) -> float:
    """Of the column x."""
    mean = a.weight @ a.table.x / a.weight.sum()
    return float(np.sqrt(a.weight @ (a.table.x - mean) ** 2 / a.weight.sum()))


def _sd_of(prior: str) -> float:
    assert prior.startswith("Normal(0, ")
    return float(prior.removeprefix("Normal(0, ").removesuffix(")"))


def _prior_of_x(a: Asked, unit: float) -> Floats:
    table = a.table.assign(y=unit * a.table.y, offset=unit * a.table.offset)
    priors = assign(a.case.model(FORMULA, table))
    return np.array([prior.sd if isinstance(prior, st.Normal) else prior.median for prior in priors.each])


@question("Posterior.to_arviz", heavy=True)
def datatree_of_a_posterior(a: Asked) -> None:
    tree = drawn(a.case).to_arviz()
    _groups(a, tree, drawn(a.case).flat)


@question("st.to_arviz", heavy=True)
def datatree_of_a_fit(a: Asked) -> None:
    tree = st.to_arviz(a.fit, draws=400, seed=1)
    parts = [np.atleast_2d(v.to_numpy().reshape(400, -1)) for v in tree["posterior"].data_vars.values()]
    values = np.concatenate(parts, axis=1)
    u = _logarithms(a, values)
    q = len(a.theta)
    assert_allclose((u[:, :q].mean(axis=0) - a.theta) / a.unit, 0.0, atol=0.25)  # 400 draws err by 0.05
    assert_allclose(np.cov(u[:, :q], rowvar=False) / np.outer(a.unit, a.unit), _correlation(a), atol=0.3)
    _groups(a, tree, values)


def _correlation(a: Asked) -> Floats:
    return np.asarray(a.fit.covariance / np.outer(a.unit, a.unit))


def _groups(a: Asked, tree: Any, values: Floats) -> None:
    """Data as they are, log-likelihoods and replicates of each row."""
    name = next(iter(tree["observed_data"].data_vars))
    assert_allclose(tree["observed_data"][name].to_numpy().astype(float), a.y, rtol=1e-12)
    rows = tree["log_likelihood"][name].to_numpy().reshape(len(values), -1)
    assert_allclose(rows, _pointwise(a, values) * a.weight, rtol=1e-7, atol=1e-9)
    made = tree["posterior_predictive"][name].to_numpy().reshape(len(values), -1).astype(float)
    assert (made == np.round(made)).all() == a.is_discrete
    _as_distributed(a, values, made)


def _as_distributed(a: Asked, values: Floats, made: Floats, table: Any = None) -> None:
    """Outcomes made at draws are of SciPy's distribution: their mid-ranks in it are uniform."""
    some = slice(None) if a.has_several else slice(None, None, len(values) // 50)
    made, values, u = made[some], values[some], _logarithms(a, values[some])
    at = a.distribution(u[:, :-1], table, values[:, -1]) if a.is_least_squares else a.distribution(u, table)
    if a.has_several:
        assert_allclose([(made == k).mean(axis=0) for k in range(3)], at.mean().mean(axis=0).T, atol=0.14)
        return
    below = at.cdf(made - 1.0) if a.is_discrete else at.cdf(made)
    rank = below + np.random.default_rng(1).random(made.shape) * (at.cdf(made) - below)
    assert stats.kstest(rank.ravel(), "uniform").pvalue > 1e-3


@question("Posterior.predict", heavy=True)
def predicted_by_draws(a: Asked) -> None:
    found, new = drawn(a.case), new_rows(a)
    u = _logarithms(a, found.flat)
    theta = u[:, : len(a.theta)]
    assert_allclose(found.predict(new), a.mean(theta, new), rtol=1e-9, atol=1e-12)
    made = found.predict(kind="observation", seed=3)
    _as_distributed(a, found.flat, made)


@question("st.predictive_check", "PredictiveCheck", heavy=True)
def predictive_check(a: Asked) -> None:
    """The mean outcome is reproduced by what was fitted to it, with the spread that its distribution has."""
    found = drawn(a.case).check(np.mean, seed=4)
    assert_allclose(found.observed, a.y.mean(), rtol=1e-12)
    assert 0.01 < found.p_value < 0.99
    spread = np.sqrt((_variance(a)).sum()) / len(a.y)  # beside it the uncertainty of the parameters
    assert spread < found.replicated.std() < 2.0 * spread


def _variance(a: Asked) -> Floats:
    if a.has_several:
        p = a.at.mean()
        return p @ np.arange(3) ** 2 - (p @ np.arange(3)) ** 2
    return a.at.var()


@question("st.compare of posteriors", "PosteriorComparison", heavy=True)
def leave_one_out_of_rows(a: Asked) -> None:
    """PSIS-LOO of SciPy's log-likelihoods at the same draws."""
    posterior = drawn(a.case)
    found = st.compare(posterior, posterior).table()
    rows = _pointwise(a, posterior.flat) * a.weight
    draws = {"posterior": {"theta": posterior.draws}, "log_likelihood": {"y": rows.reshape(1, len(rows), -1)}}
    each = leave_one_out(datatree(draws, dims={}, coords={}, attrs={}))[0]
    assert_allclose(found.elpd, each.sum(), rtol=1e-6)
    assert_allclose(found.aic, a.fit.aic, rtol=1e-8)


@question("st.empirical_bayes", refused=("weights",), only=("negative_binomial", "beta_binomial"))
def shrinkage(a: Asked) -> None:
    """The posterior mean of the factor or the share of each row, the conjugate one at the estimates."""
    found = st.empirical_bayes(a.fit)
    size = np.exp(a.theta[-1])
    if a.case.outcome == "trials":
        p = a.mean(a.theta)
        wanted = (size * p + a.y) / (size + a.table.trials)
        assert_allclose(found.posterior.mean, wanted, rtol=1e-8)
    else:
        exposure = a.beside("exposure") * np.exp(a.beside("offset"))
        rate = a.mean(a.theta) / exposure
        assert_allclose(found.posterior.mean, (1.0 / size + a.y) / (1.0 / (size * rate) + exposure), rtol=1e-8)
