"""Newton steps with halving: one for a parabola, shorter ones where a whole step leads down, none at round-off."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.evaluation import Evaluation
from stattools.solvers.climb import footing, newton_ascent
from tests.cases import rng


class Curve:
    """A log-likelihood of one parameter, given with its two derivatives."""

    title, n = "Curve", 1.0

    def __init__(self, *parts):
        self.parts = parts

    def dispersion(self, theta):
        return 1.0

    def evaluate(self, theta):
        value, slope, curvature = (part(theta[0]) for part in self.parts)
        return Evaluation(value, np.array([slope]), np.array([[-curvature]]))


def test_a_parabola_takes_one_step():
    parabola = Curve(lambda t: -2.0 * (t - 3.0) ** 2, lambda t: -4.0 * (t - 3.0), lambda t: -4.0)
    found = newton_ascent(parabola, np.array([-10.0]), 1e-8, 5, "Newton")
    assert (found.steps, found.status, found.decrement) == (1, "converged", 0.0)
    assert_allclose(found.estimate, [3.0], rtol=1e-15)
    assert_allclose(found.covariance, [[0.25]], rtol=1e-15)


def test_steps_are_halved_until_the_value_rises():
    """-sqrt(1 + t^2): a whole step from t leads to -t^3."""
    curve = Curve(lambda t: -np.sqrt(1 + t * t), lambda t: -t / np.sqrt(1 + t * t), lambda t: -((1 + t * t) ** -1.5))
    found = newton_ascent(curve, np.array([5.0]), 1e-8, 50, "Newton")
    values = [entry.loglik for entry in found.trace]
    assert found.converged
    assert_allclose(found.estimate, [0.0], atol=1e-8)
    assert (np.diff(values) >= 0).all()


def test_a_maximum_that_is_only_just_within_the_tolerance_takes_a_step_more():
    curve = Curve(lambda t: -np.cosh(t), lambda t: -np.sinh(t), lambda t: -np.cosh(t))
    found = newton_ascent(curve, np.array([5e-9]), 1e-8, 5, "Newton")
    assert (found.steps, found.status) == (1, "converged")
    assert abs(found.estimate[0]) < 1e-15
    assert newton_ascent(curve, np.array([5e-10]), 1e-8, 5, "Newton").steps == 0
    rough = Curve(lambda t: -np.cosh(t), lambda t: -5e-9, lambda t: -np.cosh(t))  # a score that does not fall
    assert newton_ascent(rough, np.array([5e-9]), 1e-8, 5, "Newton").status == "converged"


def test_too_few_steps_and_no_start_are_said():
    curve = Curve(lambda t: -np.cosh(t), lambda t: -np.sinh(t), lambda t: -np.cosh(t))
    found = newton_ascent(curve, np.array([5.0]), 1e-8, 2, "Newton")
    assert (found.status, found.steps) == ("max-steps", 2)
    nowhere = Curve(lambda t: -np.inf, lambda t: 0.0, lambda t: -1.0)
    with pytest.raises(st.DomainError, match=r"Newton cannot start: the log-likelihood of Curve .* is -inf"):
        newton_ascent(nowhere, np.zeros(1), 1e-8, 2, "Newton")


def test_years_are_standardized_and_other_columns_are_not():
    g = rng(1)
    y, x = g.integers(0, 2, 60), g.normal(size=60)
    assert footing(st.logistic(y, x)).T is None
    work, T, now, _ = footing(st.logistic(y, 2000.0 + x))
    assert_allclose(T @ work.start, st.logistic(y, 2000.0 + x).start, atol=1e-12)
    assert_allclose(now.loglik, work.evaluate(work.start).loglik, rtol=1e-15)


def test_a_regression_of_hazards_climbs_in_its_own_columns_where_these_are_well_conditioned():
    g = rng(2)
    table = {"t": g.exponential(size=60), "d": np.ones(60), "x": g.normal(size=60), "z": g.normal(size=60)}
    model = st.cox("survival(t, d) ~ x + z", table)
    assert footing(model).T is None
    near = table | {"z": table["x"] + 1e-5 * table["z"]}
    apart = st.cox("survival(t, d) ~ x + z", near)
    assert footing(apart).T is not None
    assert_allclose(st.fit(apart).loglik, st.fit(model).loglik, rtol=1e-9)  # the same space of columns


@pytest.mark.parametrize("make", [st.logistic, st.probit, st.poisson, st.gamma, st.negative_binomial])
def test_the_point_that_is_returned_does_not_depend_on_where_the_climb_stops(make):
    """The step of which the decrement is the length is taken: an error of 1e-5 standard errors becomes its square."""
    g = np.random.default_rng(5)
    x = g.normal(size=(80, 2))
    count = g.negative_binomial(2, 0.4, size=80) + 1.0
    y = {st.logistic: count > 3.0, st.probit: count > 3.0}.get(make, count).astype(float)
    loose, tight = (st.fit(make(y, x), solver=st.Newton(tolerance=tolerance)) for tolerance in (1e-5, 1e-12))
    np.testing.assert_allclose((loose.estimate - tight.estimate) / tight.se, 0.0, atol=1e-9)
    units = st.fit(make(y, x * [1e3, 1e-2]))
    changed = units.estimate[1:3] * [1e3, 1e-2]
    np.testing.assert_allclose((changed - tight.estimate[1:3]) / tight.se[1:3], 0.0, atol=1e-12)


def test_a_decrement_is_in_standard_errors_whatever_the_unit_of_the_outcome():
    x, y = rng(3).normal(size=(2, 40))
    point = np.array([0.3, -0.2])
    found = [newton_ascent(st.ols(unit * y, x), unit * point, 1e-8, 0, "Newton") for unit in (1.0, 1024.0)]
    X = np.column_stack([np.ones(40), x])
    r = y - X @ point
    half = np.linalg.solve(np.linalg.cholesky(X.T @ X), X.T @ r)
    assert_allclose([one.decrement for one in found], np.linalg.norm(half) / np.sqrt(r @ r / 38.0), rtol=1e-12)
