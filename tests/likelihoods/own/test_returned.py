"""Functions that are not one of rows are told by what they return or raise."""

import math

import numpy as np
import pytest

import stattools as st

X = np.linspace(-1.0, 1.0, 30)
TABLE = {"x": X, "y": X + np.random.default_rng(0).normal(size=30)}


def right(y, m, s):
    return -np.log(s) - 0.5 * ((y - m) / s) ** 2


def fit(function, **answers):
    parameters = {"m": "identity", "s": "log"}
    likelihood = st.likelihood("own", function, parameters=parameters, outcome="real", **answers)
    return st.fit(st.regression("y ~ x", TABLE, likelihood))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda y, m, s: float(right(y, m, s).sum()), "returns one number, and needs an array of 30"),
        (lambda y, m, s: right(y, m, s)[:5], r"shape \(5,\)"),
        (lambda y, m, s: right(y, m, s)[:, None], r"shape \(30, 1\)"),
        (lambda y, m, s: right(y, m, s) if y > 0 else -y, "raised ValueError: The truth value"),
        (lambda y, m, s: -math.log(s) - 0.5 * ((y - m) / s) ** 2, "raised TypeError"),
        (lambda y, mu, s: right(y, mu, s), "unexpected keyword argument 'm'"),
        (lambda y, m, s: None, "needs an array of 30 real numbers"),
        (lambda y, m, s: 1j + right(y, m, s), "needs an array of 30 real numbers"),
        (lambda y, m, s: np.nan * y, "no finite log-likelihood near m ="),
        (lambda y, m, s: np.where(y > 0.0, np.nan, right(y, m, s)), "no finite log-likelihood"),
        (lambda y, m, s: -right(y, m, s), "is this the negative log-likelihood"),
    ],
)
def test_it_is_told(function, said):
    with pytest.raises((st.DomainError, st.FunctionError), match=said):
        fit(function)


def test_answers_are_looked_at():
    with pytest.raises(st.DomainError, match=r"mean= of own returns an array of shape \(3,\)"):
        fit(right, mean=lambda m, s: m[:3]).predict()
    with pytest.raises(st.DomainError, match="returns 2: no probability"):
        fit(right, cdf=lambda y, m, s: 2.0 + 0.0 * y).residuals_of("quantile")


def test_want_of_memory_is_no_fault_of_the_function():
    def hungry(y, m, s):
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        fit(hungry)
