"""The checks of a fit are a list: complete, in an order that is held, and asked as it says."""

from importlib import import_module

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence import (
    CHECKS,
    ExistenceCheck,
    Stage,
    boundaries,
    examine,
    random_effects,
    rank,
)

LISTS = {"regression": CHECKS, "random effects": random_effects.CHECKS}

ELSEWHERE = {"check_end", "check_rank_beside_levels"}
"""Asked of any climb, and by the check of the rank."""


def names(check: ExistenceCheck) -> set[str]:
    """What a check runs, by itself or in a line written in the list."""
    return {check.run.__name__, *check.run.__code__.co_names}


def place(checks, stage: str, name: str) -> int:
    """Where a check of a stage stands."""
    return next(k for k, check in enumerate(checks) if check.stage == stage and name in names(check))


def test_each_check_is_in_a_list():
    listed = set().union(*(names(check) for checks in LISTS.values() for check in checks))
    separation = import_module("stattools.inference.existence.separation")
    for module in (boundaries, separation, rank, random_effects):
        own = {name for name, it in vars(module).items() if getattr(it, "__module__", "") == module.__name__}
        assert {name for name in own if name.startswith("check_")} - ELSEWHERE <= listed


def test_each_stage_has_checks_and_each_list_is_in_the_order_of_its_stages():
    stages = Stage.__value__.__args__
    assert {check.stage for check in CHECKS} == set(stages)
    for checks in LISTS.values():
        order = [stages.index(check.stage) for check in checks]
        assert order == sorted(order)


@pytest.mark.parametrize(
    ("which", "stage", "order"),
    [
        ("regression", "before", ["check_size", "check_labels", "check_extremes", "_require_room", "check_rank"]),
        ("regression", "doubt", ["check_rank", "check_overlap"]),
        ("regression", "failed", ["standardized", "check_rank", "check_overlap", "check_times", "check_flat_end"]),
        ("regression", "end", ["check_columns_of", "check_dispersion", "check_extra_zeros", "check_solution"]),
        ("regression", "end", ["check_columns_of", "check_levels", "check_late_entry", "check_solution", "check_wide"]),
        ("regression", "end", ["check_columns_of", "check_edge", "check_times", "check_crossing", "check_solution"]),
        ("random effects", "before", ["check_labels", "check_rows_of_groups", "check_fixed", "check_pure"]),
        ("random effects", "before", ["check_pure", "check_told_apart"]),
        ("random effects", "failed", ["check_apart", "check_rank"]),
        ("random effects", "end", ["check_effects", "check_ends", "check_dispersion"]),
    ],
)
def test_what_identifies_is_asked_before_what_round_off_or_separation_may_answer(which, stage, order):
    places = [place(LISTS[which], stage, name) for name in order]
    assert places == sorted(places)


def test_the_checks_of_a_stage_that_apply_are_run_until_one_raises():
    run = []

    def asked(name):
        return lambda model, *where: run.append((name, model, *where))

    def stop(model, *where):
        raise st.IdentificationError("no")

    checks = (
        ExistenceCheck("before", None, asked("first")),
        ExistenceCheck("end", None, asked("of all")),
        ExistenceCheck("end", lambda model: model == "other", asked("of another")),
        ExistenceCheck("end", lambda model: model == "this", asked("of this")),
        ExistenceCheck("end", None, stop),
        ExistenceCheck("end", None, asked("after")),
    )
    with pytest.raises(st.IdentificationError, match="no"):
        examine(checks, "end", "this", 3)
    assert run == [("of all", "this", 3), ("of this", "this", 3)]


def test_columns_that_are_aliased_are_named_where_the_outcomes_are_separated_too():
    x = np.arange(8.0)
    with pytest.raises(st.IdentificationError, match="cannot tell 1 of its 3 columns"):
        st.fit(st.logistic("y ~ x + z", {"y": (x > 3).astype(int), "x": x, "z": 2.0 * x + 1.0}))
