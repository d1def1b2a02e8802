"""Curves of the categories of softmax, against mgcv's multinom and by differences.

R 4.5, mgcv 1.9-3, of the table of `hazards.py`: gam(list(label ~ s(x, bs = "ps", k = 8, m = c(2, 2)), ~ s(x, ...)),
family = multinom(K = 2), method = "REML", control = gam.control(epsilon = 1e-13, newton = list(conv.tol = 1e-13))).
Its log-likelihood is higher by 48, the number of rows of the reference, than the sum of the logarithms of its
probabilities.
"""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.marginal_maximum import laplace_maximum
from tests.models.mixed.hazards import TABLE, U, X

LABELS = np.digitize(np.sin(6.0 * X) + 2.0 * U, [0.5, 1.5])
ROWS = TABLE | {"label": LABELS}


@pytest.mark.parametrize(
    ("right", "loglik", "edf"),
    [("s(x, k=8)", -65.85041328914, 8.58054951346), ("z + s(x, k=8)", -64.38029424097, 10.5991394691)],
)
def test_mgcvs_restricted_likelihood_and_degrees_of_freedom(right, loglik, edf):
    found = laplace_maximum(st.softmax(f"label ~ {right}", ROWS))
    assert_allclose(found.loglik, loglik - (LABELS == 0).sum(), rtol=1e-11)
    assert_allclose(sum(curve.edf for curve in found.of_curves) + (4 if "z" in right else 2), edf, rtol=1e-8)
    if right.startswith("z"):
        assert_allclose(found.estimate[[0, 1, 3]], [1.0043861596280, 0.0655037446806, -1.9518552114884], rtol=1e-8)


def test_slopes_are_differences():
    model: Any = st.softmax("label ~ s(x, k=6)", ROWS | {"w": 1.0 + (LABELS == 1)}, weights="w")
    by, theta, step = model.laplace, np.array([0.7, 1.5]), 1e-5
    for k in range(2):
        ahead, behind = (by.evaluate(theta + s * step * np.eye(2)[k], 0).loglik for s in (1.0, -1.0))
        assert_allclose(
            by.evaluate(theta, 1).score[k], (ahead - behind) / (2.0 * step), rtol=1e-6
        )  # of the round-off of a mode


def test_two_categories_are_logistic():
    two = ROWS | {"label": LABELS > 0}
    one, other = (laplace_maximum(kind("label ~ s(x, k=8)", two)) for kind in (st.softmax, st.logistic))
    assert_allclose(one.loglik, other.loglik, rtol=1e-11)
    assert_allclose(one.taus, other.taus, rtol=1e-6)
    assert_allclose(one.covariance, other.covariance, rtol=1e-6)


def test_groups_are_refused():
    with pytest.raises(st.IncompatibleError, match="here each category has one"):
        st.softmax("label ~ z + (1 | g)", ROWS)
