"""CR2 and CR3 with their degrees of freedom: clubSandwich's numbers, dense algebra with the hat matrix, the jackknife,
and what does not matter.
"""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IdentificationError
from stattools.inference.covariance import Cluster
from stattools.models.model import Model
from tests.inference.covariance.test_estimate import KINDS, draw, gap, refused, sandwich
from tests.inference.covariance.test_sandwich import cars

GROUPS = np.random.default_rng(7).permutation(np.repeat(np.arange(9), [2, 3, 4, 5, 6, 8, 9, 11, 12]))
"""Nine groups of 60 rows, in any order."""

CLUB_SANDWICH = {
    "CR2": (
        [2.88800891783, 0.998545647901, 0.0104879869318, 0.00424457971251],
        [2.34605280722, 1.68214746491, 2.65853039601, 2.16132377854],
        (9.28382307368, 1.48992805842, 0.144162182679),
    ),
    "CR3": (
        [4.03753601406, 1.51648913573, 0.0147149961092, 0.00584952745018],
        [2.2680748242, 1.64006100492, 2.36806316677, 1.74188080819],
        (4.37207450915, 1.32229234723, 0.261316957516),
    ),
}
"""coef_test and Wald_test(constrain_zero(2:3), test="HTZ") of lm(mpg ~ wt + hp + disp, mtcars) by carb: se, df, F."""


@pytest.mark.parametrize("kind", CLUB_SANDWICH)
def test_as_in_club_sandwich(kind):
    se, df, (F, df_residual, p) = CLUB_SANDWICH[kind]
    fit = st.fit(st.ols("mpg ~ wt + hp + disp", cars()), cov=Cluster("carb", kind=kind))
    assert fit.cov == f"Cluster(carb, {kind})"
    assert_allclose(fit.se, se, rtol=1e-8)
    assert_allclose(fit.t_df, df, rtol=1e-8)
    test = fit.test("wt = 0, hp = 0")
    assert_allclose([test.statistic, test.df_residual, test.p_value], [F, df_residual, p], rtol=1e-8)


def test_a_group_with_a_column_of_its_own_as_in_club_sandwich():
    """coef_test of lm(mpg ~ factor(carb) + wt) by carb, CR2: a generalized inverse; the page says whose it is."""
    fit = st.fit(st.ols("mpg ~ C(carb) + wt", cars()), cov=Cluster("carb", kind="CR2"))
    assert_allclose(fit.se[[0, 1, -1]], [3.45038345481, 0.516587530904, 1.38569616659], rtol=1e-8)
    assert_allclose(fit.t_df, 1.53010225239, rtol=1e-8)
    assert "One cluster alone determines Intercept, C(carb)[T.2.0], C(carb)[T.3.0] and 3 others: " in " ".join(
        str(fit).split()
    )
    refused(fit.model, Cluster("carb", kind="CR3"), r"the group 1.0 alone determines 'Intercept'. Use kind='CR2'")


def test_precision_as_in_club_sandwich():
    """coef_test of lm(mpg ~ wt + hp, weights = disp) by carb, CR3, target = 1 / disp."""
    fit = st.fit(st.ols("mpg ~ wt + hp", cars(), precision="disp"), cov=Cluster("carb", kind="CR3"))
    assert_allclose(fit.se, [4.86321833854, 1.82368707373, 0.0120145366441], rtol=1e-8)
    assert_allclose(fit.t_df, [1.76763115623, 1.25283777019, 1.82688474678], rtol=1e-8)


class Dense:
    """Residual scores u of all linear predictors, their derivative J, the information W, and the parts of groups."""

    def __init__(self, model: Model, groups: np.ndarray, kind: str) -> None:
        fit = st.fit(model)
        (block,) = model.rows.blocks()
        eta, _ = model.predictor.forward(fit.estimate, block)
        width, self.C = model.predictor.width, fit.solution.covariance
        u = model.likelihood.score(eta, block.y).ravel()
        each = model.likelihood.information(eta, block.y).reshape(-1, width, width)
        self.J = np.concatenate(
            [model.predictor.row_scores(block.X, np.tile(one, (len(eta), 1)).squeeze()) for one in np.eye(width)],
            axis=1,
        ).reshape(len(u), -1)
        W = np.zeros((len(u), len(u)))
        for i, part in enumerate(each):
            W[i * width : (i + 1) * width, i * width : (i + 1) * width] = part
        owner = np.repeat(groups, width)
        self.scores, self.influence, self.meat = [], [], np.zeros_like(self.C)
        for g in np.unique(groups):
            own = owner == g
            J, Wg = self.J[own], W[np.ix_(own, own)]
            values, vectors = np.linalg.eig(np.eye(len(Wg)) - Wg @ J @ self.C @ J.T)
            A = (vectors @ np.diag(values ** {"CR2": -0.5, "CR3": -1.0}[kind]) @ np.linalg.inv(vectors)).real
            s = J.T @ A @ u[own]
            self.meat += np.outer(s, s)
            self.influence.append(self.C @ J.T @ A @ (np.eye(len(u)) - W @ self.J @ self.C @ self.J.T)[own])
        self.W = W

    def spread(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """P: the covariance of the parts of two combinations that the groups add, where the model is true."""
        a, b = (np.array([combination @ part for part in self.influence]) for combination in (one, other))
        return a @ self.W @ b.T

    def df(self, one: np.ndarray) -> float:
        P = self.spread(one, one)
        return np.trace(P) ** 2 / (P**2).sum()

    def eta(self, R: np.ndarray) -> float:
        q = len(R)
        T = np.linalg.inv(np.linalg.cholesky([[np.trace(self.spread(a, b)) for b in R] for a in R])) @ R
        P = [[self.spread(a, b) for b in T] for a in T]
        variance = sum((P[s][s] * P[t][t] + P[s][t] * P[t][s]).sum() for s in range(q) for t in range(q))
        return q * (q + 1) / variance


@pytest.mark.parametrize("kind", ["CR2", "CR3"])
@pytest.mark.parametrize("regression", KINDS)
def test_equals_dense_algebra(regression, kind):
    model = draw(regression, n=60)
    dense, found = Dense(model, GROUPS, kind), sandwich(model, Cluster(GROUPS, kind=kind))
    assert gap(found.matrix, dense.C @ dense.meat @ dense.C) < 1e-8
    p = len(dense.C)
    assert_allclose(found.df, [dense.df(one) for one in np.eye(p)], rtol=1e-7)
    R = np.random.default_rng(1).standard_normal((3, p))
    assert_allclose(found.degrees.df(R), [dense.df(one) for one in R], rtol=1e-7)
    for q in (1, 2, 3):
        assert_allclose(found.degrees.hotelling(R[:q]), dense.eta(R[:q]), rtol=1e-7)
    assert_allclose(found.degrees.hotelling(R[:1]), found.degrees.df(R[0]), rtol=1e-10)


def test_cr3_is_the_jackknife():
    model = draw("ols", n=60)
    X, y, theta = model.rows.X, model.rows.y, st.fit(model).estimate
    left = [np.linalg.lstsq(X[g != GROUPS], y[g != GROUPS], rcond=None)[0] - theta for g in range(9)]
    expected = sum(np.outer(one, one) for one in left)
    assert gap(sandwich(model, Cluster(GROUPS, kind="CR3")).matrix, expected) < 1e-10
    found = sandwich(model, Cluster(GROUPS, kind="CR3", correction="jackknife"))
    assert found.name == "Cluster(9 groups, CR3, correction=jackknife)"
    assert gap(found.matrix, 8 / 9 * expected) < 1e-10


@pytest.mark.parametrize("regression", KINDS)
def test_every_row_its_own_group_is_hc2_and_hc3(regression):
    model = draw(regression, n=60)
    for kind, row in (("CR2", "HC2"), ("CR3", "HC3")):
        assert gap(sandwich(model, Cluster(np.arange(60), kind=kind)).matrix, sandwich(model, row).matrix) < 1e-9


@pytest.mark.slow
def test_cr2_is_unbiased_and_t_has_its_level_where_cr1_has_not():
    """y = noise that groups share, x that few groups have: coverage of 95 % intervals of few unequal groups."""
    g, hits, draws = np.random.default_rng(3), np.zeros(2), 400
    groups = np.repeat(np.arange(8), [40, 30, 10, 5, 5, 4, 3, 3])
    x = (groups < 2).astype(float)
    for _ in range(draws):
        model = st.ols(g.standard_normal(8)[groups] + g.standard_normal(100), x)
        for k, kind in enumerate(("CR1", "CR2")):
            lower, upper = st.fit(model, cov=Cluster(groups, kind=kind)).interval()
            hits[k] += lower[1] < 0.0 < upper[1]
    assert hits[0] / draws < 0.87
    assert hits[1] / draws > 0.89  # df are those of errors that groups do not share
    g, found = np.random.default_rng(4), []
    for _ in range(draws):  # independent errors: E V is the variance
        fit = st.fit(st.ols(g.standard_normal(100), x), cov=Cluster(groups, kind="CR2"))
        found += [fit.covariance[1, 1]]
    exact = np.linalg.inv(np.column_stack([np.ones(100), x]).T @ np.column_stack([np.ones(100), x]))[1, 1]
    assert_allclose(np.mean(found), exact, atol=4 * np.std(found) / np.sqrt(draws))


@pytest.mark.parametrize("regression", KINDS)
def test_weights_are_repeated_rows(regression):
    weights = np.random.default_rng(4).integers(0, 4, 60).astype(float)
    weights[GROUPS == 0] = 0.0
    index = np.repeat(np.arange(60), weights.astype(int))
    y, X = draw(regression, n=60).rows.y, draw(regression, n=60).rows.X[:, 1:]
    maker: Any = getattr(st, regression)
    here = sandwich(maker(y, X, weights=weights), Cluster(GROUPS, kind="CR2"))
    there = sandwich(maker(y[index], X[index]), Cluster(GROUPS[index], kind="CR2"))
    assert gap(here.matrix, there.matrix) < 1e-9
    assert_allclose(here.df, there.df, rtol=1e-7)
    assert here.name == "Cluster(8 groups, CR2)"


def test_units_origin_and_blocks_do_not_matter(monkeypatch):
    model = draw("ols", n=60)
    X, y = model.rows.X[:, 1:], model.rows.y
    here, there = (
        st.fit(st.ols(y, one), cov=Cluster(GROUPS, kind="CR2"))
        for one in (X, X * [1e-6, 1.0, 1e7] + [1e-6, 50.0, -3e7])
    )
    assert_allclose(there.table().statistic[1:], here.table().statistic[1:], rtol=1e-9)
    assert_allclose(there.t_df[1:], here.t_df[1:], rtol=1e-9)
    monkeypatch.setattr("stattools.inference.covariance.sandwich.MANY", 10**9)
    monkeypatch.setattr("stattools.inference.covariance.sandwich.CELLS", 100)
    monkeypatch.setattr(import_module("stattools.inference.covariance.covariance"), "ENTRIES", 1)
    again = st.fit(st.ols(y, X), cov=Cluster(GROUPS, kind="CR2"))
    assert_allclose(again.covariance, here.covariance, rtol=1e-9)
    assert_allclose(again.t_df, here.t_df, rtol=1e-9)


def test_what_there_is_not():
    with pytest.raises(
        DomainError, match=r'Cluster\(kind="CR2"\) is for one-way clusters; two-way clusters have kind="CR1" only'
    ):
        Cluster("a", "b", kind="CR2")
    with pytest.raises(DomainError, match=r"correction='stata' of Cluster goes with kind=\"CR1\"; CR2 has 'none'"):
        Cluster("a", kind="CR2", correction="stata")
    for kind in (None, "CR1", "CR2"):
        with pytest.raises(DomainError, match=r"correction='jackknife' of Cluster goes with kind=\"CR3\"; CR[12] has"):
            Cluster("a", correction="jackknife", kind=kind)
    with pytest.raises(DomainError, match=r"Cluster needs kind= one of 'CR1', 'CR2', 'CR3'; got 'CR4'"):
        Cluster("a", kind="CR4")  # type: ignore[arg-type]
    fit = st.fit(st.ols("mpg ~ wt * hp + disp", cars()), cov=Cluster("carb", kind="CR2"))
    with pytest.raises(
        IdentificationError, match=r"degrees of freedom for 4 hypotheses tested together, of which 3 are"
    ):
        fit.test("wt = 0, hp = 0, disp = 0, wt:hp = 0")
