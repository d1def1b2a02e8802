"""What zero-inflated counts and hurdles share: the order of linear predictors, and their names."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.likelihood import label_of


@pytest.mark.parametrize("make", [st.ZeroInflated, st.Hurdle])
def test_predictors_are_a_rate_a_zero_and_alpha(make):
    assert list(make().parameters.items()) == [("rate", "log"), ("zero", "logit")]
    wide = make(st.NegativeBinomial())
    assert list(wide.parameters) == ["rate", "zero", "alpha"]
    assert [label_of(wide, name) for name, _ in wide.others] == ["zero", "log alpha"]
    of_family, zero = wide.apart([[1.0, 2.0, 3.0]])
    assert_allclose(np.insert(of_family, 1, zero, axis=-1), [[1.0, 2.0, 3.0]])
    with pytest.raises(st.DomainError, match=r"needs eta with 3 columns, one for each of rate, zero, alpha; got .*2"):
        wide.loglik(np.zeros((4, 2)), np.zeros(4))


@pytest.mark.parametrize("make", [st.ZeroInflated, st.Hurdle, st.ZeroTruncated])
def test_there_is_no_deviance(make):
    with pytest.raises(st.IncompatibleError, match="no deviance"):
        make().deviance(np.zeros((2, 2)), np.ones(2))
