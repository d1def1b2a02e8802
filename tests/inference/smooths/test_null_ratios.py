"""The likelihood ratio of a curve against the maximum of the likelihood itself, and its draws against the rows'."""

import numpy as np
import pytest
from scipy import stats

from stattools.inference.smooths.curve_tests import CurveNull
from tests.cases import rng

G = rng(8)
X = np.stack([np.ones(30), np.arange(30.0) - 14.5], axis=1)
Z = G.normal(size=(30, 4)) * [3.0, 1.0, 0.3, 0.1]


def seen(y, known=False):
    """The parts of a curve as they are written."""

    def away(C):
        return np.eye(30) - C @ np.linalg.solve(C.T @ C, C.T)

    P, P0 = away(X), away(X[:, :1])
    line = X[:, 1] @ y / np.linalg.norm(X[:, 1])
    across = Z.T @ P0 @ X[:, 1] / np.linalg.norm(X[:, 1])
    rest = (np.inf, np.inf) if known else (y @ P @ y, 28.0)
    return CurveNull.of(Z.T @ P @ Z, Z.T @ P @ y, line**2, across, *rest)


def twice(y, lam, columns):
    """The restricted log-likelihood of y ~ N(columns b, s2 (I + lam Z Z')), times 2, s2 at its maximum."""
    V = np.eye(30) + lam * Z @ Z.T
    inverse = np.linalg.inv(V)
    gram = columns.T @ inverse @ columns
    P = inverse - inverse @ columns @ np.linalg.solve(gram, columns.T @ inverse)
    d = 30 - columns.shape[1]
    return -d * np.log(y @ P @ y) - np.linalg.slogdet(V)[1] - np.linalg.slogdet(gram)[1]


def test_the_ratio_against_a_line_is_that_of_the_restricted_likelihood():
    y = 0.3 * Z @ G.normal(size=4) + G.normal(size=30)
    highest = max(twice(y, lam, X) for lam in np.append(0.0, np.geomspace(1e-3, 10.0, 300)))
    assert seen(y).ratio(False) == pytest.approx(highest - twice(y, 0.0, X), rel=1e-4)


def test_the_ratio_against_nothing_compares_in_the_contrasts_of_what_is_left():
    y = 0.3 * Z @ G.normal(size=4) + G.normal(size=30) + 0.05 * X[:, 1]
    flat = X[:, :1]

    def high(lam):
        V = np.eye(30) + lam * Z @ Z.T
        inverse = np.linalg.inv(V)
        gram = X.T @ inverse @ X
        P = inverse - inverse @ X @ np.linalg.solve(gram, X.T @ inverse)
        one = float((flat.T @ inverse @ flat)[0, 0])
        return -29.0 * np.log(y @ P @ y) - np.linalg.slogdet(V)[1] - np.log(one)

    highest = max(high(lam) for lam in np.append(0.0, np.geomspace(1e-3, 10.0, 300)))
    assert seen(y).ratio(True) == pytest.approx(highest - twice(y, 0.0, flat), rel=1e-4)


def test_below_zero_it_is_the_slope_so_that_outcomes_have_an_order():
    ratios = np.array([seen(G.normal(size=30)).ratio(False) for _ in range(40)])
    assert ratios.min() > -1.0
    assert len(np.unique(ratios)) == 40
    assert 0.3 < (ratios <= 0.0).mean() < 0.9


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("is_flat", [False, True])
def test_draws_are_distributed_as_ratios_of_rows(is_flat, known):
    """Of 200 outcomes without a curve the ratios, and draws that are made of eigenvalues alone."""
    rows = np.array([seen(G.normal(size=30), known).ratio(is_flat) for _ in range(200)])
    drawn = seen(G.normal(size=30), known).draws(is_flat, 2000, rng(1))
    assert stats.ks_2samp(rows, drawn).pvalue > 0.003
