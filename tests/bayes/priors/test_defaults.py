"""Defaults of parameters that all rows share: of the family that they were chosen for, and of no other."""

from dataclasses import replace

import numpy as np

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.priors.defaults import SHARED
from stattools.bayes.priors.flat import Flat
from stattools.models.regressions.families import FAMILIES
from tests.cases import REGRESSIONS


def test_every_family_of_the_package_with_a_shared_parameter_has_a_default():
    for case in REGRESSIONS:
        model = case.model("y ~ x", case.table())
        if case.make is not st.one_vs_rest and model.kind in FAMILIES:
            extra = model.names[len(model.terms) :] if model.categories is None else ()
            assert all((model.kind, name.removeprefix("log ")) in SHARED for name in extra), case.name
    assert {kind for kind, _ in SHARED} <= set(FAMILIES)


def test_a_parameter_of_the_same_name_in_another_family_is_flat():
    """Its unit may be another: the dispersion of an inverse Gaussian outcome is one over a time."""
    model = st.gamma(np.random.default_rng(0).gamma(2.0, size=30), np.ones((30, 1)), intercept=False)
    assert not isinstance(assign(model).each[-1], Flat)
    assert isinstance(assign(replace(model, kind="other")).each[-1], Flat)
