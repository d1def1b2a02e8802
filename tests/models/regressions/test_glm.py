"""Regressions by family and link: the numbers of statsmodels on each pair, names, refusals, starts."""

import warnings
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.othermod.betareg import BetaModel

import stattools as st
from stattools.interface.names.answers import vocabulary
from stattools.likelihoods.links import LINKS
from stattools.models.regressions.glm import GENERALIZED, _known
from tests.families import CASES

THEIRS = {
    "identity": "Identity",
    "log": "Log",
    "logit": "Logit",
    "probit": "Probit",
    "cloglog": "CLogLog",
    "loglog": "LogLog",
    "cauchit": "Cauchy",
    "inverse": "InversePower",
    "inverse-squared": "InverseSquared",
    "sqrt": "Sqrt",
}
KINDS = {
    "normal": lambda link, _: sm.families.Gaussian(link),
    "binomial": lambda link, _: sm.families.Binomial(link),
    "poisson": lambda link, _: sm.families.Poisson(link),
    "gamma": lambda link, _: sm.families.Gamma(link),
    "inverse-gaussian": lambda link, _: sm.families.InverseGaussian(link),
    "negative-binomial": lambda link, last: sm.families.NegativeBinomial(link, alpha=last),
}
"""The families that its GLM has."""
PAIRS = [(family, link) for family, made in GENERALIZED.items() for link in made.links]
X = np.random.default_rng(1).uniform(size=300)
TABLE = {"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 2.0, 2.0, 5.0]}


def mean(link):
    """Means well inside those of every family."""
    eta = {"log": -1.5 + 0.8 * X, "identity": 0.2 + 0.4 * X, "inverse": 1.5 + X, "inverse-squared": 1.5 + X}
    return LINKS[link].mean(eta.get(link, 0.3 + 0.5 * X))


def outcome(family, link):
    return CASES[family].drawn(np.random.default_rng(2), mean(link))


@pytest.mark.parametrize(("family", "link"), [pair for pair in PAIRS if pair[0] in (*KINDS, "beta")])
def test_every_family_and_link_has_the_numbers_of_statsmodels(family, link):
    """At its tolerance 1e-14, its standard errors from the observed information with its scale undone."""
    y = outcome(family, link)
    fit = st.fit(st.glm("y ~ x", {"y": y, "x": X}, family=family, link=link))
    theirs = getattr(sm.families.links, THEIRS[link])()
    if family == "beta":
        other = BetaModel(y, sm.add_constant(X), link=theirs).fit(disp=False, method="newton", tol=1e-14)
        assert_allclose(fit.estimate, other.params, rtol=1e-7)
        assert_allclose(fit.se, other.bse, rtol=1e-4)  # numerical derivatives
        return
    last = float(np.exp(fit.estimate[-1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of links that leave the domain
        other = sm.GLM(y, sm.add_constant(X), family=KINDS[family](theirs, last)).fit(tol=1e-14, maxiter=2000)
        information = -other.model.hessian(other.params, scale=1.0, observed=True)
    assert np.abs((fit.estimate[:2] - other.params) / fit.se[:2]).max() < 1e-8
    if family != "negative-binomial":  # it takes alpha as known
        scale = {"normal": fit.scale if link == "identity" else last, "binomial": 1.0, "poisson": 1.0}
        spread = scale.get(family, np.sqrt(last))
        assert_allclose(fit.se[:2], spread * np.sqrt(np.diagonal(np.linalg.inv(information))), rtol=1e-8)


@pytest.mark.parametrize(("family", "link"), PAIRS)
def test_the_score_is_zero_and_the_other_parameter_at_its_maximum(family, link):
    model = st.glm("y ~ x", {"y": outcome(family, link), "x": X}, family=family, link=link)
    fit = st.fit(model)
    assert np.abs(model.score(fit.estimate) * fit.se).max() < 1e-7
    assert st.validate(fit).ok


@pytest.mark.parametrize(
    ("family", "link", "named"),
    [
        ("normal", None, st.ols),
        ("poisson", "log", st.poisson),
        ("negative_binomial", None, st.negative_binomial),
        ("Gamma", "LOG", st.gamma),
    ],
)
def test_the_usual_pairs_are_the_named_regressions(family, link, named):
    own, other = st.glm("y ~ x", TABLE, family=family, link=link), named("y ~ x", TABLE)
    assert (own.kind, own.title, own.likelihood) == (other.kind, other.title, other.likelihood)


def test_binomial_outcomes_are_events_or_groups():
    coins = {"y": ["no", "yes", "no", "yes"], "x": TABLE["x"]}
    assert st.glm("y ~ x", coins, family="binomial").likelihood == st.Bernoulli()
    assert st.glm("y ~ x", coins, family="binomial", link="probit").likelihood == st.Probit()
    assert st.glm("y ~ x", coins, family="binomial", link="cloglog").labels == ("no", "yes")
    groups = {"k": [1, 2, 2, 5], "m": [4, 3, 3, 1], "n": [5, 5, 5, 6], "x": TABLE["x"]}
    for link in ("probit", "cloglog"):
        one = st.fit(st.glm("k + m ~ x", groups, family="binomial", link=link))
        other = st.fit(st.glm("k ~ x", groups, family="binomial", link=link, trials="n"))
        rows = [(k, n) for k, n in zip(groups["k"], groups["n"], strict=True)]
        long = {
            "y": np.concatenate([[1.0] * k + [0.0] * (n - k) for k, n in rows]),
            "x": np.repeat(groups["x"], groups["n"]),
        }
        single = st.fit(st.glm("y ~ x", long, family="binomial", link=link))
        assert_allclose(one.estimate, other.estimate, rtol=1e-12)
        assert_allclose(one.estimate, single.estimate, rtol=1e-9)
        assert_allclose(one.se, single.se, rtol=1e-9)
    assert_allclose(st.fit(st.probit("k + m ~ x", groups)).estimate[0], one.estimate[0], atol=1.0)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"family": "gaussian"}, st.DomainError, r"no family 'gaussian': its name here is 'normal'"),
        ({"family": "tweedie"}, st.DomainError, r"needs family=, one of 'normal', 'binomial'"),
        ({"family": "poisson", "link": "power"}, st.DomainError, r"needs link=, one of 'identity', 'log'"),
        ({"family": st.Poisson()}, st.DomainError, r"needs family=, one of"),
        (
            {"family": "poisson", "link": "logit"},
            st.IncompatibleError,
            r"'poisson' one of the links log, identity, sqrt",
        ),
        (
            {"family": "beta", "link": "inverse_squared"},
            st.IncompatibleError,
            r"links logit, probit, .*'inverse-squared'",
        ),
        ({"family": "gamma", "trials": "x"}, st.IncompatibleError, r"trials= goes with the family binomial"),
        ({"family": "normal", "exposure": "x"}, st.IncompatibleError, r"poisson and gamma and inverse-gaussian and"),
        (
            {"family": "gamma", "link": "inverse", "exposure": "y"},
            st.IncompatibleError,
            r"link is log; got link='inverse'",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        st.glm("y ~ x", TABLE, **options)


def test_a_start_is_within_the_domain():
    g = np.random.default_rng(3)
    x, z, offset = g.uniform(size=60), g.normal(size=60), 2.0 * g.normal(size=60)
    y = g.gamma(2.0, 1.0, 60)
    given: Any = (("y ~ 0 + x + z", {}), ("y ~ x", {"offset": offset}))
    for formula, columns in given:
        model = st.glm(formula, {"y": y, "x": x, "z": z}, family="gamma", link="inverse", **columns)
        assert np.isfinite(model.evaluate(model.start).loglik)
    with pytest.raises(st.DomainError, match=r"no coefficients give every row a linear predictor between 0 and inf"):
        st.glm("y ~ 0 + z", {"y": y, "z": z}, family="gamma", link="inverse")
    with pytest.raises(st.DomainError, match=r"link inverse needs an outcome whose mean it has; got a mean of -"):
        st.glm("y ~ x", {"y": -y, "x": x}, family="normal", link="inverse")


def dispersed():
    g, n = np.random.default_rng(5), 240
    x, group = g.uniform(size=n), np.array(list("ab"))[np.arange(n) % 2]
    m, phi = np.exp(0.5 + x), np.where(group == "b", 1.0, 0.2)
    share = g.beta(2.0 / phi, 3.0 / phi)
    return {
        "x": x,
        "g": group,
        "cost": g.gamma(1.0 / phi, m * phi),
        "time": g.wald(m, 1.0 / phi),
        "count": g.negative_binomial(1.0 / phi, 1.0 / (1.0 + m * phi)),
        "size": m + phi * g.normal(size=n),
        "share": share,
        "k": g.binomial(12, share),
        "n": np.full(n, 12),
    }


FORMULAS = {
    "cost": lambda f, t, by: st.gamma(f, t, dispersion=by),
    "time": lambda f, t, by: st.glm(f, t, family="inverse-gaussian", dispersion=by),
    "count": lambda f, t, by: st.negative_binomial(f, t, dispersion=by),
    "share": lambda f, t, by: st.glm(f, t, family="beta", dispersion=by),
    "k": lambda f, t, by: st.beta_binomial(f, t, trials="n", dispersion=by),
    "size": lambda f, t, by: st.glm(f, t, family="normal", link="log", scale=by),
}


@pytest.mark.parametrize("y", FORMULAS)
def test_a_dispersion_of_each_group_is_that_of_separate_fits(y):
    table = dispersed()
    fit = st.fit(FORMULAS[y](f"{y} ~ 0 + g + g:x", table, "~ 0 + g"))
    assert fit.names[-2:] == tuple(f"{fit.names[-1].split(':')[0]}: g[{level}]" for level in "ab")
    parts = {"a": [], "b": []}
    for level in parts:
        some = {name: column[table["g"] == level] for name, column in table.items()}
        parts[level] = st.fit(FORMULAS[y](f"{y} ~ x", some, "~ 1"))
    both = np.array([[part.estimate, part.se] for part in parts.values()])  # (group, estimate and se, 3)
    own = np.stack([fit.estimate, fit.se]).reshape(2, 3, 2)
    assert_allclose(own.transpose(2, 0, 1), both, rtol=1e-7, atol=1e-9)
    assert fit.loglik == pytest.approx(sum(part.loglik for part in parts.values()), rel=1e-12)
    assert st.validate(fit).ok


def test_a_location_scale_model_is_a_maximum_where_least_squares_is_unbiased():
    table = dispersed()
    shared, squares = st.fit(st.glm("size ~ x", table, family="normal", scale="~ 1")), st.fit(st.ols("size ~ x", table))
    assert_allclose(shared.estimate[:2], squares.estimate, rtol=1e-9)
    assert_allclose(np.exp(2.0 * shared.estimate[2]), squares.scale**2 * squares.df / squares.n, rtol=1e-9)
    assert shared.loglik == pytest.approx(squares.loglik, rel=1e-12)
    with pytest.raises(st.IncompatibleError, match=r"scale= goes with the family normal"):
        st.glm("count ~ x", table, family="poisson", scale="~ g")
    with pytest.raises(st.DomainError, match=r"dispersion= is a right side such as"):
        st.negative_binomial("count ~ x", table, dispersion="g")


@pytest.mark.slow
@pytest.mark.parametrize(("family", "link"), PAIRS)
def test_origin_and_unit_of_a_column_change_nothing(family, link):
    """To 1e-9 standard errors."""
    y = outcome(family, link)
    fit = st.fit(st.glm("y ~ x", {"y": y, "x": X}, family=family, link=link))
    moved = st.fit(st.glm("y ~ x", {"y": y, "x": 1e3 * (X + 50.0)}, family=family, link=link))
    assert abs(moved.estimate[1] * 1e3 - fit.estimate[1]) < 1e-9 * fit.se[1] + 1e-12 * abs(fit.estimate[1])
    assert_allclose(moved.se[1] * 1e3, fit.se[1], rtol=1e-8)
    assert_allclose(moved.loglik, fit.loglik, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "link"),
    [pair if k % 4 == 0 else pytest.param(*pair, marks=pytest.mark.nightly) for k, pair in enumerate(PAIRS)],
)
def test_the_truth_is_found_again(family, link):
    """Estimates of 60 samples lie about the truth by their standard errors."""
    g, z = np.random.default_rng(4), []
    x = np.tile(X, 2)
    for _ in range(60):
        order = g.permutation(len(x))
        m = np.tile(mean(link), 2)
        y = CASES[family].drawn(g, m)
        fit = st.fit(st.glm("y ~ x", {"y": y[order], "x": x[order]}, family=family, link=link))
        slope = {"log": 0.8, "identity": 0.4, "inverse": 1.0, "inverse-squared": 1.0}.get(link, 0.5)
        z.append((fit.estimate[1] - slope) / fit.se[1])
    assert abs(np.mean(z)) < 5.0 / np.sqrt(60)
    assert 0.6 < np.std(z) < 1.5


@pytest.mark.parametrize(
    ("what", "written", "ours"),
    [
        ("family", "Inverse Gaussian", "inverse-gaussian"), ("family", "InverseGaussian", "inverse-gaussian"),
        ("family", "negative_binomial", "negative-binomial"), ("family", " GAMMA ", "gamma"),
        ("link", "Inverse_Squared", "inverse-squared"), ("link", "c-log-log", "cloglog"), ("link", "LOG", "log"),
    ],
)  # fmt: skip
def test_a_name_is_read_however_it_is_joined(what, written, ours):
    assert _known(what, written, tuple(GENERALIZED if what == "family" else LINKS)) == ours


@pytest.mark.parametrize(
    ("what", "written", "said"),
    [
        ("family", "nbinom", "its name here is 'negative-binomial'"), ("family", "Gaussian", "'normal'"),
        ("family", "quasi-binomial", "its name here is 'binomial'"), ("family", "wald", "'inverse-gaussian'"),
        ("family", "betareg", "its name here is 'beta'"), ("family", "multinomial", "st.softmax"),
        ("family", "log-normal", "st.ols"), ("family", "gama", "Did you mean 'gamma'?"),
        ("family", st.Poisson(), "Did you mean 'poisson'?"), ("link", "complementary log-log", "'cloglog'"),
        ("link", "reciprocal", "its name here is 'inverse'"), ("link", "1/mu^2", "'inverse-squared'"),
        ("link", "power", "links of any power"),
    ],
)  # fmt: skip
def test_a_name_of_others_is_answered(what, written, said):
    with pytest.raises(st.DomainError) as caught:
        _known(what, written, tuple(GENERALIZED if what == "family" else LINKS))
    assert said in str(caught.value)


def test_the_names_of_others_are_for_names_that_there_are():
    assert vocabulary().values["family of glm"].keys() <= GENERALIZED.keys()
    assert vocabulary().values["link of glm"].keys() == LINKS.keys()


def test_every_family_has_a_row_of_the_tests():
    assert CASES.keys() == GENERALIZED.keys()
