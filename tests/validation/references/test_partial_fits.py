"""PHReg and ConditionalLogit say what we say where they have the likelihood, and are not asked where they do not."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.references.statsmodels import partial_fit

G = np.random.default_rng(4)
N = 80
TABLE = {
    "t": np.ceil(G.exponential(12.0, size=N)),
    "d": (G.random(N) < 0.8).astype(int),
    "x": 1e5 + G.normal(size=N),
    "z": 1e-6 * G.normal(size=N),
    "s": ["a", "b"] * (N // 2),
    "w": [1, 2] * (N // 2),
    "set": np.repeat(np.arange(N // 4), 4),
    "case": [1, 0, 0, 0] * (N // 4),
}
TABLE |= {"e": TABLE["t"] - 0.5, "whole": TABLE["t"] - 1.0}


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("options", [{}, {"strata": "s"}, {"weights": "w"}])
def test_phreg_agrees(ties, options):
    found = st.validate(st.fit(st.cox("survival(t, d) ~ x + z", TABLE, ties=ties, **options)))
    assert found.ok
    assert "PHReg agrees" in found.sentence
    assert found.rows[["digits", "se_digits"]].min().min() > 6


def test_conditional_logit_agrees():
    found = st.validate(st.fit(st.conditional_logit("case ~ x + z", TABLE, strata="set")))
    assert found.ok
    assert "ConditionalLogit agrees" in found.sentence


@pytest.mark.parametrize(
    ("formula", "options"), [("survival(t, d) ~ x", {"ties": "exact"}), ("survival(whole, t, d) ~ x", {})]
)
def test_what_phreg_has_not_is_computed_a_second_time(formula, options):
    model = st.cox(formula, TABLE, **options)
    assert partial_fit(model) is None
    assert st.validate(st.fit(model)).sentence.startswith("A second computation, one event time at a time, agrees")


def test_entries_between_the_events_are_those_of_phreg():
    fit = st.fit(st.cox("survival(e, t, d) ~ x", TABLE))
    reference = partial_fit(fit.model)
    assert reference is not None
    np.testing.assert_allclose(reference.estimate, fit.estimate, rtol=1e-9)
    np.testing.assert_allclose(reference.se, fit.se, rtol=1e-9)


def test_a_wrong_estimate_is_found():
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE))
    found = st.validate(replace(fit, estimate=fit.estimate + 0.01 * fit.se))
    assert not found.ok
    assert found.decrement > 1e-3 > found.reference_decrement
