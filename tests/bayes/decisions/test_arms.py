"""What counts as arms, and the labels that they have."""

import mpmath as mp
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st


def test_labels_and_shapes():
    named = st.probability_best({"old": st.Beta(1, 1), "new": st.Beta(2, 1), "other": st.Beta(1, 1)})
    assert isinstance(named, pd.Series)
    assert_allclose(named[["new", "old", "other"]], [0.5, 0.25, 0.25], rtol=1e-13)
    posterior = st.Beta([1, 2, 1], [1, 1, 1], arms=("old", "new", "other"))
    pd.testing.assert_series_equal(st.probability_best(posterior), named, rtol=1e-15)
    assert_array_equal(st.probability_best(st.Beta([1, 2, 1], [1, 1, 1])), named)
    groups = {"x": st.Gamma([1, 2], [1, 1], arms=("g", "h")), "y": st.Gamma([1, 3], [2, 1], arms=("g", "h"))}
    table = st.probability_best(groups)
    assert (list(table.columns), list(table.index)) == (["x", "y"], ["g", "h"])
    assert_allclose(table.loc["h", "y"], st.probability_greater(st.Gamma(3, 1), st.Gamma(2, 1)), rtol=1e-15)
    assert_allclose(table.loc["g"], [2 / 3, 1 / 3], rtol=1e-14)


def test_what_arms_are():
    with pytest.raises(st.IncompatibleError, match="one family; got Beta and Gamma"):
        st.probability_greater(st.Beta(1, 1), st.Gamma(1, 1))
    with pytest.raises(st.IncompatibleError, match=r"arms that are st.Beta, st.Gamma or st.Normal; got float"):
        st.probability_greater(0.5, st.Beta(1, 1))
    with pytest.raises(st.IncompatibleError, match="a list or a dict of arms"):
        st.probability_best("AB")
    with pytest.raises(st.DomainError, match="at least 2 arms; got 1"):
        st.probability_best([st.Beta(1, 1)])
    with pytest.raises(st.DomainError, match="a row of at least 2 arms in it; got one number"):
        st.probability_best(st.Beta(1, 1))
    with pytest.raises(st.IncompatibleError, match=r"arms of one shape, or single ones; got shapes \(2,\), \(3,\)"):
        st.probability_greater(st.Beta([1, 2], 1), st.Beta([1, 2, 3], 1))
    with pytest.raises(st.IncompatibleError, match="arms with the same labels"):
        st.probability_greater(st.Beta([1, 2], 1, arms=("x", "y")), st.Beta([1, 2], 1, arms=("x", "z")))
    with pytest.raises(TypeError):
        st.probability_greater(st.Beta(1, 1), a=st.Beta(1, 1))


@pytest.mark.parametrize("z", [0.0, 0.7, -3.0, -11.5, -30.0, 4.0, -1e4, 1e4])
def test_normal_loss_equals_its_formula(z):
    with mp.workdps(80):
        exact = mp.npdf(z) + mp.mpf(z) * mp.erfc(-mp.mpf(z) / mp.sqrt(2)) / 2
    value = st.expected_loss(st.Normal(2, 3), st.Normal(2 + 5 * z, 4))
    assert_allclose(value, 5 * float(exact), rtol=1e-12, atol=1e-300)


def test_gamma_loss_of_1e_minus_30():
    """E max(Y - X, 0) = E[Y] P(X < Y') - E[X] P(X' < Y), tails of beta distributions."""
    a, r, c, s = 200, 10, 20, 10
    with mp.workdps(120):

        def below(p, q):
            return mp.betainc(p, q, 0, mp.mpf(r) / (r + s), regularized=True)

        exact = mp.mpf(c) / s * below(a, c + 1) - mp.mpf(a) / r * below(a + 1, c)
    assert 1e-60 < exact < 1e-28
    assert_allclose(st.expected_loss(st.Gamma(a, r), st.Gamma(c, s)), float(exact), rtol=1e-10)
