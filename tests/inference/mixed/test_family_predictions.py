"""Predictions of mixed regressions: of whom, of what, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr, ndtri
from scipy.stats import binom

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.mixed.family_predictions import GROUPS
from tests.inference.mixed.regressions import NODES, SHARE, fit, rows, table


def test_of_whom_it_is_predicted():
    one = fit("probit")
    assert tuple(GROUPS) == ("population", "known", "typical", "new")
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
    with pytest.raises(DomainError, match="groups"):
        one.predict(rows(), groups="all")
