"""Maxima at the edge of the means that a family has: found, named, and told from those within."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

import stattools as st
from stattools.inference.existence import has_edges
from stattools.inference.existence.boundaries import Walled, check_edge, inside

TREATED = {"y": [1, 1, 1, 1, 0, 1, 0, 1, 0, 0], "g": list("aaaabbbbbb")}
NONE = {"y": [0, 0, 0, 0, 3, 1, 0, 1, 2, 0], "g": list("aaaabbbbbb")}


@pytest.mark.parametrize(
    ("table", "family", "link", "said"),
    [
        (TREATED, "binomial", "log", r"4 rows have the probability 1 there \(0, 1, 2, 3\).*link logit"),
        (TREATED, "binomial", "identity", r"4 rows have the probability 1 there \(0, 1, 2, 3\)"),
        (NONE, "poisson", "identity", r"4 rows have the mean 0 there \(0, 1, 2, 3\).*link log, which has no edge"),
        (NONE, "poisson", "sqrt", r"4 rows have the mean 0 there"),
    ],
)
def test_rows_at_the_edge_are_named(table, family, link, said):
    with pytest.raises(st.IdentificationError, match=said):
        st.fit(st.glm("y ~ g", table, family=family, link=link))


def edged(seed: int, n: int = 150):
    g = np.random.default_rng(seed)
    u = g.uniform(size=n)
    return {"u": u, "y": (g.random(n) < np.exp(-1.5 + 1.55 * u).clip(max=1.0)).astype(float)}


@pytest.mark.parametrize("seed", range(6))
def test_within_or_at_the_edge_is_what_a_constrained_maximum_says(seed):
    model = st.glm("y ~ u", edged(seed), family="binomial", link="log")
    X, y = model.rows.X, model.rows.y

    def down(b):
        eta = np.minimum(X @ b, -1e-12)
        return -float(np.sum(np.where(y > 0, eta, np.log(-np.expm1(eta)))))

    held = {"type": "ineq", "fun": lambda b: -1e-9 - X @ b}
    found = optimize.minimize(down, [-1.5, 0.5], method="SLSQP", constraints=[held], options={"ftol": 1e-13})
    if (X @ found.x).max() > -1e-4:
        with pytest.raises(st.IdentificationError, match="1 row has the probability 1 there"):
            st.fit(model)
    else:
        assert_allclose(st.fit(model).estimate, found.x, atol=1e-3)  # the other stops early


def test_a_maximum_within_is_found_from_within():
    g = np.random.default_rng(1)
    x = g.uniform(size=80)
    model = st.glm("y ~ x", {"y": g.poisson(0.3 + 2.0 * x), "x": x}, family="poisson", link="identity")
    assert has_edges(model)
    found, fit = inside(model), st.fit(model)
    assert found is not None
    assert_allclose(found.estimate, fit.estimate, rtol=1e-8)
    check_edge(model, fit.estimate)


def test_the_slopes_of_the_barrier_are_those_of_differences():
    work, _ = st.glm("y ~ u", edged(1), family="binomial", link="identity").standardized()
    barrier, theta, h = replace(work, likelihood=Walled(work.likelihood, 0.3)), work.start, 1e-6
    now = barrier.evaluate(theta)
    for j, step in enumerate(h * np.eye(2)):
        ahead, behind = barrier.evaluate(theta + step), barrier.evaluate(theta - step)
        assert_allclose(now.score[j], (ahead.loglik - behind.loglik) / (2 * h), rtol=1e-6)
        assert_allclose(now.information[j], (behind.score - ahead.score) / (2 * h), rtol=1e-5, atol=1e-4)
