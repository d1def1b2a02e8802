"""The report on two maxima says what a grid over the ratio and statsmodels say."""

import re
import warnings
from typing import Any

import numpy as np
import statsmodels.api as sm

from stattools.gallery.certificate import SIZES, clinics


def rows():
    table = clinics()
    groups = np.array([ord(name[-1]) for name in table["clinic"]])
    return table["y"], np.column_stack([np.ones(len(groups)), table["x"]]), groups


def profiled(ratio):
    """The restricted log-likelihood at a ratio of standard deviations, by the covariance matrix of all rows."""
    y, X, groups = rows()
    V = np.eye(len(y)) + ratio**2 * (groups[:, None] == groups)
    gram, inverse = X.T @ np.linalg.solve(V, X), np.linalg.inv(V)
    r = y - X @ np.linalg.solve(gram, X.T @ inverse @ y)
    d = len(y) - 2
    s2 = r @ inverse @ r / d
    return -0.5 * (np.linalg.slogdet(V)[1] + np.linalg.slogdet(gram)[1] + d * (1 + np.log(2 * np.pi * s2)))


def test_the_data_are_as_the_report_says():
    assert tuple(np.unique(rows()[2], return_counts=True)[1]) == SIZES


def test_both_maxima_stand_on_a_grid(text_of):
    text = text_of("certificate")
    grid = np.linspace(0.0, 6.0, 301)
    height = np.array([profiled(one) for one in grid])
    tops = np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] > height[2:])) + 1
    assert len(tops) == 2
    lower, highest = sorted(tops, key=lambda k: height[k])
    for name, k in (("highest", highest), ("lower", lower)):
        ((sd, residual, loglik),) = re.findall(rf"\| {name} +\| +(\S+) \| +(\S+) \| +(\S+) \|\n", text)[:1]
        assert abs(float(sd) / float(residual) - grid[k]) < 0.03
        assert abs(float(loglik) - height[k]) < 1e-4


def test_statsmodels_converges_at_the_lower_one(text_of):
    y, X, groups = rows()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found: Any = sm.MixedLM(y, X, groups).fit()
    assert found.converged
    text = text_of("certificate")
    assert "statsmodels MixedLM says that it converged at a point whose log-likelihood is lower by 0.28" in text
    assert re.search(rf"\| lower +\| +{found.fe_params[1]:.3f} \|", text)
