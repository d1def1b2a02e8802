"""Where a beta density is highest, and the refusal where that is no single point."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.curves.beta_peak import mode, require_one_peak


@pytest.mark.parametrize(("a", "b"), [(3.0, 5.0), (1.5, 40.0), (200.0, 2.0)])
def test_the_mode_is_the_highest_point(a, b):
    at = mode(st.Beta(a, b))
    beside = at + np.array([-1e-4, 1e-4])
    assert (stats.beta.logpdf(beside, a, b) < stats.beta.logpdf(at, a, b)).all()


def test_a_density_that_rises_to_an_end_has_its_mode_there():
    assert_allclose(mode(st.Beta([1.0, 3.0, 0.5], [3.0, 1.0, 2.0])), [0.0, 1.0, 0.0])


def test_no_single_mode_is_refused_with_its_arm():
    with pytest.raises(st.DomainError, match="is flat and has no mode"):
        mode(st.Beta(1, 1))
    with pytest.raises(st.DomainError, match=r"Beta\(0.5, 0.4\) .*is U-shaped, .*: it has no single mode"):
        mode(st.Beta([2.0, 0.5], [2.0, 0.4]))
    with pytest.raises(st.DomainError, match="it has no interval"):
        require_one_peak(st.Beta(0.5, 0.5), "no interval", "Do this.")
