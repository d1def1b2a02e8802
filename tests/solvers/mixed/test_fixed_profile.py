import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.solvers.mixed.fixed_effects import FixedProfile, Recombined, fixed_ends
from stattools.solvers.mixed.maximum import maximized
from tests.latent.certified import table
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_structure import of_one_factor
from tests.models.mixed.test_linear_mixed import TABLE


def test_recombined_columns_are_those_of_a_structure_of_them():
    columns = of_one_factor((2,)).columns
    L = np.random.default_rng(0).normal(size=(4, 3))
    T = (np.array([[1.0, 0.0], [0.3, 0.4]]),)
    at = Recombined(DenseStructure(columns), L).evaluate(T)
    moved = DenseStructure(type(columns)(L.T @ columns.W, columns.codes, columns.sizes, columns.z)).evaluate(T)
    assert_allclose(at.cross, moved.cross)
    assert_allclose(at.projected[0], moved.projected[0])


def test_a_held_coefficient_is_a_fit_of_what_it_leaves():
    found = maximized(st.linear_mixed("y ~ x + (1 | g)", TABLE), False)
    held = TABLE | {"y": np.array(TABLE["y"]) - 0.5 * np.array(TABLE["x"])}
    less = maximized(st.linear_mixed("y ~ 1 + (1 | g)", held), False)
    assert_allclose(FixedProfile(found, 1).fall(0.5), 2.0 * (found.loglik - less.loglik), atol=1e-9)


def test_ends_are_where_the_likelihood_ratio_is_the_quantile():
    found = maximized(st.linear_mixed("Reaction ~ Days + (Days | Subject)", table("sleepstudy")), False)
    lower, upper = fixed_ends(found, 0.95)
    # R: confint(lmer(Reaction ~ Days + (Days | Subject), sleepstudy, REML = FALSE), parm = "beta_")
    assert_allclose(np.column_stack([lower, upper]), [[237.6807, 265.1295], [7.3586, 13.5760]], atol=6e-4)
    assert_allclose(FixedProfile(found, 1).fall(lower[1]), 3.841458820694124, rtol=1e-8)


def test_a_restricted_likelihood_has_no_profile_of_fixed_effects():
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))
    assert fit.kinds == ("wald",)
    with pytest.raises(IncompatibleError, match="reml=False"):
        fit.interval(kind="profile")
    ends = st.fit(fit.model, reml=False).interval(kind="profile")
    assert ends.kind == "profile"
