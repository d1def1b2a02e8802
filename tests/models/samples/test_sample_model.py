"""The covariance of estimates that are formulas, and what the data's hash is made of."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

MODELS = {
    "arms": st.binomial([6, 2], [10, 8]),
    "rates": st.exponential_rate([4.0, 2.0, 1.0], by=["a", "b", "b"]),
    "waits": st.pascal([3, 2], successes=2),
    "coin": st.coin([0, 1, 1]),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_covariance_is_the_inverse_of_the_information_at_the_maximum(model):
    """Observed and expected information are one at the maximum of these exponential families."""
    at = model.maximum()
    assert_allclose(model.covariance(at), np.linalg.inv(model.evaluate(at).information), rtol=1e-12)


def test_arrays_are_the_data():
    assert {name: values.tolist() for name, values in MODELS["arms"].arrays().items()} == {
        "successes": [6, 2],
        "trials": [10, 8],
    }
    assert set(MODELS["rates"].arrays()) == {"events", "exposure", "index"}
    assert MODELS["coin"].arrays() == {"successes": 2, "trials": 3}
