"""Automatic lags and prewhitening: R's numbers, a slow twin of loops, any cut of the rows, what does not matter."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.inference.covariance import HAC
from stattools.inference.covariance.kinds import Series, kernel_weights
from tests.inference.covariance.test_estimate import KINDS, draw, gap, refused, sandwich

NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 1260
1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821 768 845 864
862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890 744 749
838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740
"""


def test_as_in_r():
    """R's sandwich 3.1-1: NeweyWest(lm(Nile ~ x)), x = 1:100 %% 17 centered: where R's weights are not of units."""
    x = np.arange(1, 101) % 17.0
    model = st.ols(np.array(NILE.split(), dtype=float), x - x.mean())
    facts = {
        HAC("auto"): ("HAC(lags=4 found automatically)", [27.112223003, 3.80738530337]),
        HAC("auto", prewhiten=True): (
            "HAC(lags=1 found automatically, prewhitened)",
            [26.9738100704, 4.06711657683],
        ),
        HAC("auto", correction="stata", prewhiten=True): (
            "HAC(lags=1 found automatically, prewhitened, correction=stata)",
            [27.2476628789, 4.10840815907],
        ),
        HAC(3, prewhiten=True): ("HAC(lags=3, prewhitened)", [28.6298775781, 4.01130773227]),
    }
    for cov, (name, se) in facts.items():
        found = sandwich(model, cov)
        assert found.name == name
        assert_allclose(np.sqrt(np.diagonal(found.matrix)), se, rtol=1e-10)


def slow(S: np.ndarray, C: np.ndarray, varying: np.ndarray, cov: HAC) -> np.ndarray:
    """C M C from the scores of all rows, as it is written in the papers."""
    n, D = len(S), np.eye(S.shape[1])
    m = int((3 if cov.prewhiten else 4) * (n / 100) ** (2 / 9))
    if cov.prewhiten:
        A = np.linalg.lstsq(S[:-1], S[1:], rcond=None)[0].T
        D, S = np.linalg.inv(np.eye(len(A)) - A), S[1:] - S[:-1] @ A.T
    lags = cov.lags
    if lags == "auto":
        moved = S @ C[:, varying] @ np.linalg.inv(np.linalg.cholesky(C[np.ix_(varying, varying)])).T
        g = [(moved[lag:] * moved[: len(S) - lag]).sum() for lag in range(m + 1)]
        ratio = 2 * sum(lag * one for lag, one in enumerate(g)) / (g[0] + 2 * sum(g[1:]))
        lags = int(1.1447 * abs(ratio) ** (2 / 3) * n ** (1 / 3))
    M = np.zeros_like(C)
    for i in range(len(S)):
        for j in range(max(i - lags, 0), min(i + lags + 1, len(S))):
            M += (1 - abs(i - j) / (lags + 1)) * np.outer(S[i], S[j])
    return C @ D @ M @ D.T @ C


@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_loop(kind):
    model = draw(kind, n=90)
    fit = st.fit(model)
    (block,) = model.rows.blocks()
    eta = model.predictor.forward(fit.estimate, block)[0]
    S = model.predictor.row_scores(block.X, model.likelihood.score(eta, block.y))
    varying = np.array(["Intercept" not in name and name != "log alpha" for name in model.names])
    for cov in (HAC("auto"), HAC("auto", prewhiten=True), HAC(2, prewhiten=True), HAC(0, prewhiten=True)):
        expected = slow(S, fit.solution.covariance, varying, cov)
        assert gap(sandwich(model, cov).matrix, expected) < 1e-8, cov


def test_any_cut_of_the_rows_has_the_same_sums():
    S, kernel = np.random.default_rng(2).standard_normal((40, 2)), np.vstack([np.eye(6), kernel_weights("bartlett", 5)])
    whole = Series.of(kernel, S)
    for cuts in ([20], [1, 2, 3, 4, 9], [3, 4, 38, 39]):
        parts = [Series.of(kernel, part) for part in np.split(S, cuts)]
        for one, other in ((reduce(add, parts), whole), (parts[0] + reduce(add, parts[1:]), whole)):
            assert_allclose(one.sums, other.sums, atol=1e-13)
            assert_allclose(one.first, other.first)
            assert_allclose(one.last, other.last)


def test_neither_units_nor_origin_nor_coding_of_columns_change_it():
    model = draw("ols")
    X = model.rows.X[:, 1:]
    turned = X @ np.array([[80.0, 0, 0], [0, -2.0, 1.0], [0, 0, 0.02]]) + np.array([3.0, -5.0, 0.5])
    for cov in (HAC("auto"), HAC("auto", prewhiten=True)):
        here, there = (st.fit(st.ols(model.rows.y, one), cov=cov) for one in (X, turned))
        assert here.cov == there.cov
        assert_allclose(there.predict(interval=0.9), here.predict(interval=0.9), rtol=1e-9, atol=1e-10)


def test_it_covers_where_errors_follow_each_other():
    """Errors AR(1) with 0.6: intervals of a mean of 100 rows, which HC1 has far too short."""
    g, hits, draws = np.random.default_rng(5), np.zeros(2), 200
    for _ in range(draws):
        e = g.standard_normal(150)
        for t in range(1, 150):
            e[t] += 0.6 * e[t - 1]
        for k, cov in enumerate(("HC1", HAC("auto", prewhiten=True))):
            lower, upper = st.fit(st.ols(e[50:], np.empty((100, 0))), cov=cov).interval()
            hits[k] += lower[0] <= 0 <= upper[0]
    assert hits[0] / draws < 0.8
    assert hits[1] / draws > 0.88


def test_what_it_refuses():
    y, none = np.cumsum(np.random.default_rng(0).standard_normal(300)), np.empty((300, 0))
    refused(st.ols(y, none), HAC("auto", prewhiten=True), r"needs scores that forget: those of a row keep 0.9")
    refused(st.ols(y[:5], none[:5]), HAC(4, prewhiten=True), r"HAC\(lags=4, prewhiten=True\) needs 6 rows or more")
    with pytest.raises(DomainError, match=r"HAC\(lags=\"auto\"\) is for kernel=\"bartlett\""):
        HAC("auto", "uniform")
    with pytest.raises(DomainError, match=r"prewhiten= of HAC is True or False; got 'yes'"):
        HAC(3, prewhiten="yes")  # type: ignore[arg-type]
