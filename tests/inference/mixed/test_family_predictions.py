"""Predictions of mixed regressions: of whom, of what, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr, ndtri
from scipy.stats import betabinom, binom, gamma

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.mixed.predictions import GROUPS
from tests.inference.mixed.regressions import NODES, SHARE, fit, rows, table


def test_of_whom_it_is_predicted():
    one = fit("probit")
    assert set(GROUPS) == {"population", "known", "typical", "new"}
    X, s = np.asarray(one.model.fixed.rows.X)[:3], float(one.found.roots[0][0, 0])
    eta = X @ one.estimate
    assert_allclose(one.predict(rows()), ndtr(eta / np.sqrt(1.0 + s * s)), rtol=1e-12)
    assert_allclose(one.predict(rows(), groups="typical"), ndtr(eta), rtol=1e-12)
    assert_allclose(one.predict(rows(), groups="known"), ndtr(eta + one.found.modes[0][0, 0]), rtol=1e-12)
    assert_allclose(one.predict(rows(), groups="new"), one.predict(rows()), rtol=1e-14)
    assert_allclose(one.predict(rows(), kind="link"), eta, rtol=1e-12)
    assert len(one.predict()) == len(table()["x"])


def test_a_new_group_is_as_uncertain_as_any():
    one = fit("probit")
    found = one.predict(rows(), groups="new", interval=0.9)
    X, s = np.asarray(one.model.fixed.rows.X)[:3], float(one.found.roots[0][0, 0])
    half = -ndtri(0.05) * np.sqrt(np.einsum("ip,pq,iq->i", X, one.covariance, X) + s * s)
    assert_allclose(found["lower"], ndtr(X @ one.estimate - half), rtol=1e-10)
    assert_allclose(found["upper"], ndtr(X @ one.estimate + half), rtol=1e-10)
    assert_allclose(found["mean"], one.predict(rows()), rtol=1e-14)
    apart = {name: column for name, column in rows().items() if name != "g"}
    assert_allclose(one.predict(apart, groups="new"), found["mean"])


def test_observations_of_known_and_new_groups():
    one = fit("binomial")
    known, new = (one.predict(rows(), groups=groups, kind="observation", interval=0.8) for groups in ("known", "new"))
    assert_allclose(known["mean"], 5.0 * one.predict(rows(), groups="known"))
    X, s = np.asarray(one.model.fixed.rows.X)[:3], float(one.found.roots[0][0, 0])
    spread = np.sqrt(np.einsum("ip,pq,iq->i", X, one.covariance, X) + s * s)
    at = expit(X @ one.estimate + spread * NODES[:, None])
    below, within = (binom.cdf(ends, 5, at).T @ SHARE for ends in (new["lower"] - 1.0, new["upper"]))
    assert (below <= 0.1).all()
    assert (within >= 0.9 - 1e-6).all()
    with pytest.raises(IncompatibleError, match="an observation belongs to a group"):
        one.predict(rows(), kind="observation")


def test_labels_in_order_have_a_probability_each():
    one = fit("ordinal")
    found = one.predict(rows())
    assert list(found) == ["0", "1", "2"]
    assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    long = one.predict(rows(), groups="known", interval=0.9)
    cuts, eta = one.estimate[-2:], np.asarray(rows()["x"]) * one.estimate[0] + one.found.modes[0][0, 0]
    assert_allclose(long["mean"][long.category == "0"], expit(cuts[0] - eta), rtol=1e-10)
    assert ((long.lower < long["mean"]) & (long["mean"] < long.upper)).all()
    assert_allclose(one.predict(rows(), kind="cumulative").iloc[:, 1], 1.0 - found["2"], rtol=1e-12)
    assert_allclose(one.predict(rows(), kind="score"), found @ [0.0, 1.0, 2.0], rtol=1e-12)
    with pytest.raises(IncompatibleError, match="rise and fall"):
        one.predict(rows(), groups="new", interval=0.9)


def test_groups_that_were_not_seen_and_rows_with_gaps():
    one = fit("logistic")
    with pytest.raises(DomainError, match="the groups 'g99' of 'g'"):
        one.predict(rows(1) | {"g": ["g99"]}, groups="known")
    gaps = pd.DataFrame(rows()).astype({"g": object})
    gaps.loc[1, "g"] = None
    found = one.predict(gaps, groups="known", missing="null", interval=0.9)
    assert found["mean"].isna().tolist() == [False, True, False]
    assert one.predict(gaps).notna().all()
    with pytest.raises(IncompatibleError, match="groups"):
        one.predict(rows(), groups="all")


def test_quantiles_of_known_and_new_groups():
    one = fit("binomial")
    X, s = np.asarray(one.model.fixed.rows.X)[:3], float(one.found.roots[0][0, 0])
    known = expit(X @ one.estimate + one.found.modes[0][0, 0])
    assert_allclose(one.predict(rows(), groups="known", kind="median"), binom.ppf(0.5, 5, known))
    found = one.predict(rows(), groups="new", kind="quantile", p=0.9)
    at = expit(X @ one.estimate + s * NODES[:, None])
    below, within = (binom.cdf(ends, 5, at).T @ SHARE for ends in (found - 1.0, found))
    assert (below < 0.9).all()
    assert (within >= 0.9).all()
    with pytest.raises(IncompatibleError, match="a quantile of an outcome belongs to a group"):
        one.predict(rows(), kind="quantile", p=0.9)
    with pytest.raises(IncompatibleError, match="has no interval: leave"):
        one.predict(rows(), groups="new", kind="median", interval=0.9)
    with pytest.raises(IncompatibleError, match="two labels, which has no quantiles"):
        fit("logistic").predict(rows(), kind="median")


def test_quantiles_of_groups_and_of_trials_that_share_their_probability():
    g = np.random.default_rng(3)
    table = {"x": g.normal(size=120), "g": np.repeat(list("abcdefghijkl"), 10), "n": np.tile([4, 9], 60)}
    eta = 0.5 * table["x"] + np.repeat(g.normal(size=12), 10)
    table["k"] = g.binomial(table["n"], g.beta(4.0 * expit(eta), 4.0 * expit(-eta)))
    one = st.fit(st.beta_binomial("k ~ x + (1 | g)", table, trials="n"))
    s, root = np.exp(one.estimate[-1]), float(one.found.roots[0][0, 0])
    line = np.asarray(one.model.fixed.rows.X) @ one.estimate[:2]
    p = expit(line + one.found.modes[0][0, one.model.random[0].codes])
    found = one.predict(groups="known", kind="quantile", p=0.8)
    assert_allclose(found, betabinom.ppf(0.8, table["n"], s * p, s * (1.0 - p)))
    found = one.predict(groups="new", kind="median")
    at = expit(line + root * NODES[:, None])
    below, within = (betabinom.cdf(k, table["n"], s * at, s * (1.0 - at)).T @ SHARE for k in (found - 1.0, found))
    assert (below < 0.5 + 1e-6).all()
    assert (within >= 0.5 - 1e-6).all()


def test_a_quantile_of_an_amount_has_an_interval_by_the_delta_method():
    g = np.random.default_rng(4)
    table = {"x": g.normal(size=120), "g": np.repeat(list("abcdefghijkl"), 10)}
    table["y"] = g.gamma(3.0, np.exp(0.4 * table["x"] + np.repeat(g.normal(size=12), 10)) / 3.0)
    one = st.fit(st.gamma("y ~ x + (1 | g)", table))
    found = one.predict(groups="known", kind="quantile", p=0.9, interval=0.9)
    dispersion = np.exp(one.estimate[-1])
    mean = one.predict(groups="known")
    assert_allclose(found["quantile"], gamma.ppf(0.9, 1.0 / dispersion, scale=dispersion * mean), rtol=1e-8)
    of_mean = one.predict(groups="known", interval=0.9)
    wide, least = np.log(found["upper"] / found["lower"]), np.log(of_mean["upper"] / of_mean["lower"])
    assert ((wide > least) & (wide < 1.5 * least)).all()  # the dispersion is uncertain too
