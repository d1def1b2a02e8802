"""L-BFGS on a parabola and beyond: it ends at the maximum, in any metric, and says so in the metric's units."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.models.evaluation import Evaluation
from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import ascend
from tests.cases import rng

G = rng(5)
A = np.diag([1.0, 10.0, 100.0, 1000.0]) + 0.2 * np.ones((4, 4))
TOP = G.normal(size=4)


def parabola(theta):
    gap = theta - TOP
    return Evaluation(float(-0.5 * gap @ A @ gap), -A @ gap)


def climbed(metric, **options):
    limits = {"tolerance": 1e-9, "max_steps": 200, "rebuild": (), "n": 1.0} | options
    return ascend(parabola, np.zeros(4), lambda theta: Metric(metric), **limits)


@pytest.mark.parametrize(("metric", "most"), [(A, 1), (3.0 * A, 3), (np.eye(4), 60)], ids=["own", "scaled", "unit"])
def test_the_maximum_is_reached_in_any_metric(metric, most):
    found = climbed(metric)
    assert found.steps <= most
    assert found.here.decrement <= 1e-9
    assert_allclose(found.here.theta, TOP, atol=1e-8)
    assert_allclose(found.here.now.loglik, 0.0, atol=1e-16)


def test_values_rise_and_steps_are_counted():
    found = climbed(np.eye(4))
    assert [entry.step for entry in found.trace] == list(range(found.steps + 1))
    assert (np.diff([entry.loglik for entry in found.trace]) >= 0).all()


def test_it_stops_where_it_is_told_and_goes_on_from_there():
    first = climbed(np.eye(4), max_steps=3)
    assert first.steps == 3
    seen = []
    whole = ascend(
        parabola, first.here.theta, lambda theta: Metric(np.eye(4)), tolerance=1e-9, max_steps=200, rebuild=(6,), n=1.0,
        watch=lambda theta: seen.append(theta.copy()), after=first,
    )  # fmt: skip
    assert_allclose(whole.here.theta, TOP, atol=1e-8)
    assert len(seen) == 1
    assert [entry.step for entry in whole.trace] == list(range(whole.steps + 1))
