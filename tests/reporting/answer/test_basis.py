"""What a conclusion is drawn from, and which checks that answers."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.basis import basis_of
from tests.reporting.answer.planted import table

FRAME = table()


def test_robust_errors_are_held_against_the_wider_ones():
    fit = st.fit(st.poisson("spread ~ x + g", FRAME))
    basis = basis_of(fit)
    robust = fit.check().set_index("check").loc["robust errors"]
    assert basis.wider == pytest.approx(np.sqrt(fit.check().set_index("check").value["overdispersion"]))
    left = [one for one in (*basis.failed, *basis.doubtful) if one.check == "robust errors"]
    assert bool(left) == (robust.value / basis.wider > 1.1)
    assert "overdispersion" in [one.check for one in basis.answered]


def test_the_negative_binomial_beside_is_that_of_its_constructor():
    beside = basis_of(st.fit(st.poisson("spread ~ x + g", FRAME))).beside
    assert beside is not None
    own = st.fit(st.negative_binomial("spread ~ x + g", FRAME))
    np.testing.assert_allclose(beside.estimate, own.estimate, rtol=1e-6)  # two climbs, each within 1e-8 errors
    assert beside.names == own.names
    assert basis_of(st.fit(st.poisson("count ~ x", FRAME))).beside is None


def test_means_are_refused_with_none():
    basis = basis_of(st.fit(st.ols("y ~ x + g", FRAME)))
    assert basis.variables == {"x": None, "g": ("a", "b", "c")}
    assert len(basis.means("g")) == 3
    assert basis.means("g") is basis.means("g")
