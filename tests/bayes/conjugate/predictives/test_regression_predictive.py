"""Predictions of exact regression posteriors: of a flat prior they are those of the fit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

DATA = {"y": [1.0, 3.0, 5.0, 8.0, 4.0], "x": [0.0, 1.0, 2.0, 3.0, 2.5], "w": [1.0, 2.0, 0.5, 1.0, 3.0]}
NEW = {"x": [4.0, -1.0], "w": [0.5, 2.0]}


@pytest.mark.parametrize("kind", ["mean", "observation"])
@pytest.mark.parametrize("data", [None, NEW], ids=["own rows", "new rows"])
def test_of_a_flat_prior_they_are_those_of_the_fit(kind, data):
    model = st.ols("y ~ x", DATA, precision="w")
    posterior, fit = st.posterior(model, prior=st.NormalInverseGammaRegression.flat()), st.fit(model)
    ours, theirs = (one.predict(data, kind=kind, interval=0.9) for one in (posterior, fit))
    assert list(ours) == list(theirs) == ["mean", "lower", "upper"]
    assert_allclose(ours, theirs, rtol=1e-10)
    assert_allclose(posterior.predict(data, kind=kind), theirs["mean"], rtol=1e-10)
    belief = posterior.mean_at(data) if kind == "mean" else posterior.predictive(data)
    assert_allclose(np.asarray(belief.interval(0.9, kind="eti")), ours[["lower", "upper"]].to_numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"kind": "class"}, st.DomainError, 'kind="mean" or kind="observation"; got kind=\'class\''),
        ({"interval": 2}, st.DomainError, "interval is a probability between 0 and 1"),
        ({"precision": "w"}, st.IncompatibleError, "precision= for the interval"),
    ],
)
def test_what_cannot_be_predicted_is_refused(asked, error, message):
    posterior = st.NormalInverseGammaRegression.flat().update(st.ols("y ~ x", DATA))
    with pytest.raises(error, match=message):
        posterior.predict(**asked)
