"""Draws against their references; draws that are moved or too wide are found out."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from tests.sizes import slowly

RNG = np.random.default_rng(5)
N = 40
X = RNG.normal(size=N)
DATA = {
    "x": X,
    "y": 1 + X + RNG.normal(size=N),
    "k": RNG.poisson(np.exp(0.5 * X)),
    "ill": (RNG.random(N) < 0.4).astype(int),
    "arm": RNG.choice(["A", "B"], N),
}

DRAWN = {
    "grid": (st.logistic("ill ~ x", DATA), "nuts", "Quadrature"),
    "linear": (st.ols("y ~ x", DATA), "nuts", "Importance sampling"),
    "laplace": (st.poisson("k ~ x", DATA), "laplace", "Quadrature"),
    "dispersed": (st.negative_binomial("k ~ x", DATA), "importance", "Importance sampling"),
    "arms": (st.poisson_rate("k", by="arm", data=DATA), "importance", "Quadrature"),
}


@pytest.mark.parametrize("name", slowly(DRAWN, "linear", "dispersed"))
def test_draws_agree(name):
    model, method, reference = DRAWN[name]
    posterior = st.posterior(model, method=method, seed=3)
    found = st.validate(posterior)
    assert found.ok, str(found)
    assert found.sentence.startswith(reference)


def test_wrong_draws_are_found_out():
    model, method, _ = DRAWN["grid"]
    posterior = st.posterior(model, method=method, seed=3)
    moved = replace(posterior, draws=posterior.draws + 0.3 * posterior.sd)
    assert "does not agree: the mean of" in st.validate(moved).sentence
    wide = replace(posterior, draws=posterior.mean + 1.2 * (posterior.draws - posterior.mean))
    assert not st.validate(wide).ok
    few = st.posterior(model, draws=20, chains=2, seed=3)
    assert "not to be trusted before any comparison" in st.validate(few).sentence
