"""Steps go down, end where nothing is left, and make second derivatives only where they are needed."""

import numpy as np
import pytest

from stattools.latent.deviance import BELOW, SPRINT, FewEffects, known, moments, sprint
from stattools.solvers.mixed.maximum import EXACT
from tests.latent.test_few_effects import CASES, POINTS, few_of, few_with_effects, of_rows


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_a_sprint_goes_down_and_no_further_than_a_climb_may(widths):
    few = few_of(of_rows(CASES[widths]))
    values = [at.value for at in sprint(few, few.at(np.array(POINTS[widths][0])))[0]]
    assert values == sorted(values, reverse=True)
    assert len(values) <= 1 + SPRINT


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_a_sprint_ends_where_a_climb_leaves_nothing(widths):
    few = few_with_effects(widths)
    points, bent = sprint(few, few.at(moments(few)))
    values = np.array([at.value for at in points])
    assert 3 < len(points) <= SPRINT
    assert (np.diff(values) <= 1e-13 * np.abs(values[1:])).all()  # the last steps change round-off alone
    end = points[-1]
    np.testing.assert_allclose(bent, end.curvature, rtol=1e-3, atol=1e-4 * np.abs(bent).max())
    assert np.sqrt(0.5 * end.gradient @ np.linalg.solve(end.curvature, end.gradient)) <= EXACT
    assert np.linalg.norm(few.of.at(end.theta).gradient) < 1e-9


def test_second_derivatives_are_made_where_a_step_or_the_end_needs_them(monkeypatch):
    few = few_with_effects((2,))
    made, way = [], FewEffects.bends
    monkeypatch.setattr(FewEffects, "bends", lambda self, at: made.append(at) or way(self, at))
    points, _ = sprint(few, few.at(moments(few)))
    asked = len(made)
    decrements = [one.gradient @ np.linalg.solve(one.curvature, one.gradient) for one in points]
    assert asked == 1 + sum(decrement >= BELOW for decrement in decrements) < len(points)


def test_a_point_beyond_is_a_profile():
    few = few_of(of_rows(CASES[2,]))
    theta = np.array([1e3, 0.0, 1.0])
    assert few.at(theta) is None
    assert known(few.of, few, theta).value == known(few.of, None, theta).value == few.of.at(theta).value
