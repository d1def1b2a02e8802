# pyright: reportCallIssue=false
"""Numbers of a fit by the names of its coefficients; computed with, they are arrays and floats as any others."""

import pickle

import numpy as np
import pandas as pd
import pytest

import stattools as st

TABLE = {"y": [1.0, 3.0, 5.0, 8.0, 8.0, 2.0], "x": [0, 1, 2, 3, 4, 1], "z": [1.0, 0.5, 2.0, 1.0, 0.0, 3.0]}
FIT = st.fit(st.ols("y ~ x + z", TABLE))


def test_by_name_is_by_place():
    p = {name: k for k, name in enumerate(FIT.names)}
    estimate, covariance = np.array(FIT.estimate), np.array(FIT.covariance)
    for one in FIT.names:
        assert FIT.estimate[one] == estimate[p[one]]
        assert FIT.se[one] == np.sqrt(covariance[p[one], p[one]])
        assert np.array_equal(FIT.covariance[one], covariance[p[one]])
        for other in FIT.names:
            assert FIT.covariance[one, other] == covariance[p[one], p[other]]
    assert np.array_equal(FIT.estimate[["z", "x"]], estimate[[p["z"], p["x"]]])
    assert FIT.estimate[1] == estimate[1]
    assert np.array_equal(FIT.covariance[1:, "x"], covariance[1:, p["x"]])


@pytest.mark.parametrize(
    "made",
    [
        lambda b: 2.0 * b,
        lambda b: b - b[::-1],
        lambda b: np.concatenate([b, [1.0]]),
        lambda b: np.outer(b, b),
        lambda b: np.sqrt(np.abs(b)),
        lambda b: b.copy(),
        lambda b: pd.Series(b).to_numpy(),
        lambda b: pickle.loads(pickle.dumps(b)),
        lambda b: np.linalg.solve(FIT.covariance, b),
        lambda b: b[1:],
        lambda b: pd.DataFrame(index=range(3)).assign(b=b).b.to_numpy(),
    ],
)
def test_what_is_made_of_it_is_an_array(made):
    found = made(FIT.estimate)
    assert type(found) is np.ndarray
    assert np.array_equal(found, made(np.array(FIT.estimate)))


def test_numbers_are_floats():
    assert isinstance(FIT.aic, float)
    assert type(FIT.aic + 1.0) is float
    assert repr(FIT.estimate) == repr(np.array(FIT.estimate))
    assert not FIT.estimate.flags.writeable
    assert pickle.loads(pickle.dumps(FIT)).estimate["x"] == FIT.estimate["x"]


@pytest.mark.parametrize("name", ["aic", "bic", "loglik", "df", "scale", "estimate", "se", "covariance"])
def test_a_number_that_is_called_says_so(name):
    with pytest.raises(TypeError, match="which is written without parentheses,' object is not callable"):
        getattr(FIT, name)()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: FIT.estimate["w"], r"fit\.estimate\[name\] takes .* 'Intercept', 'x', 'z'; got 'w'"),
        (lambda: FIT.covariance["x", "Intercep"], r"got 'Intercep'\. Did you mean 'Intercept'\?"),
        (lambda: FIT["Z"], r"fit\[name\] takes the name of a coefficient, .* Did you mean 'z'\?"),
        (lambda: FIT[0], r"fit\[name\] takes the name of a coefficient"),
    ],
)
def test_another_name_is_refused_with_those_that_there_are(asked, said):
    with pytest.raises(st.DomainError, match=said):
        asked()
