"""The second form of partial likelihoods is the same function, and tells a fit that is off."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.references import likelihoods as partial_likelihoods
from stattools.validation.references.likelihoods import partial_likelihood

G = np.random.default_rng(3)
N = 30
TABLE = {"e": G.integers(0, 3, N), "x": G.standard_normal(N), "w": G.integers(1, 3, N), "s": G.integers(0, 2, N)}
TABLE |= {"t": TABLE["e"] + G.integers(1, 5, N), "d": G.random(N) < 0.7}


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_the_second_form_is_the_same_function(ties):
    model = st.cox("survival(e, t, d) ~ x", TABLE, ties=ties, strata="s", weights="w")
    again = partial_likelihood(st.fit(model))
    for theta in ([0.0], [0.7], [-1.5]):
        assert again(np.array(theta)) == pytest.approx(model.loglik(theta), rel=1e-11)


def test_validate_agrees_and_tells_what_is_off():
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE))
    assert st.validate(fit).ok
    assert not st.validate(replace(fit, estimate=fit.estimate + 0.01)).ok
    with pytest.raises(st.IncompatibleError, match="cov='HC0'"):
        st.validate(st.fit(fit.model, cov="HC0"))


def test_exact_ties_in_small_groups_are_the_same(monkeypatch):
    table = {**TABLE, "t": np.ceil(TABLE["t"] / 3.0) + TABLE["e"]}
    model = st.cox("survival(t, d) ~ x", table, ties="exact")
    monkeypatch.setattr(partial_likelihoods, "AT_ONCE", 1)
    assert partial_likelihood(st.fit(model))(np.array([0.4])) == pytest.approx(model.loglik([0.4]), rel=1e-11)
