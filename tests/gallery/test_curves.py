"""The report on Engel's law says what a dense penalized regression says."""

import re
from typing import Any

import numpy as np
from numpy.testing import assert_allclose
from statsmodels.datasets import engel

data: Any = engel.load_pandas().data
x, y = np.log(data["income"].to_numpy()), np.log(data["foodexp"].to_numpy())


def basis(at, order=0):
    """Cubic B-splines over the knots of mgcv's ps, by differences of truncated powers."""
    from scipy.interpolate import BSpline

    low, high = x.min() - 0.001 * np.ptp(x), x.max() + 0.001 * np.ptp(x)
    step = (high - low) / 17
    knots = low + step * np.arange(-3, 21)
    return np.stack([BSpline(knots, np.eye(20)[j], 3)(at, nu=order) for j in range(20)], axis=1)


def test_the_elasticities_are_the_slopes_of_a_penalized_spline(text_of):
    text = text_of("curves")
    penalty = float(re.search(r"\| `s\(log_income\)` +\| +2\.26 +\| +(\d+) \|", text).group(1))
    B, D = basis(x), np.diff(np.eye(20), 2, axis=0)
    H = B.T @ B + penalty * D.T @ D
    coefficients = np.linalg.solve(H, B.T @ y)
    assert_allclose(np.trace(np.linalg.solve(H, B.T @ B)) - 1.0, 2.26, atol=0.01)
    for income, said in (("400", 0.93), ("1,000", 0.85), ("2,500", 0.76)):
        slope = float((basis([np.log(float(income.replace(",", "")))], 1) @ coefficients)[0])
        assert re.search(rf"\| +{income} \| +{said:.2f} \|", text)
        assert_allclose(slope, said, atol=0.006)


def test_what_is_beyond_the_data_is_marked(text_of):
    rows = [line for line in text_of("curves").splitlines() if line.startswith("|  8,000 |")]
    assert len(rows) == 1
    assert "beyond the data" in rows[0]
