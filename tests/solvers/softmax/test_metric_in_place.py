"""The metric in place is the metric, and leaves the covariance where the information was."""

import numpy as np
import pytest

from stattools.errors import IdentificationError
from stattools.solvers.metric import Metric
from stattools.solvers.softmax import metric_in_place
from stattools.solvers.softmax.metric_in_place import MetricInPlace


@pytest.mark.parametrize("strip", [4, 7, 512])
def test_all_is_as_in_the_metric(monkeypatch, strip):
    monkeypatch.setattr(metric_in_place, "STRIP", strip)
    g = np.random.default_rng(0)
    Z = g.normal(size=(60, 15)) * 10.0 ** g.integers(-6, 6, 15)
    information, score = Z.T @ Z, Z.T @ g.normal(size=60)
    plain, there = Metric(information), information.copy()
    metric = MetricInPlace(there)
    assert metric.norm(score) == pytest.approx(plain.norm(score), rel=1e-12)
    assert metric.rcond == pytest.approx(plain.rcond, rel=1e-8)
    np.testing.assert_allclose(metric.solve(score), plain.solve(score), rtol=1e-9)
    C = metric.covariance()
    np.testing.assert_allclose(C, plain.covariance(), rtol=1e-8)
    assert np.array_equal(C, C.T)
    assert np.shares_memory(C, there)


def test_what_is_singular_is_named():
    with pytest.raises(IdentificationError, match="singular at coefficient 1"):
        MetricInPlace(np.ones((3, 3)))
    with pytest.raises(IdentificationError, match="about coefficient 2 is 0"):
        MetricInPlace(np.diag([1.0, 2.0, 0.0]))
