"""The wild cluster bootstrap of fits: pyfixest's p-values, the linearized twin, its size, what it refuses."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.hypotheses.wild_bootstrap import ClusterWeights
from tests.inference.covariance.test_sandwich import cars

FIRM = np.arange(32) // 4


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.ols("mpg ~ wt + hp", cars()), cov=st.Cluster(FIRM))


def test_as_in_pyfixest(fit):
    """pyfixest 0.60, wildboottest 0.3: feols("mpg ~ wt + hp", vcov={"CRV1": "firm"}).wildboottest(param="hp")."""
    found = fit.wild_bootstrap("hp", seed=1)
    assert_allclose(found.statistic, -4.533871510348438, rtol=1e-10)
    assert (found.p_value, found.is_exact, found.groups) == (0.046875, True, 8)
    assert_allclose(fit.wild_bootstrap("hp", seed=1, weights="webb").p_value, 0.0465046504650465, atol=0.006)
    assert fit.wild_bootstrap("hp", seed=1, impose_null=False).p_value == 1 / 129  # 0 of 256 there


def test_the_interval_is_of_values_that_are_not_refused(fit):
    for impose_null in (True, False):
        found = fit.wild_bootstrap("wt", seed=2, draws=199, impose_null=impose_null)
        lower, upper = found.interval(0.9)
        inside = [fit.wild_bootstrap(f"wt = {v}", seed=2, draws=199, impose_null=impose_null).p_value > 0.1
                  for v in (lower - 1e-4, lower + 1e-4, upper - 1e-4, upper + 1e-4)]  # fmt: skip
        assert inside == [False, True, True, False]
    row = found.table().iloc[0]
    assert row.hypothesis == "wt = 0"
    assert_allclose([row.lower, row.upper], found.interval(), rtol=1e-12)
    assert "Unrestricted, rademacher weights of 8 clusters, 199 draws." in str(found)


@pytest.mark.parametrize("make", [st.logistic, st.poisson])
def test_other_likelihoods_are_their_weighted_least_squares(make):
    frame = cars()
    y = (frame.carb > 2).astype(float) if make is st.logistic else frame.carb
    model = make(y, frame[["hp", "wt"]])
    fit = st.fit(model, cov=st.Cluster(FIRM, kind="CR1"))
    found = fit.wild_bootstrap("wt = 0.1", seed=3, draws=150)
    held = st.fit(make(y, frame[["hp"]], offset=0.1 * frame.wt))
    X = model.rows.X
    mean = held.predict()
    W = mean * (1 - mean) if make is st.logistic else mean
    root = np.sqrt(W.to_numpy())[:, None] * X
    u = (y - mean).to_numpy() / np.sqrt(W.to_numpy())
    C, slow = np.linalg.inv(root.T @ root), []
    for v in np.concatenate(
        list(ClusterWeights("rademacher", 8, 150, int(np.random.default_rng(3).integers(2**62))).blocks())
    ):
        move = C @ root.T @ (v[FIRM] * u)
        rest = v[FIRM] * u - root @ move
        S = np.array([root[k == FIRM].T @ rest[k == FIRM] for k in range(8)])
        slow.append(abs(move[2]) / np.sqrt(np.sum((S @ C[:, 2]) ** 2)))
    V = fit.covariance[2, 2] / (8 / 7 * 31 / 29)
    assert_allclose(found.draws, np.array(slow) * np.sqrt(V / fit.covariance[2, 2]), rtol=1e-6)
    assert found.p_value == (1 + np.sum(slow >= abs(fit.estimate[2] - 0.1) / np.sqrt(V) * (1 - 1e-9))) / 151
    lower, upper = found.interval(0.8)
    se = fit.se[2]
    for value, outside in ((lower - 1e-3 * se, True), (lower + 1e-3 * se, False), (upper + 1e-3 * se, True)):
        assert (fit.wild_bootstrap(f"wt = {value}", seed=3, draws=150).p_value <= 0.2) is bool(outside)


def test_units_weights_and_files_do_not_matter(fit, tmp_path):
    frame = cars().assign(firm=FIRM, count=1 + (np.arange(32) % 2))
    twice = frame.loc[np.repeat(np.arange(32), frame["count"])].reset_index(drop=True)
    frame.to_parquet(tmp_path / "a.parquet")
    moved = frame.assign(hp=1e5 - 1e-3 * frame.hp)
    found = [
        st.fit(st.ols("mpg ~ wt + hp", data, **options), cov=st.Cluster("firm")).wild_bootstrap("hp", seed=1)
        for data, options in (
            (frame, {}),
            (moved, {}),
            (st.scan(tmp_path / "a.parquet"), {}),
            (frame, {"weights": "count"}),
            (twice, {}),
        )
    ]
    assert {one.p_value for one in found[:3]} == {0.046875}
    assert found[3].p_value == found[4].p_value
    assert_allclose(found[3].interval(), found[4].interval(), rtol=1e-7)
    assert_allclose(-1e-3 * np.asarray(found[1].interval())[::-1].ravel(), np.ravel(found[0].interval()), rtol=1e-5)


@pytest.mark.slow
def test_it_keeps_its_size_where_t_does_not():
    """A column that three of 12 unequal clusters have, errors that clusters share: 5 % tests, 400 samples."""
    g, hits = np.random.default_rng(6), np.zeros(2)
    groups = np.repeat(np.arange(12), [20, 18, 15, 12, 10, 8, 6, 5, 4, 4, 3, 3])
    x = (groups % 4 == 1).astype(float)
    for k in range(400):
        model = st.ols(g.standard_normal(12)[groups] + g.standard_normal(len(groups)), x)
        fit = st.fit(model, cov=st.Cluster(groups, kind="CR1"))
        hits += [fit.table().p_value[1] <= 0.05, fit.wild_bootstrap("x1", seed=k, draws=399).p_value <= 0.05]
    assert hits[0] / 400 > 0.1
    assert 0.02 < hits[1] / 400 < 0.09


def test_what_it_refuses(fit):
    plain = st.fit(fit.model)
    with pytest.raises(IncompatibleError, match=r"fit with cov=st.Cluster\(groups\); this fit has cov=information"):
        plain.wild_bootstrap("hp", seed=1)
    with pytest.raises(IncompatibleError, match=r"one-way clusters: .* this fit has cov=Cluster\(8 groups, 4 groups\)"):
        st.fit(fit.model, cov=st.Cluster(FIRM, np.arange(32) % 4)).wild_bootstrap("hp", seed=1)
    with pytest.raises(
        IncompatibleError, match=r"tests one combination of the coefficients, and .* is 2: wt = 0, hp = 0"
    ):
        fit.wild_bootstrap("wt = 0, hp = 0", seed=1)
    with pytest.raises(DomainError, match=r"weights= 'rademacher', 'webb', 'mammen'; got 'normal'"):
        fit.wild_bootstrap("hp", seed=1, weights="normal")
    with pytest.raises(DomainError, match=r"draws is one whole number, at least 19; got 5"):
        fit.wild_bootstrap("hp", seed=1, draws=5)
    few = pd.DataFrame({"y": [1.0, 3.0, 2.0, 5.0, 4.0, 8.0], "x": [0.0, 1, 2, 3, 4, 5], "g": list("aabbcc")})
    found = st.fit(st.ols("y ~ x", few), cov=st.Cluster("g")).wild_bootstrap("x", seed=1)
    assert found.p_value == 0.25
    assert np.isinf(found.interval()).all()


def test_an_information_that_is_not_positive_under_the_hypothesis():
    g = np.random.default_rng(5)
    x, firm = g.normal(size=70), g.integers(0, 12, 70)
    y = np.exp(0.2 + x) / g.gamma(8.0, 1 / 8.0, 70)
    fit = st.fit(st.glm("y ~ x", {"y": y, "x": x}, family="inverse-gaussian"), cov=st.Cluster(firm))
    with pytest.raises(st.IdentificationError, match=r"is not positive: .* Use impose_null=False"):
        fit.wild_bootstrap("x = -3", seed=1)
    assert fit.wild_bootstrap("x", seed=1, impose_null=False).p_value < 0.05


def test_a_value_too_far_for_float64_is_refused(fit):
    """The squares of the scores ended in a warning of NumPy, and nearer the draw of no signs was not as far as t."""
    for value in ("1e300", "-1e9"):
        with pytest.raises(DomainError, match="standard errors from the estimate"):
            fit.wild_bootstrap(f"hp = {value}", seed=1)
    assert fit.wild_bootstrap("hp = 1e3", seed=1).p_value > 0.0
