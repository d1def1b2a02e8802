"""Each convention of the table is planted and found."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.search import CONVENTIONS, explore
from stattools.validation.conventions.state import start_of
from tests.sizes import first
from tests.validation.conventions.planted import (
    COX,
    LOGISTIC,
    MIXED,
    NEGATIVE,
    OLS,
    POISSON,
    TABLE,
    claim_of,
    only,
)


def _of_column(name, values):
    return TABLE.assign(**{name: values})


def _se(times):
    def change(frame):
        return frame.assign(se=frame.se * times(frame.se))

    return change


def _logs(frame):
    return frame.assign(se=frame.se, estimate=np.exp(frame.estimate))


REORDERED = pd.Categorical(TABLE.g, categories=["b", "a", "c"])
GAMMA = st.glm("cost ~ x", TABLE, family="gamma", link="log")
AFT = st.aft("survival(week, up) ~ x", TABLE, distribution="weibull")
PROBIT = st.probit("up ~ x + z", TABLE)
BARE = st.ols("y ~ x + z", TABLE)

GAPPED = TABLE.assign(x=TABLE.x.where(np.arange(len(TABLE)) % 9 > 0))
GAPS = st.ols("y ~ x", GAPPED)
APART = TABLE.assign(y=TABLE.y + TABLE.firm % 5)
GROUPED = st.linear_mixed("y ~ x + (1 | firm)", APART)
SPARE = TABLE.assign(spare=TABLE["count"].where(np.arange(len(TABLE)) % 3 > 0, 0))
INFLATED = st.zero_inflated("spare ~ x", SPARE)
PAIRS = st.logistic("I(count > 4) ~ x + (1 | firm)", TABLE)
PLANTED = {
    "reference level": (
        OLS,
        lambda: claim_of(st.ols("y ~ x + z + g", _of_column("g", REORDERED))),
        "b is the reference",
    ),
    "numbers or categories": (
        st.ols("y ~ x + k", TABLE),
        lambda: claim_of(st.ols("y ~ x + C(k)", TABLE)),
        "k, a number, is read as categories",
    ),
    "integral": (
        PAIRS,
        lambda: claim_of(PAIRS, columns=("se",), integral="laplace"),
        "by Laplace's approximation (nAGQ = 1)",
    ),
    "coding": (OLS, lambda: claim_of(st.ols("y ~ x + z + C(g, contr.sum)", TABLE)), "g is coded by sum to zero"),
    "scaled columns": (
        OLS,
        lambda: claim_of(st.ols("y ~ x + z + g", _of_column("z", TABLE.z / 10))),
        "z is in units of 10",
    ),
    "standardized columns of X": (
        OLS,
        lambda: claim_of(st.ols(TABLE.y, _standardized(np.asarray(OLS.rows.X)[:, 1:]), names=OLS.terms[1:])),
        "all columns of X",
    ),
    "intercept": (BARE, lambda: claim_of(st.ols("y ~ 0 + x + z", TABLE)), "no intercept"),
    "terms": (OLS, lambda: claim_of(st.ols("y ~ x + z", TABLE)), "no g"),
    "weights": (LOGISTIC, lambda: claim_of(st.logistic("up ~ x + z", TABLE, weights="k")), "k as frequency weights"),
    "rows dropped": (OLS, lambda: claim_of(st.ols("y ~ x + z + g", TABLE.iloc[:-7])), "the last 7"),
    "not converged": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, change=_stopped, **only("se")),
        "after 2 steps of Newton's method from zero",
    ),
    "offset": (POISSON, lambda: claim_of(st.poisson("count ~ x", TABLE)), "the offset or exposure left out"),
    "outcome coding": (
        LOGISTIC,
        lambda: claim_of(st.logistic("up ~ x + z", _of_column("up", 1 - TABLE.up))),
        "P(up = 0)",
    ),
    "scaled outcome": (
        OLS,
        lambda: claim_of(st.ols("y ~ x + z + g", _of_column("y", TABLE.y / 100)), 8),
        "in units of 100",
    ),
    "family or link": (LOGISTIC, lambda: claim_of(st.probit("up ~ x + z", TABLE)), "probit regression"),
    "link or distribution": (
        AFT,
        lambda: claim_of(st.aft("survival(week, up) ~ x", TABLE, distribution="lognormal")),
        "lognormal times",
    ),
    "ties": (COX, lambda: claim_of(st.cox("survival(week, up) ~ x + z", TABLE, ties="breslow")), "Breslow's ties"),
    "ML or REML": (MIXED, lambda: claim_of(MIXED, rows=2, **only("se"), reml=False), "maximum likelihood (ML)"),
    "penalty": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, penalty=st.Ridge(5.0), **only()),
        "a ridge (L2) penalty on all columns but the intercept",
    ),
    "kind of standard errors": (OLS, lambda: claim_of(OLS, cov="HC3"), "standard errors of kind HC3"),
    "clusters": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, cov=st.Cluster("firm", correction="stata")),
        "clustered by firm (12 groups, G / (G - 1))",
    ),
    "lags": (OLS, lambda: claim_of(OLS, cov=st.HAC(3)), "with 3 lags (no correction)"),
    "expected or observed information": (
        PROBIT,
        lambda: claim_of(PROBIT, change=_expected, **only("se")),
        "expected information",
    ),
    "dispersion": (
        OLS,
        lambda: claim_of(OLS, change=_se(lambda se: np.sqrt((OLS.n - 5) / OLS.n)), **only("se")),
        "RSS / n",
    ),
    "moment dispersion": (GAMMA, lambda: claim_of(GAMMA, rows=2, change=_pearson, **only("se")), "Pearson's statistic"),
    "exponentiated coefficients": (LOGISTIC, lambda: claim_of(LOGISTIC, exponentiate=True), "odds ratios"),
    "other sign": (
        OLS,
        lambda: claim_of(OLS, change=lambda frame: frame.assign(estimate=-frame.estimate), **only("se", "p_value")),
        "the other sign",
    ),
    "t or normal": (OLS, lambda: claim_of(OLS, change=_normal, **only("lower", "upper")), "a normal distribution"),
    "level": (LOGISTIC, lambda: claim_of(LOGISTIC, level=0.9), "intervals at 90 %"),
    "rounded quantile": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, change=lambda frame: _ends(frame, 2.0), **only("se", "lower", "upper")),
        "intervals of 2 standard errors",
    ),
    "profile intervals": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, change=_profile, **only("se", "lower", "upper")),
        "profile",
    ),
    "one-sided p-values": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, change=lambda frame: frame.assign(p_value=frame.p_value / 2)),
        "one-sided",
    ),
    "missing values filled": (
        GAPS,
        lambda: claim_of(st.ols("y ~ x", _of_column("x", GAPPED.x.fillna(GAPPED.x.mean())))),
        "missing values of x filled with the mean",
    ),
    "censoring": (COX, lambda: claim_of(st.cox("survival(week) ~ x + z", TABLE)), "every row as an event"),
    "strata": (
        COX,
        lambda: claim_of(st.cox("survival(week, up) ~ x + z", TABLE, strata="kind")),
        "a baseline hazard for each kind",
    ),
    "rows duplicated": (
        BARE,
        lambda: _appended(),
        "30 rows counted twice: numbers 21 to 50",
    ),
    "variance of counts": (NEGATIVE, lambda: claim_of(_linear(), **only()), "(NB1)"),
    "alpha held": (NEGATIVE, lambda: claim_of(_geometric(), **only()), "alpha = 1"),
    "zeros": (INFLATED, lambda: claim_of(st.poisson("spare ~ x", SPARE)), "without zero inflation"),
    "effects of groups": (
        GROUPED,
        lambda: claim_of(st.ols("y ~ x", APART)),
        "without the effects of groups, (1 | firm)",
    ),
    "transformed columns": (
        st.ols("y ~ x + time", TABLE),
        lambda: claim_of(st.ols("y ~ x + time", _of_column("time", np.log(TABLE.time)))),
        "the logarithm of time in its place",
    ),
    "transformed outcome": (
        st.ols("cost ~ x", TABLE),
        lambda: claim_of(st.ols("cost ~ x", _of_column("cost", np.log(TABLE.cost)))),
        "the logarithm of the outcome, cost,",
    ),
    "squared statistic": (
        LOGISTIC,
        lambda: claim_of(LOGISTIC, change=lambda frame: frame.assign(statistic=frame.statistic**2)),
        "chi-squared",
    ),
}
"""A model, what somebody printed of it under another convention, and words that name this."""


def _geometric():
    from stattools.validation.recipes.likelihoods import with_known_alpha

    return with_known_alpha(st.poisson("count ~ x", TABLE), 1.0)


def _appended():
    again = pd.concat([TABLE, TABLE.iloc[20:50]])
    return read_claim(st.fit(st.ols("y ~ x + z", again)).table()[["term", "estimate", "se"]].round(5), n=len(again))


def _linear():
    from stattools.validation.recipes.likelihoods import with_linear_variance

    return with_linear_variance(NEGATIVE)


def _standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)


def _expected(frame):
    from stattools.validation.recipes.recipe import Recipe

    return frame.assign(se=Recipe(PROBIT, information="expected").se(st.fit(PROBIT).estimate))


def _pearson(frame):
    from stattools.validation.recipes.recipe import Recipe

    return frame.assign(se=Recipe(GAMMA, dispersion="X2").se(st.fit(GAMMA).estimate)[:2])


def _stopped(frame):
    from stattools.validation.recipes.recipe import Recipe

    theta = np.zeros(len(frame))
    for _ in range(2):
        now = LOGISTIC.evaluate(theta)
        theta = theta + np.linalg.solve(now.information, now.score)
    return frame.assign(estimate=theta, se=Recipe(LOGISTIC).se(theta))


def _normal(frame):
    return _ends(frame.assign(se=st.fit(OLS).se), 1.959963984540054).drop(columns="se")


def _ends(frame, reach):
    return frame.assign(lower=frame.estimate - reach * frame.se, upper=frame.estimate + reach * frame.se)


def _profile(frame):
    lower, upper = st.fit(LOGISTIC).interval(kind="profile")
    return frame.assign(lower=lower, upper=upper)


def test_every_convention_is_planted():
    assert {choice.name for choice in CONVENTIONS} == set(PLANTED)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_convention_is_found(name):
    model, plant, words = PLANTED[name]
    claim = plant()
    choices = tuple(choice for choice in CONVENTIONS if choice.name == name)
    found = explore(claim, start_of(claim, model), most=1, conventions=choices).found
    assert words in " or ".join(text for one in found for text in (one.words, *one.twins))


@pytest.mark.slow
@pytest.mark.parametrize("name", first(12, PLANTED, pytest.mark.nightly))
def test_a_planted_convention_is_found_in_the_whole_table(name):
    model, plant, words = PLANTED[name]
    claim = plant()
    found = explore(claim, start_of(claim, model), most=1).found
    assert words in " or ".join(text for one in found for text in (one.words, *one.twins))
