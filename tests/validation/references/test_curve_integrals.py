"""The second form of the restricted likelihood: its B-splines, and its value where the outcome is normal, a formula."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.references.integrals import CurveIntegral, splines
from tests.inference.smooths.curved import table

FIT: Any = st.fit(st.poisson("counts ~ g + s(x, k=8)", table()))


def test_splines_are_those_of_the_fit():
    term = FIT.model.smooths[0]
    B = np.zeros((len(term.first), term.k))
    np.put_along_axis(B, term.first[:, None] + np.arange(4), term.basis, axis=1)
    assert_allclose(splines(term), B, atol=1e-13)


def test_it_is_lower_beside_the_maximum():
    again = CurveIntegral(FIT)
    here = again.at(FIT.found.taus).value
    assert_allclose(here, FIT.loglik, rtol=1e-11)
    assert all(again.at(FIT.found.taus * factor).value < here for factor in (0.8, 1.25))


def test_coefficients_at_another_penalty_are_those_of_our_likelihood_there():
    by, tau = FIT.found.marginal, 3.0 * FIT.found.taus
    theta = tau / by.to_taus
    again = CurveIntegral(FIT)
    found = again.at(tau)
    estimate, se = again.coefficients(found, tau)
    assert_allclose(estimate, by.to_fixed @ by.fixed_at(theta), rtol=1e-8)
    assert_allclose(se, np.sqrt((by.to_fixed @ by.fixed_spread(theta) @ by.to_fixed.T).diagonal()), rtol=1e-8)
    assert_allclose(found.value, by.evaluate(theta, 0).loglik, rtol=1e-11)
