"""Posteriors: the pair finds its closed form, or a sentence says what would work."""

import numpy as np
import pytest

import stattools as st
from stattools.conjugate.pairs import CLOSED_FORMS


@pytest.mark.parametrize("model", [st.coin([1, 0, 1, 1, 0, 1]), st.binomial(4, 6)])
def test_the_closed_form_of_trials_and_beta(model):
    posterior = st.posterior(model, prior=st.Beta(1, 1))
    assert posterior == st.Beta(5, 3)
    assert posterior.log_evidence == st.Beta(1, 1).update(model).log_evidence


def test_a_posterior_is_a_prior():
    first, second = st.coin([1, 0, 1]), st.coin([1, 0, 1])
    twice = st.posterior(second, prior=st.posterior(first, prior=st.Beta(1, 1)))
    assert twice == st.posterior(st.coin([1, 0, 1] * 2), prior=st.Beta(1, 1))
    assert twice.prior == st.Beta(1, 1)


def test_every_pair_is_listed_once():
    assert all(isinstance(model, type) and isinstance(prior, type) for model, prior in CLOSED_FORMS)


WORKS = r"Closed forms: st\.coin\(\.\.\.\) or st\.binomial\(\.\.\.\) with prior=st\.Beta\(a, b\)\."


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "posterior of coin flips needs a Beta prior; got none"),
        ("flat", "needs a Beta prior; got 'flat'"),
        (st.Beta, "needs a Beta prior; got <class"),
        ((1, 1), r"needs a Beta prior; got \(1, 1\)"),
    ],
)
def test_the_prior_must_fit(prior, message):
    with pytest.raises(st.IncompatibleError, match=f"{message}.*{WORKS}"):
        st.posterior(st.coin([1, 0]), prior=prior)
    with pytest.raises(st.IncompatibleError, match="posterior of binomial count needs a Beta prior"):
        st.posterior(st.binomial(1, 2))


def test_a_regression_has_no_closed_form():
    model = st.ols([1.0, 2.0, 4.0], np.array([0.0, 1.0, 2.0]))
    with pytest.raises(
        st.IncompatibleError, match=f"Linear regression with prior .*no closed-form posterior, and sampling.*{WORKS}"
    ):
        st.posterior(model, prior=st.Beta(1, 1))
    with pytest.raises(st.IncompatibleError, match="Linear regression without a prior has no closed-form posterior"):
        st.posterior(model)


@pytest.mark.parametrize("data", [[1, 0, 1], None, "coin", st.Beta(1, 1)])
def test_data_are_not_a_model(data):
    with pytest.raises(st.IncompatibleError, match=f"posterior needs a model; got {type(data).__name__}"):
        st.posterior(data, prior=st.Beta(1, 1))
