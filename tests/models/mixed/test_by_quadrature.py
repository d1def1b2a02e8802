"""The marginal likelihood by quadrature: certified values, its derivatives, and what it must not depend on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.models.mixed.marginal import ByQuadrature, is_integrated
from tests.cases import rng
from tests.models.mixed.grouped import grouped, term

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the certified data sets are not here")


def table(n: int = 40, groups: int = 8) -> pd.DataFrame:
    random = rng(3)
    g, x = random.integers(0, groups, n), random.normal(size=n)
    g[:groups] = np.arange(groups)
    eta = 0.3 + 0.5 * x + random.normal(size=groups)[g]
    made = pd.DataFrame({"x": x, "g": g, "z": random.normal(size=n), "w": random.integers(1, 4, n)})
    made["event"] = (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    made["count"] = random.poisson(np.exp(eta)).astype(float)
    made["trials"] = made["count"] + random.integers(1, 4, n)
    made["rating"] = np.clip(np.round(2.0 + eta + random.logistic(size=n)), 1, 4)
    made["time"] = np.exp(eta) * random.gamma(2.0, size=n)
    return made


CASES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "binary": lambda t: st.logistic("event ~ x", t),
    "trials and weights": lambda t: st.logistic("count ~ x", t, trials="trials", weights="w"),
    "counts with an offset": lambda t: st.poisson("count ~ x", t, offset="z"),
    "counts that vary": lambda t: st.negative_binomial("count ~ x", t),
    "counts whose variation moves": lambda t: st.negative_binomial("count ~ x", t, dispersion="~ z"),
    "labels in order": lambda t: st.ordinal("rating ~ x", t),
    "times": lambda t: st.glm("time ~ x", t, family="gamma", link="log"),
}


def slopes(f: Callable[[np.ndarray], Any], theta: np.ndarray, h: float = 1e-5) -> np.ndarray:
    return np.array([(f(theta + h * e) - f(theta - h * e)) / (2.0 * h) for e in np.eye(len(theta))])


@pytest.mark.parametrize("name", CASES)
def test_score_and_information_are_the_slopes(name: str):
    t = table()
    fixed, g = CASES[name](t), t["g"].to_numpy()
    effects = {"Intercept": 1.0} if fixed.likelihood.width > 1 else {"Intercept": 1.0, "x": t["x"]}
    model = ByQuadrature.of(grouped(fixed, term(g, **effects)), 20)
    theta = model.start + 0.1
    found = model.evaluate(theta)
    # differences of 1e-5 are exact to about 1e-9 of the log-likelihood, and 20 nodes to 1e-6
    assert_allclose(found.score, slopes(lambda at: model.evaluate(at, 0).loglik, theta), rtol=1e-5, atol=1e-5)
    bend = slopes(lambda at: model.evaluate(at, 1).score, theta)
    assert_allclose(found.information, -bend, rtol=1e-4, atol=1e-4 * np.abs(bend).max())
    assert_allclose(model.evaluate(theta, 1).score, found.score, rtol=1e-9, atol=1e-9)


@needs_data
def test_herds_have_the_certified_likelihood_and_standard_errors():
    t = pd.read_csv(DATA / "cbpp.csv")
    fixed = st.logistic("incidence ~ C(period)", t, trials="size")
    model = ByQuadrature.of(grouped(fixed, term(t["herd"].to_numpy(), Intercept=1.0)), 30)
    back = np.eye(5)
    back[:4, :4] = model.to_fixed
    theta = np.linalg.solve(back, [-1.39923044, -0.99140367, -1.12781947, -1.57947075, 0.64751848])
    found = model.evaluate(theta)
    assert abs(found.loglik + 91.98336903731) < 1e-10
    se = np.sqrt(np.diag(back @ np.linalg.inv(found.information) @ back.T))
    assert_allclose(se, [0.23351159, 0.30676799, 0.32676837, 0.42759450, 0.18052483], atol=1e-8)  # as printed
    assert model.integral_error(theta, np.linalg.inv(found.information)).max() < 1e-6
    # at Laplace's own maximum, where its slope is 0: an error of 1e-5 there is one of 1e-9 in the value
    at = np.linalg.solve(back, [-1.39853267, -0.99233327, -1.12867036, -1.58031561, 0.64226155])
    assert abs(model.with_nodes(1).evaluate(at, 0).loglik + 92.0262818648) < 1e-8


def test_no_effects_are_the_regression_and_their_score_is_zero():
    t = table()
    fixed = st.poisson("count ~ x", t)
    model = ByQuadrature.of(grouped(fixed, term(t["g"].to_numpy(), Intercept=1.0)), 7)
    theta = np.append(model.work.start + 0.2, 0.0)
    found, alone = model.evaluate(theta), model.work.evaluate(theta[:-1])
    assert_allclose(found.loglik, alone.loglik, rtol=1e-13)
    assert_allclose(found.score, np.append(alone.score, 0.0), rtol=1e-11, atol=1e-11)
    assert_allclose(-found.information[-1, -1], model.bends(theta)[0][0, 0], rtol=1e-10)


def test_signs_of_effects_and_their_places_change_nothing():
    t = table()
    g = t["g"].to_numpy()
    shift = t.assign(x=2000.0 + 1e3 * t["x"])
    both = [
        ByQuadrature.of(grouped(st.logistic("event ~ x", one), term(g, Intercept=1.0, x=one["x"])), 15)
        for one in (t, shift)
    ]
    theta = both[0].start
    values = [model.evaluate(theta) for model in both]
    assert_allclose(values[0].loglik, values[1].loglik, rtol=1e-12)
    assert_allclose(values[0].information, values[1].information, rtol=1e-8, atol=1e-8)
    other = theta.copy()
    other[2:4] *= -1.0
    assert_allclose(both[0].evaluate(other, 0).loglik, values[0].loglik, rtol=1e-10)


def test_independent_terms_of_one_grouping_are_one_term_without_covariance():
    t = table()
    g, fixed = t["g"].to_numpy(), st.logistic("event ~ x", t)
    x = t["x"].to_numpy() - t["x"].mean()
    apart = ByQuadrature.of(grouped(fixed, term(g, Intercept=1.0), term(g, x=x)), 15)
    joint = ByQuadrature.of(grouped(fixed, term(g, Intercept=1.0, x=x)), 15)
    assert apart.names[2:] == ("T[1, 1] of (1 | g)", "T[1, 1] of (x | g)")
    theta = np.array([0.2, 0.4, 1.1, 0.7])
    assert_allclose(apart.evaluate(theta, 0).loglik, joint.evaluate(np.insert(theta, 3, 0.0), 0).loglik, rtol=1e-12)


def test_effects_are_in_the_users_columns_and_levels_without_rows_have_none():
    t = table()
    g, x = t["g"].to_numpy(), t["x"].to_numpy()
    random = term(g, Intercept=1.0, x=x)
    fixed = st.logistic("event ~ x", t)
    model = ByQuadrature.of(grouped(fixed, random), 9)
    theta = model.start
    (u,), (S,) = model.effects(theta)
    root = model.to_effects[0] @ model.factors(theta)[0]
    assert u.shape == (2, 8)
    # the slope of log p(y, u) against u is 0 at the mode
    eta = fixed.eta(model.to_fixed @ theta[:2]) + (random.z * u[:, random.codes].T).sum(axis=1)
    s = fixed.likelihood.score(eta, t["event"].to_numpy())
    pull = np.array([np.bincount(random.codes, column * s) for column in random.z.T])
    assert_allclose(pull, np.linalg.solve(root @ root.T, u), atol=1e-6)
    w = fixed.likelihood.information(eta)
    own = random.codes == 3
    H = np.linalg.inv(root @ root.T) + (random.z[own].T * w[own]) @ random.z[own]
    assert_allclose(S[:, :, 3], np.linalg.inv(H), rtol=1e-8)
    more = random.__class__(random.name, "g", random.codes + 1, ("none", *random.levels), random.columns, random.z)
    (v,), (V,) = ByQuadrature.of(grouped(fixed, more), 9).effects(theta)
    assert_allclose(v[:, 0], 0.0)
    assert_allclose(V[:, :, 0], root @ root.T)
    assert_allclose(v[:, 1:], u)


def test_crossed_groups_and_four_effects_are_refused():
    t = table()
    g = t["g"].to_numpy()
    crossed = (term(g, Intercept=1.0), term(np.arange(40) % 5, Intercept=1.0))
    many = (term(g, Intercept=1.0, x=t["x"], z=t["z"], w=t["w"]),)
    assert not is_integrated(crossed)
    assert not is_integrated(many)
    with pytest.raises(IncompatibleError, match=r"up to 3 effects .* Laplace"):
        ByQuadrature.of(grouped(st.logistic("event ~ x", t), *crossed), 9)


def test_a_row_far_out_that_has_all_of_a_column_leaves_first_effects():
    """What the other rows have of the column is next to nothing then, and the far row has no information."""
    y, g = [0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1], [1, 2, 3, 2, 0, 0, 4, 3, 4, 2, 4, 1, 2, 3]
    x = [1e119, *rng(1).normal(size=13)]
    by = ByQuadrature.of(st.poisson("y ~ (0 + x || g)", {"y": y, "x": x, "g": g}), 7)
    for fixed in (0.0, -800.0):  # of a mean of 0 no row has information
        (T,) = by.first_factors(np.array([fixed]))
        assert (T.diagonal() > 0.0).all()
