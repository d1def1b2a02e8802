"""Minus a log-likelihood is asked about, wherever it starts."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.turned import check_turned, is_turned
from tests.cases import rng

Y = rng(0).normal(3.0, 2.0, 50)


def minus(mean, sigma):
    return 0.5 * ((Y - mean) / sigma) ** 2 + np.log(sigma)


@pytest.mark.parametrize("sigma", [1.0, 6.0])  # from 6 it does not curve upward along sigma
@pytest.mark.parametrize("bounds", [None, {"sigma": (0, None)}, {"mean": (-9, 9), "sigma": (0.1, 9)}])
def test_it_is_told_without_a_warning(sigma, bounds):
    with pytest.raises(st.IdentificationError, match="is this the negative log-likelihood"):
        st.fit(st.custom(minus, start={"mean": 0.0, "sigma": sigma}, bounds=bounds))


def test_a_log_likelihood_is_not():
    right = st.custom(lambda mean, sigma: -minus(mean, sigma), start={"mean": 0.0, "sigma": 1.0})
    assert not is_turned(right)
    valley = st.custom(lambda t: -np.sum(np.log1p((np.array([-9.0, 9.0]) - t[0]) ** 2)), start=[0.001])
    check_turned(valley)  # it curves upward, and has maxima
    assert abs(st.fit(valley).estimate[0]) > 8.0
