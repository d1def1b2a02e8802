"""Defaults of parameters that all rows share: of the family that they were chosen for, and of no other."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.priors.families import Flat


def test_a_parameter_of_the_same_name_in_another_family_is_flat():
    """Its unit may be another: the dispersion of an inverse Gaussian outcome is one over a time."""
    model = st.gamma(np.random.default_rng(0).gamma(2.0, size=30), np.ones((30, 1)), intercept=False)
    assert not isinstance(assign(model).each[-1], Flat)
    assert isinstance(assign(replace(model, kind="other")).each[-1], Flat)


@pytest.mark.slow
def test_a_shape_of_a_likelihood_of_ones_own_has_a_proper_prior():
    wide = st.likelihood(stats.t, parameters={"loc": "identity", "scale": "log", "df": "log"})
    g = np.random.default_rng(1)
    posterior = st.posterior(
        st.regression("y ~ x", {"x": g.normal(size=60), "y": g.standard_t(4, 60)}, wide), seed=1, draws=50, chains=1
    )
    assert posterior.priors.is_proper
    assert posterior.priors.table().about.tolist()[-1] == "its logarithm within 2.5 of 0: no scale is known"
