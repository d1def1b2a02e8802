from types import SimpleNamespace

import pytest

from stattools.validation.explaining.causes import (
    after_steps,
    converged_though_it_says_not,
    on_the_way,
    where_the_loop_stopped,
)


def foreign(converged=None, steps=None, limit=None):
    made = SimpleNamespace(converged=converged, steps=steps, limit=limit)
    return made, on_the_way(made, "2 standard errors away", "nothing explains it", "or start nearer", " More.")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said", [{"converged": False}, {"steps": 5, "limit": 5}, {"converged": True, "steps": 5, "limit": 5}]
)
def test_a_loop_that_ended_before_it_converged_stopped_early(said):
    made, found = foreign(**said)
    assert found.cause == "stopped early"
    assert found.evidence == f"It stopped{after_steps(made)} without convergence, 2 standard errors away. More."
    assert found.advice.endswith("or start nearer.")


def test_another_loop_is_unexplained_and_what_it_reports_is_said():
    assert foreign()[1].evidence.startswith("It does not say whether it converged, is 2 standard errors away, and noth")
    made, found = foreign(converged=True, steps=3, limit=9)
    assert (found.cause, after_steps(made)) == ("not the maximum", " after 3 steps")
    assert found.evidence.startswith("It reports that it converged after 3 steps, is 2")
    assert (
        where_the_loop_stopped(made) == "numbers are where the loop stopped after 3 steps; it reports that it converged"
    )
    assert where_the_loop_stopped(foreign()[0]) == "numbers are where the loop stopped"


def test_numbers_that_are_right_though_the_loop_says_not_can_be_used():
    assert not converged_though_it_says_not(1e-9).serious
