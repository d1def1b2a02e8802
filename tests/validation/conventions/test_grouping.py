"""Effects of groups that a fit had not, had simpler, or had besides."""

import pytest

import stattools as st
from stattools.validation.conventions.families import GROUPS
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import TABLE

SLOPES = st.linear_mixed("y ~ x + (x | firm)", TABLE)


def words_of(recipe):
    return {one.words: one for one in GROUPS.changes(state_of(recipe))}


def test_slopes_may_be_missing_and_all_effects():
    found = words_of(Refit(SLOPES))
    assert set(found) == {
        "without the effects of groups, (x | firm)",
        "groups differ in their level alone, without the slopes of (x | firm)",
    }
    level = found["groups differ in their level alone, without the slopes of (x | firm)"].state.model
    assert level.formula == "y ~ x + (1 | firm)"


@pytest.mark.parametrize("make, kind", [(st.ols, "LinearMixed"), (st.poisson, "MixedRegression")])
def test_regressions_may_have_had_groups(make, kind):
    found = words_of(Recipe(make("count ~ x", TABLE)))
    there = found["with random effects of groups, (1 | firm)"].state
    assert type(there.model).__name__ == kind
    assert len(there.estimates()) >= 2
    assert not words_of(Recipe(make("count ~ x", TABLE, offset="time")))
