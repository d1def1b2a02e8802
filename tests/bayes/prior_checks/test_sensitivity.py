"""Sensitivity to the prior: the map is the loop, the tipping prior is where the decision turns, or says why not."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st

heads = st.posterior(st.binomial(15, 20), prior=st.Beta(1, 1))


def above_half(belief):
    return belief.probability(low=0.5)


def test_the_map_is_the_loop_over_priors():
    means, strengths = [0.2, 0.5, 0.9], [0.5, 10.0]
    found = st.prior_sensitivity(heads, conclusion=above_half, means=means, strengths=strengths)
    loop = [[above_half(st.Beta(m * s + 15, (1 - m) * s + 5)) for m in means] for s in strengths]
    assert_allclose(found.values, loop, rtol=1e-14)
    assert (found.label, found.value, found.size, found.unit) == ("above_half", above_half(heads), 20.0, "trials")
    table = found.table()
    assert table.columns.tolist() == ["mean", "strength", "above_half"]
    assert_allclose(table["above_half"], np.ravel(loop))
    assert found.range == (np.min(loop), np.max(loop))
    assert "the data are worth 20" in str(found)


def test_defaults_span_weak_to_strong():
    found = st.prior_sensitivity(heads, conclusion=lambda p: p.mean)
    assert_allclose(found.strengths[[0, -1]], [0.2, 200.0])
    weak, strong = found.values[0], found.values[-1]
    assert np.ptp(weak) < 0.02
    assert np.ptp(strong) > 0.8


@pytest.mark.parametrize("mean", [0.2, 0.5, None])
def test_the_tipping_prior_turns_the_decision_and_a_weaker_one_does_not(mean):
    found = st.tipping_prior(heads, conclusion=above_half, cutoff=0.95, mean=mean)
    assert found.exists
    assert above_half(heads) >= 0.95
    assert above_half(found.tipped) < 0.95
    assert_allclose(above_half(found.tipped), 0.95, rtol=1e-10)
    m, s = found.mean, found.strength * (1 - 1e-6)
    assert above_half(st.Beta(m * s + 15, (1 - m) * s + 5)) >= 0.95
    assert found.tipped == found.prior.update(st.binomial(15, 20))
    assert f"worth {found.strength:.6g} trials" in found.reason == " ".join(str(found).split())


def test_the_weakest_prior_of_any_mean_is_weaker_than_those_of_given_means():
    weakest = st.tipping_prior(heads, conclusion=above_half, cutoff=0.95)
    for mean in (0.05, 0.3, 0.5):
        assert weakest.strength <= st.tipping_prior(heads, conclusion=above_half, cutoff=0.95, mean=mean).strength


def test_the_other_way_round_and_yes_or_no():
    few = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))
    yes = st.tipping_prior(few, conclusion=lambda p: above_half(p) >= 0.9, mean=0.8)
    number = st.tipping_prior(few, conclusion=above_half, cutoff=0.9, mean=0.8)
    assert above_half(few) < 0.9 <= above_half(number.tipped)
    assert_allclose(yes.strength, number.strength, rtol=1e-9)


def test_where_no_prior_turns_it_the_reason_is_given():
    found = st.tipping_prior(heads, conclusion=above_half, cutoff=0.95, mean=0.9)
    assert (found.exists, found.prior, found.strength) == (False, None, np.inf)
    assert "No prior with mean 0.9 reverses this" in found.reason


def test_a_decision_that_is_the_priors_own():
    stubborn = st.posterior(st.binomial(2, 10), prior=st.Beta(200, 100))
    found = st.tipping_prior(stubborn, conclusion=above_half, cutoff=0.5, mean=0.6)
    assert not found.exists
    assert found.strength == 0.0
    assert "The decision rests on the prior that was used" in found.reason


def test_rates_and_means():
    rate = st.Gamma(2, 1).update(st.poisson_rate([3, 0, 12], exposure=[1.0, 2.0, 3.0]))
    found = st.tipping_prior(rate, conclusion=lambda p: p.probability(low=2.0), mean=1.0)
    assert_allclose(st.Gamma(found.strength + 15, found.strength + 6).probability(low=2.0), 0.5, rtol=1e-9)
    normal = st.Normal(0, 10).update(st.normal([1.0, 2.0, 6.0], sd=3.0))
    tipped = st.tipping_prior(normal, conclusion=lambda p: p.mean, cutoff=1.0, mean=0.0)
    assert_allclose(tipped.strength, 6.0, rtol=1e-9)  # 9 / (3 + s) = 1
    assert tipped.unit == "measurements"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: st.prior_sensitivity(st.Beta(1, 1), conclusion=above_half), st.DomainError, "is a prior"),
        (lambda: st.prior_sensitivity(heads, conclusion=lambda p: "yes"), st.DomainError, "finite number.*'yes'"),
        (lambda: st.prior_sensitivity(heads, conclusion=above_half, strengths=[0]), st.DomainError, "positive; got 0"),
        (
            lambda: st.prior_sensitivity(heads, conclusion=above_half, means=[1.5]),
            st.DomainError,
            "and finite",
        ),
        (
            lambda: st.prior_sensitivity(st.Beta(1, 1).update(st.binomial([1, 2], [3, 4])), conclusion=above_half),
            st.DomainError,
            "2 arms",
        ),
        (
            lambda: st.tipping_prior(st.Gamma(1, 1).update(st.poisson_rate([1])), conclusion=lambda p: p.mean),
            st.DomainError,
            "Gamma needs mean=",
        ),
        (lambda: st.tipping_prior("heads", conclusion=above_half), st.IncompatibleError, "conjugate posterior"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("label", [pd.NaT, float("nan"), 0, "", " "])
def test_a_label_is_a_text(label):
    posterior = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))
    for ask in (st.prior_sensitivity, st.tipping_prior):
        with pytest.raises(st.DomainError, match="label= is a text that names the conclusion"):
            ask(posterior, conclusion=lambda p: p.probability(low=0.5), label=label)
