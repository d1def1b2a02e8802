"""The loop of all solvers: when it ends and why, what it notes, and the steps that it takes."""

from functools import partial

import numpy as np
import pytest

from stattools.models.evaluation import Evaluation
from stattools.solvers.climb import Standing, climb, ended, rising
from stattools.solvers.metric import Metric

LIMITS = {"tolerance": 2e-8, "max_steps": 50, "n": 2.0}
UNIT = Metric(np.eye(1))


def at(decrement: float) -> Standing:
    return Standing(np.array([decrement]), Evaluation(-decrement, np.array([decrement])), UNIT, decrement)


def leaving(share: float, floor: float = 0.0):
    """A step that leaves a share of the decrement, but no less than a floor."""
    return lambda here: at(max(share * here.decrement, floor))


@pytest.mark.parametrize(
    ("decrement", "last", "status"),
    [
        (1e-8, 1.0, "converged"),
        (1.1e-8, 2e-8, "round-off"),
        (1.1e-8, 1.0, None),
        (2e-6, 2e-6, None),
        (np.nan, 1.0, None),
    ],
)
def test_the_rule(decrement, last, status):
    assert ended(decrement, last, 1e-8) == status


def test_it_ends_where_the_rule_says():
    found = climb(at(1.0), leaving(0.1), **LIMITS)
    assert (found.status, found.steps) == ("converged", 8)
    found = climb(at(1.0), leaving(0.1, floor=5e-7), **LIMITS)
    assert (found.status, found.here.decrement, found.last) == ("round-off", 5e-7, 5e-7)
    assert climb(at(1.0), leaving(0.1, floor=5e-7), round_off=0.0, **LIMITS).status == "max-steps"
    found = climb(at(1.0), leaving(0.9), **LIMITS)
    assert (found.status, found.steps) == ("max-steps", 50)


def test_steps_that_do_not_contract_end_it():
    found = climb(at(1.0), leaving(0.6), leaves=0.5, **LIMITS)
    assert (found.status, found.steps) == ("max-steps", 1)
    assert climb(at(1.0), leaving(np.nan), leaves=0.5, **LIMITS).steps == 1
    assert climb(at(1.0), leaving(0.4), leaves=0.5, **LIMITS).status == "converged"


def test_where_there_is_no_step_the_decrement_says_why():
    assert climb(at(1e-6), lambda here: None, **LIMITS).status == "round-off"
    assert climb(at(1e-5), lambda here: None, **LIMITS).status == "max-steps"


def test_the_trace_goes_on_where_another_climb_was():
    first = climb(at(1.0), leaving(0.1), **LIMITS | {"max_steps": 3})
    whole = climb(first.here, leaving(0.1), first=first.steps, trace=first.trace[:-1], **LIMITS)
    assert [entry.step for entry in whole.trace] == list(range(whole.steps + 1))
    assert [entry.score_norm for entry in whole.trace][:3] == pytest.approx([0.5, 0.05, 0.005])
    solution = whole.solution(np.eye(1), "Test", reads=3)
    assert (solution.loglik, solution.steps, solution.reads) == (-whole.here.decrement, whole.steps, 3)
    assert solution.trace == tuple(whole.trace)


def test_a_step_is_halved_until_it_rises_and_given_up_at_round_off():
    asked = []

    def evaluate(theta):
        asked.append(theta[0])
        return Evaluation(-np.cosh(theta[0]), -np.sinh(theta))

    def stand(theta, now):
        return Standing(theta, now, UNIT, 1.0, np.array([-8.0]))

    found = rising(evaluate, stand, 1.0, stand(np.array([3.0]), evaluate(np.array([3.0]))))
    assert asked == [3.0, -5.0, -1.0]
    assert found.theta == [-1.0]
    flat = partial(
        rising, lambda theta: Evaluation(0.0, np.ones(1)), stand, 1.0, stand(np.zeros(1), Evaluation(0.0, np.ones(1)))
    )
    assert flat(patience=1) is None
    assert flat() is None
