"""A climb from a second start: the same maximum, or the higher of two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence import second_order as second_start
from stattools.inference.existence.second_order import SAID, from_two_starts, mirrored
from stattools.solvers import subsampling as subsampled_newton
from tests.gumbel import gumbel


@pytest.fixture(scope="module")
def fit():
    g = np.random.default_rng(3)
    x = g.normal(size=80)
    return st.fit(gumbel("y ~ x", {"y": 1.0 + 0.5 * x + g.gumbel(size=80), "x": x}))


def test_one_maximum_is_said_to_be_found_twice(fit):
    assert fit.solution.second == SAID["same"]
    assert "a local maximum" in str(fit)
    assert SAID["same"] in " ".join(str(fit).split())
    assert "of the maximum" not in str(fit)


def test_the_second_start_lies_behind_the_first_maximum(fit):
    there = mirrored(fit.model, fit.solution)
    gap = fit.estimate - fit.model.start
    behind = (there - fit.estimate) / np.linalg.norm(there - fit.estimate)
    assert np.allclose(behind, gap / np.linalg.norm(gap), atol=1e-10)


def test_a_lower_end_of_the_first_climb_is_left_for_the_higher(fit):
    lower = replace(fit.solution, estimate=fit.estimate + 1.0, loglik=fit.loglik - 3.0)
    found = from_two_starts(fit.model, lower)
    assert np.allclose(found.estimate, fit.estimate, atol=1e-6)
    assert found.second is not None
    assert "the other ended 3 lower" in found.second


def test_a_concave_log_likelihood_is_climbed_once():
    fit = st.fit(st.poisson([0, 2, 1, 4], [1.0, 2.0, 3.0, 4.0]))
    assert fit.solution.second is None
    assert "of the maximum" in str(fit)


@pytest.mark.slow
def test_many_rows_are_climbed_once_where_both_starts_meet_on_the_samples(monkeypatch):
    g = np.random.default_rng(4)
    X = g.normal(size=(60_000, 10))
    model = st.negative_binomial(g.poisson(g.gamma(2.0, np.exp(X @ np.full(10, 0.1)) / 2.0)), X)
    solution = replace(st.fit(model).solution, second=None)
    climbs = []
    monkeypatch.setattr(second_start.Newton, "within", lambda self, model, steps: climbs.append(model) or solution)
    assert from_two_starts(model, solution).second == SAID["same"]
    assert climbs == []
    apart = second_start.replace(model, start=mirrored(model, solution))
    started = subsampled_newton.subsample_start

    def elsewhere(one, sizes):
        found = started(one, sizes)
        return found if one is model else found._replace(theta=found.theta + 1.0)

    monkeypatch.setattr(subsampled_newton, "subsample_start", elsewhere)
    assert not subsampled_newton.sampled_alike(model, apart)
    assert from_two_starts(model, solution).second == SAID["same"]
    assert len(climbs) == 1


def test_a_cauchit_link_hides_no_maximum_beside_the_way_of_the_climb():
    x = np.array([0.7, 1.1, -9.3, -0.1, 14.3, 0.2, -0.7, 4.1, 1.1, 3.3])
    y = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 1])
    fit = st.fit(st.glm(y, x[:, None], family="binomial", link="cauchit"))
    grid = np.stack(np.meshgrid(np.linspace(-5, 5, 101), np.linspace(-5, 5, 101)), axis=-1)
    eta = grid[..., :1] + grid[..., 1:] * x
    highest = np.log(0.5 + np.arctan(np.where(y, eta, -eta)) / np.pi).sum(axis=-1).max()
    assert fit.loglik >= highest
    assert "the other ended 0.087 lower" in fit.solution.second


def test_few_rows_hide_a_maximum_beside_the_way_of_the_climb():
    """An inverse Gaussian regression of 20 rows ended 8.9 lower, and its page said that two climbs had met."""
    g = np.random.default_rng(92)
    x = g.normal(size=20).round(1)
    y = (g.gamma(1.0, 1, 20) * np.exp(0.5 + 0.4 * x)).round(2) + 0.01
    kind = {"family": "inverse_gaussian", "link": "log"}
    fit = st.fit(st.glm(y, x[:, None], **kind))
    assert "the other ended 8.9 lower" in fit.solution.second
    far = st.fit(st.glm(y, 1e6 * x[:, None] + 3e6, **kind))
    assert np.isclose(far.loglik, fit.loglik, rtol=0.0, atol=1e-6)  # axes of standardized columns have no unit


def test_a_maximum_inside_that_is_lower_than_an_end_is_refused():
    g = np.random.default_rng(13)
    x = g.normal(size=20).round(1)
    y = g.poisson(np.exp(0.6 + 0.4 * x)) * (g.random(20) < 0.6)
    with pytest.raises(st.IdentificationError, match="no more zeros than Poisson"):
        st.fit(st.zero_inflated("y ~ 1", {"x": x, "y": y}, zero="~ x"))
