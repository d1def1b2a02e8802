"""The log densities of samples by SciPy are those of the models, at any parameters; a class without one is noticed."""

import numpy as np
import pytest

import stattools as st
from stattools.models.model import Model
from stattools.models.samples.arms import SampleModel
from stattools.models.samples.tables import Multinomial
from stattools.validation.references.densities import LAWS, observed
from stattools.validation.validate import MODELS
from tests.cases import rng

SAMPLES = {
    "coin": (st.coin([0, 1, 1, 0, 1]), [0.3]),
    "binomial": (st.binomial(6, 10), [0.3]),
    "arms": (st.binomial([3, 4], [10, 12]), [0.2, 0.7]),
    "geometric": (st.geometric([1, 2, 3, 1, 5]), [0.4]),
    "pascal": (st.pascal([4, 5, 7], successes=3), [0.4]),
    "rates": (st.poisson_rate([4, 0, 9], exposure=[2.0, 1.0, 3.0], by=list("aba")), [1.5, 0.4]),
    "waiting times": (st.exponential_rate([2.0, 1.5, 4.0], censored=[0, 0, 1]), [0.4]),
    "normal": (st.normal(rng(0).normal(size=9), by=list("ababababa")), [0.2, -0.1, 1.3, 0.8]),
    "normal, sd known": (st.normal([1.0, 2.0, 4.0], sd=[1.0, 0.5, 2.0]), [1.7]),
    "tables": (st.odds_ratio([[[8, 2], [1, 5]], [[3, 4], [2, 5]]]), [0.6]),
    "pairs": (st.correlation(rng(1).normal(size=12), rng(2).normal(size=12)), [0.35]),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_log_likelihood_is_that_of_the_model(name):
    model, theta = SAMPLES[name]
    theirs = observed(model).loglik(np.array(theta))
    assert theirs == pytest.approx(float(model.loglik(np.array(theta) if len(theta) > 1 else theta[0])), rel=1e-12)


def test_every_sample_that_is_validated_has_its_law():
    samples = {cls for cls in MODELS if issubclass(cls, SampleModel) and not issubclass(cls, Model)}
    assert set(LAWS) >= samples - {Multinomial}
    assert {type(model) for model, _ in SAMPLES.values()} == set(LAWS)


def test_counts_beyond_a_million_keep_their_digits():
    """The logarithm of SciPy's probability does, which that of its log-probability does not."""
    model = st.binomial(400_000_000, 1_000_000_000)
    assert observed(model).loglik(np.array([0.4])) == pytest.approx(float(model.loglik(0.4)), abs=1e-10)


def test_what_is_out_of_the_domain_is_no_number_but_a_very_low_log_likelihood():
    assert observed(SAMPLES["pairs"][0]).loglik(np.array([1.5])) == -1e300
    assert observed(SAMPLES["geometric"][0]).loglik(np.array([1.5])) == -1e300
