"""A partial likelihood beside levels kept as codes is that of all their columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.errors import DomainError
from stattools.models.survival.partial_likelihood import information_beside_levels
from stattools.models.survival.risk_sets import RiskSets, breslow
from stattools.numerics.columns import Transposed
from tests.columns import indicators


def table(n=240):
    """Rows in eight groups with ties, late entry, strata and weights."""
    rng = np.random.default_rng(8)
    g, x, z = np.arange(n) % 8, rng.standard_normal(n), 2000.0 + rng.standard_normal(n)
    t = np.round(rng.exponential(size=n) * np.exp(-0.2 * g - 0.4 * x), 1) + 0.1
    return {
        "g": g,
        "x": x,
        "z": z,
        "t": t,
        "d": (rng.random(n) < 0.7) * 1,
        "entry": np.maximum(0.0, t - 0.8 * rng.exponential(size=n)),
        "s": rng.integers(0, 3, n),
        "w": rng.integers(1, 3, n) * 1.0,
    }


LATE = "survival(entry, t, d) ~ C(g) + x + z"
PLAIN = "survival(t, d) ~ x + C(g) + z"
CASES = {
    "ties of Efron": (PLAIN, {}),
    "ties of Breslow": (PLAIN, {"ties": "breslow"}),
    "strata": (PLAIN, {"strata": "s", "weights": "w"}),
    "late entry": (LATE, {}),
    "late entry in strata": (LATE, {"strata": "s", "weights": "w", "ties": "breslow"}),
    "levels alone": ("survival(t, d) ~ C(g)", {}),
    "slopes": ("survival(t, d) ~ x*C(g) + z", {"strata": "s", "weights": "w"}),
    "slopes with late entry": ("survival(entry, t, d) ~ C(g) + C(g):x", {}),
    "slopes alone": ("survival(t, d) ~ C(g):x", {"ties": "breslow"}),
}


@pytest.fixture(params=CASES, ids=str)
def plain_and_coded(request, monkeypatch):
    formula, options = CASES[request.param]
    plain = st.cox(formula, table(), **options)
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.cox(formula, table(), **options)
    assert type(coded.Z) is Transposed
    assert (coded.X.slopes is None) == (":" not in coded.names[-1] and ":" not in coded.names[-2])
    return plain, coded


def test_score_and_information_are_those_of_the_array(plain_and_coded):
    plain, coded = plain_and_coded
    theta = 0.1 * np.random.default_rng(1).standard_normal(len(plain.names))
    ours, theirs = coded.evaluate(theta), plain.evaluate(theta)
    assert_allclose(ours.loglik, theirs.loglik, rtol=1e-12)
    assert_allclose(ours.score, theirs.score, rtol=1e-10, atol=1e-10)
    assert_allclose(ours.information, theirs.information, rtol=1e-10, atol=1e-10)
    weight = np.random.default_rng(2).random(plain.sets.m)
    ours, theirs = coded.at(theta).information(weight), plain.at(theta).information(weight)
    assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def test_levels_kept_as_codes_change_no_fit(plain_and_coded):
    plain, coded = (st.fit(model) for model in plain_and_coded)
    assert coded.names == plain.names
    assert_allclose(coded.estimate, plain.estimate, atol=1e-10)
    assert_allclose(coded.covariance, plain.covariance, rtol=1e-10, atol=1e-12)
    assert_allclose(coded.loglik, plain.loglik, rtol=1e-12)


def test_what_is_asked_of_a_fit_beside_levels(monkeypatch, tmp_path):
    new = {"g": [1, 5], "x": [0.2, -0.1], "z": [2000.0, 2001.0]}
    found = []
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        fit = st.fit(st.cox(PLAIN, table()))
        robust = st.fit(st.cox(PLAIN, table()), cov="HC0")
        again = st.load(fit.save(tmp_path / f"fit {many}"))
        assert_allclose(again.estimate, fit.estimate, rtol=0)
        survival = fit.predict(new, kind="survival", times=[0.5]).survival.to_numpy(dtype=float)
        found.append((survival, fit.proportional_hazards().p_value, robust.se, fit.residuals_of("martingale")))
    for ours, theirs in zip(*found, strict=True):
        assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


def test_exact_ties_have_columns(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    assert type(st.cox(PLAIN, table(), ties="exact").Z) is np.ndarray


def test_linear_predictors_that_are_far_apart_are_near_again(monkeypatch):
    rows = table() | {"x": 400.0 * (np.arange(240) % 3 == 0)}
    plain = st.cox("survival(t, d) ~ C(g) + x", rows)
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.cox("survival(t, d) ~ C(g) + x", rows)
    theta = np.append(np.zeros(7), 1.0)
    assert_allclose(coded.evaluate(theta).loglik, plain.evaluate(theta).loglik, rtol=1e-12)
    ours, theirs = coded.evaluate(theta).information, plain.evaluate(theta).information
    assert_allclose(ours, theirs, rtol=1e-8, atol=1e-6)  # beside squares of 400


def test_more_levels_than_there_is_memory_for_are_refused():
    sets = RiskSets.of(np.array([1.0, 2.0]), np.array([True, True]))
    X = indicators(np.zeros((2, 0)), np.array([0, 1]), 10**8, 0)
    with pytest.raises(DomainError, match="Group the levels"):
        information_beside_levels(X, sets, np.ones(2), np.ones(2), breslow(*np.ones((3, 2))))
