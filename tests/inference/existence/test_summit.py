"""Ends of a climb that no standard error describes: each is an error that says what the log-likelihood does there."""

import numpy as np
import pytest
from scipy import stats

import stattools as st
from tests.cases import rng
from tests.sizes import first

ODD = rng(0).laplace(0.0, 1.0, 101)
MANY = rng(3).laplace(0.0, 1.0, 20_001)
UNIFORM = 3.0 * rng(1).random(50)
NORMAL = rng(2).normal(size=100)
SMOOTH = "different steps do not agree"


def seeded(size):
    generator = rng(4)
    return lambda t: -25.0 * float(t[0] - 1.0) ** 2 + size * float(generator.normal())


CASES = {
    "median": (lambda t: -float(np.abs(ODD - t[0]).sum()), [0.7], "kink at theta1 = 0.175145"),
    "median of many": (lambda t: -float(np.abs(MANY - t[0]).sum()), [0.1], f"kink|{SMOOTH}"),
    "laplace": (lambda t: -np.abs(ODD - t[0]).sum() / np.exp(t[1]) - 101 * t[1], [0.7, 0.0], f"kink|{SMOOTH}"),
    "absolute": (lambda t: -abs(t[0]), [1.0], "has a kink"),
    "absolute, turned": (lambda t: -abs(t[0] - t[1]) - (t[0] + t[1]) ** 2, [1.0, 0.0], "has a kink"),
    "maximum": (lambda t: -max(t[0], -2.0 * t[0]), [1.0], "has a kink"),
    "lasso": (lambda t: -0.5 * (t[0] - 0.3) ** 2 - abs(t[0]), [2.0], "has a kink at theta1 = -?[0-9.]+e-"),
    "power 1.5": (lambda t: -(abs(t[0]) ** 1.5), [3.0], SMOOTH),
    "endpoint": (lambda t: -np.inf if t[0] < UNIFORM.max() else -50 * np.log(t[0]), [5.0], "ends, with -inf beyond"),
    "wall": (lambda t: -1e10 if t[0] < UNIFORM.max() else -50 * np.log(t[0]), [5.0], "jumps"),
    "jump": (lambda t: -0.5 * t[0] ** 2 - (t[0] > 0.0) * 0.3, [2.0], "jumps"),
    "NaN beyond": (lambda t: -((t[0] - 1.0) ** 2) if t[0] < 0.5 else np.nan, [0.0], "ends"),
    "variance at 0": (lambda t: stats.norm.logpdf(0.5 * NORMAL, 0, np.sqrt(1 + t[0])).sum() if t[0] >= 0 else -np.inf,
                      [1.0], "ends"),
    "noise": (seeded(1e-3), [0.0], SMOOTH),
    "rounded": (lambda t: round(-0.5 * t[0] ** 2, 3), [2.0], SMOOTH),
    "ridge": (lambda t: -((t[0] + t[1] - 1.0) ** 2), [0.0, 0.0], "flat along 'theta1' and 'theta2'"),
    "ridge of three": (lambda t: stats.norm.logpdf(NORMAL, t[0] + t[1], np.exp(t[2])).sum(), [0.0, 0.0, 0.0],
                       "flat along 'theta1' and 'theta2' at"),
    "curved ridge": (lambda t: -((t[0] * t[1] - 1.0) ** 2), [2.0, 2.0], "."),
    "plateau": (lambda t: min(0.0, 1.0 - t[0] ** 2), [3.0], "."),
    "no curvature": (lambda t: -(t[0] ** 4), [3.0], "flat along 'theta1'"),
    "saddle": (lambda t: t[0] ** 2 - t[1] ** 2, [0.0, 0.0], "."),
    "levels off": (lambda t: -np.exp(-t[0]) - 100.0, [0.0], "levels off and still rises as 'theta1'"),
    "levels off slowly": (lambda t: -1.0 / t[0] if t[0] > 0 else -np.inf, [1.0], "levels off and still rises"),
    "rises": (lambda t: t[0] - t[1] ** 2, [0.0, 0.0], "still rises as 'theta1'"),
}  # fmt: skip


@pytest.mark.parametrize("name", first(7, CASES))
def test_no_standard_error_is_printed(name):
    loglik, start, message = CASES[name]
    with pytest.raises((st.IdentificationError, st.ConvergenceError), match=message) as error:
        st.fit(st.custom(loglik, start=start))
    assert "column" not in str(error.value)


@pytest.mark.parametrize(
    "score",
    [lambda t: [-4.0 * (t[0] - 1.0)], lambda t: [-2.0 * (t[0] - 1.5)], lambda t: [2.0 * (t[0] - 1.0)]],
    ids=["twice", "elsewhere", "sign"],
)
def test_a_wrong_score_is_named(score):
    with pytest.raises(st.DomainError, match="score= is not the slope of loglik"):
        st.fit(st.custom(lambda t: -(float(t[0] - 1.0) ** 2), start=[0.0], score=score))


def test_another_solver_ends_with_the_same_certificate():
    solver = st.LBFGS()

    def loglik(t):
        return -5.0 * float(t[0]) - 20.0 * float(np.exp(-t[0]))

    fit = st.fit(st.custom(loglik, start=[0.0]), solver=solver)
    assert abs(fit.estimate[0] - np.log(4.0)) <= 1e-8 * fit.se[0]
    assert abs(fit.se[0] - np.sqrt(0.2)) <= 1e-8
    with pytest.raises(st.StattoolsError):
        st.fit(st.custom(lambda t: -abs(t[0]), start=[1.0]), solver=solver)


def test_a_negative_log_likelihood_is_asked_about():
    y = np.array([1.0, 2.0, 4.0, 6.0])
    with pytest.raises(st.IdentificationError, match="is this the negative log-likelihood"):
        st.fit(st.custom(lambda t: 0.5 * np.sum((y - t[0]) ** 2), start=[0.0]))
    far = st.fit(st.custom(lambda t: -np.sum(np.log1p((y - t[0]) ** 2)), start=[300.0]))  # it bends up there too
    assert 1.0 < far.estimate[0] < 6.0


def test_where_a_flat_direction_was_left_is_not_said():
    """How far the climb drifted along it is round-off, other on each processor."""
    with pytest.raises(st.IdentificationError, match=r"along 'theta1' and 'theta2' at theta3 = -?\d\.\d+: the data"):
        st.fit(st.custom(CASES["ridge of three"][0], start=[0.0, 0.0, 0.0]))
