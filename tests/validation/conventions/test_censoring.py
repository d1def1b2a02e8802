"""Events and strata that a fit of times had otherwise."""

import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.conventions.families import CENSORED, STRATA
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import COX, TABLE

AFT = st.aft("survival(week, up == 1) ~ x", TABLE, distribution="lognormal")


@pytest.mark.parametrize("recipe", [Refit(COX), Recipe(AFT)], ids=["cox", "aft"])
def test_every_row_may_count_as_an_event(recipe):
    every, exchanged = (one.state for one in CENSORED.changes(state_of(recipe)))
    make = {"cox": lambda y: st.cox(f"{y} ~ x + z", TABLE)}.get(
        recipe.model.kind, lambda y: st.aft(f"{y} ~ x", TABLE, distribution="lognormal")
    )
    assert_allclose(every.estimates(), st.fit(make("survival(week)")).estimate, rtol=1e-6)
    assert_allclose(exchanged.estimates(), st.fit(make("survival(week, 1 - up)")).estimate, rtol=1e-6)


def test_strata_may_be_there_or_not():
    words = [one.words for one in STRATA.changes(state_of(Refit(COX)))]
    assert "a baseline hazard for each kind, strata" in words
    assert "a baseline hazard for each up, strata" not in words
    stratified = st.cox("survival(week, up) ~ x + z", TABLE, strata="kind")
    bare = next(iter(STRATA.changes(state_of(Refit(stratified)))))
    assert bare.words == "without strata"
    assert_allclose(bare.state.estimates(), st.fit(COX).estimate, rtol=1e-6)
