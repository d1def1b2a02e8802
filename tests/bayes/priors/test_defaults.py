"""Defaults of parameters that all rows share: of the family that they were chosen for, and of no other."""

from dataclasses import replace

import numpy as np

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.priors.flat import Flat


def test_a_parameter_of_the_same_name_in_another_family_is_flat():
    """Its unit may be another: the dispersion of an inverse Gaussian outcome is one over a time."""
    model = st.gamma(np.random.default_rng(0).gamma(2.0, size=30), np.ones((30, 1)), intercept=False)
    assert not isinstance(assign(model).each[-1], Flat)
    assert isinstance(assign(replace(model, kind="other")).each[-1], Flat)
