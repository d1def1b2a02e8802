"""The statistics of draws are those of refits, and the interval is that of p-values at any number of hypotheses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.inference.hypotheses.wild_bootstrap import VALUES, Clusters, ClusterWeights, accepted

G = 7
GROUPS = np.repeat(np.arange(G), [3, 4, 5, 6, 6, 9, 9])


@pytest.fixture(scope="module")
def case():
    """y on three columns, in clusters; the sums of their scores and information, and a combination."""
    g = np.random.default_rng(2)
    X = np.column_stack([np.ones(len(GROUPS)), g.standard_normal((len(GROUPS), 2)) + g.standard_normal((G, 2))[GROUPS]])
    y = X @ [1.0, 0.3, 0.0] + g.standard_normal(G)[GROUPS] + g.standard_normal(len(GROUPS))
    C, R = np.linalg.inv(X.T @ X), np.array([0.0, 1.0, -0.5])
    u = y - X @ (C @ X.T @ y)
    each = [(X[k == GROUPS], u[k == GROUPS]) for k in range(G)]
    sums = np.array([np.concatenate([x.T @ e, (x.T @ x).ravel()]) for x, e in each])
    return X, y, R, *Clusters.of(sums, C, R)


def refitted(X, y, R, value):
    """(R theta - value)^2 over its clustered variance, without a factor."""
    C = np.linalg.inv(X.T @ X)
    theta = C @ X.T @ y
    u = y - X @ theta
    S = np.array([X[k == GROUPS].T @ u[k == GROUPS] for k in range(G)])
    return (R @ theta - value) ** 2 / np.sum((S @ C @ R) ** 2)


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
def test_a_draw_is_a_refit(case, kind):
    X, y, R, clusters, size = case
    C, signs = np.linalg.inv(X.T @ X), ClusterWeights(kind, G, 40, 1)
    theta, draws = C @ X.T @ y, np.concatenate(list(signs.blocks()))
    assert_allclose(size, np.sqrt(R @ C @ R))
    for value in (R @ theta, 0.0, -1.3):
        restricted = theta - C @ R / (R @ C @ R) * (R @ theta - value)
        u = y - X @ restricted
        slow = [refitted(X, X @ restricted + v[GROUPS] * u, R, value) for v in draws]
        d = (R @ theta - value) / size
        assert_allclose(clusters.squares(signs, d), slow, rtol=1e-9, atol=1e-12)
        n0, n1, v00, v01, v11 = clusters.forms(signs)
        s = d / clusters.spread**0.5
        assert_allclose((n0 + s * n1) ** 2, np.array(slow) * (v00 + 2 * s * v01 + s * s * v11), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("kind", "draws"), [("rademacher", 999), ("webb", 199), ("mammen", 199)])
@pytest.mark.parametrize("alpha", [0.15, 0.2, 0.5])
def test_the_ends_are_where_p_falls_to_alpha(case, kind, draws, alpha):
    *_, clusters, _ = case
    signs = ClusterWeights(kind, G, draws, 5)
    low, high = accepted(clusters.forms(signs), signs, alpha)
    unit = clusters.spread**0.5

    def p(s):
        return signs.share(clusters.squares(signs, s * unit), s * s)

    assert low < 0 < high
    for end, out in ((low, -1.0), (high, 1.0)):
        assert p(end - out * 1e-6) > alpha
        for far in (1e-6, 0.1, 1.0, 10.0, 100.0):
            assert p(end + out * far) <= alpha


def test_few_clusters_refuse_nothing():
    sums = np.concatenate([np.array([[1.0, 2.0], [-3.0, 1.0], [2.0, -3.0]]), np.tile(np.eye(2).ravel() / 3, (3, 1))], 1)
    clusters, _ = Clusters.of(sums, np.eye(2), np.array([1.0, 0.0]))
    signs = ClusterWeights("rademacher", 3, 999, 0)
    assert accepted(clusters.forms(signs), signs, 0.05) == (-np.inf, np.inf)


@pytest.mark.parametrize("kind", VALUES)
def test_weights_have_mean_0_and_variance_1(kind):
    values, p = VALUES[kind]
    p = np.full(len(values), 1 / len(values)) if p is None else np.array(p)
    assert_allclose([p.sum(), p @ values, p @ np.square(values)], [1.0, 0.0, 1.0], atol=1e-15)
    drawn = np.concatenate(list(ClusterWeights(kind, 30, 4000, 1).blocks()))
    assert drawn.shape == (4000, 30)
    shares = [(np.abs(drawn - value) < 1e-12).mean() for value in values]
    assert_allclose(shares, p, atol=5 * 0.5 / np.sqrt(drawn.size))


def test_the_same_draws_again_however_many_at_a_time(monkeypatch):
    signs = ClusterWeights("webb", 12, 500, 3)
    whole = np.concatenate(list(signs.blocks()))
    monkeypatch.setattr("stattools.inference.hypotheses.wild_bootstrap.AT_A_TIME", 100)
    assert_allclose(np.concatenate(list(signs.blocks())), whole)
    assert not np.allclose(np.concatenate(list(ClusterWeights("webb", 12, 500, 4).blocks())), whole)


def test_every_pattern_but_those_of_opposite_signs_once(monkeypatch):
    monkeypatch.setattr("stattools.inference.hypotheses.wild_bootstrap.AT_A_TIME", 21)
    signs = ClusterWeights("rademacher", 7, 128, 0)
    assert signs.is_exact
    assert not ClusterWeights("rademacher", 7, 127, 0).is_exact
    assert not ClusterWeights("webb", 2, 9999, 0).is_exact
    v = np.concatenate(list(signs.blocks()))
    assert len({tuple(row) for row in np.concatenate([v, -v])}) == 2**7
    assert (v[0] == 1.0).all()  # the sample


def test_the_sample_counts():
    assert ClusterWeights("rademacher", 3, 99, 0).p_value(1) == 0.25
    assert ClusterWeights("rademacher", 3, 99, 0, holds_sample=False).p_value(1) == 0.4
    assert ClusterWeights("webb", 3, 99, 0).p_value(4) == 0.05
