"""Intervals arm by arm against statsmodels; a wrong end is found, and what has no reference says so."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.checks.samples import REFERENCES, validate_arms

MODELS = [st.binomial([3, 8, 5], [10, 40, 5]), st.poisson_rate([4, 0, 9], exposure=[2.0, 1.0, 3.0], by=list("abc"))]


@pytest.mark.parametrize("model", MODELS, ids=["proportions", "rates"])
def test_the_ends_of_three_intervals_agree(model):
    found = validate_arms(st.fit(model))
    assert model.kind in REFERENCES
    assert found.ok, str(found)
    assert len(found.rows) == 3 * 2 * 3
    assert np.abs(found.rows["difference_in_se"]).max() < 1e-8
    assert "the ends of 3 intervals of 3 arms" in found.sentence


def test_a_wrong_end_is_found(monkeypatch):
    real = REFERENCES["binomial arms"]

    def moved(model):
        methods, ends, name = real(model)
        return methods, lambda alpha, method: ends(alpha, method) + 1e-3, name

    monkeypatch.setitem(REFERENCES, "binomial arms", moved)
    found = validate_arms(st.fit(MODELS[0]))
    assert not found.ok
    assert "does not agree: the end of an interval differs by" in found.sentence


@pytest.mark.parametrize("model", MODELS, ids=["proportions", "rates"])
def test_a_wrong_log_likelihood_is_found(model):
    fit = st.fit(model)
    found = validate_arms(replace(fit, loglik=fit.loglik + 1e-6))
    assert not found.ok
    assert "SciPy's log density does not agree: our log-likelihood differs by +1e-06." in found.sentence


def test_waits_have_no_reference():
    times = st.exponential_rate([2.0, 1.5])
    assert times.kind not in REFERENCES
    with pytest.raises(st.IncompatibleError, match="has no reference for"):
        validate_arms(replace(st.fit(times)))


@pytest.mark.parametrize("model", [st.coin([0, 1, 1, 0, 1]), st.coin([1, 1]), st.binomial(3, 10), st.binomial(0, 4)])
def test_proportions_agree(model):
    check = st.validate(st.fit(model))
    assert check.ok
    assert check.table().term.tolist()[0] == "theta"
    assert len(check.table()) == 7


@pytest.mark.parametrize("flips", [[0, 0, 0], [1, 1, 1, 1], [0] * 7])
def test_the_round_off_of_a_zero_is_no_missing_digit(flips):
    assert st.validate(st.fit(st.coin(flips))).rows["digits"].min() > 9


def test_the_tail_decides_where_the_reference_is_wrong():
    """SciPy's inverse incomplete beta, and so statsmodels' lower end, is above the estimate for 1,000 in 1e9."""
    check = st.validate(st.fit(st.binomial(1000, 10**9)))
    assert check.ok
    if check.table().digits.min() < 6:  # as of SciPy 1.18
        assert "the binomial tail decides" in check.sentence
        assert "ours are right" in check.sentence
