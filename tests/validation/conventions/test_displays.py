import numpy as np
import pytest

from stattools.inference.covariance import Cluster
from stattools.validation.conventions.errors import (
    DEGREES,
    FORM,
    LEVEL,
    PROFILE,
    REACH,
    SIDES,
    SIGN,
    SQUARE,
    takes_long,
)
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import COX, LOGISTIC, OLS, TABLE

START = state_of(Recipe(LOGISTIC))


def test_each_display_changes_one_setting_and_back():
    for choice in (SIDES, SQUARE):
        (one,) = choice.changes(START)
        (back,) = choice.changes(one.state)
        assert back.state.shown == START.shown
    assert {one.state.shown.form for one in FORM.changes(START)} == {"ratio", "percent"}
    assert next(one.words for one in FORM.changes(START)).startswith("odds ratios")
    assert next(one.words for one in FORM.changes(state_of(Refit(COX)))).startswith("hazard ratios")


def test_levels_and_rounded_quantiles_share_a_slot_with_profiles():
    slots = {one.slot for choice in (LEVEL, REACH, PROFILE) for one in choice.changes(START)}
    assert slots == {("interval",)}
    assert not list(PROFILE.changes(state_of(Refit(COX))))
    assert not takes_long(state_of(Refit(COX)))


def test_degrees_of_freedom_of_clusters_are_their_number_less_one():
    start = state_of(Recipe(OLS, cov=Cluster(TABLE.firm.to_numpy()), df=None))
    assert any(one.state.df() == TABLE.firm.nunique() - 1 for one in DEGREES.changes(start))
    assert np.inf in [one.state.df() for one in DEGREES.changes(start)]


@pytest.mark.parametrize(
    ("clusters", "groups"),
    [
        (Cluster("firm"), "firm"),
        (Cluster(TABLE.firm.to_numpy(), TABLE.g.to_numpy()), "g"),
        (Cluster("g", "firm"), "g"),
    ],
)
def test_groups_are_counted_by_name_and_in_the_way_with_fewest(clusters, groups):
    start = state_of(Recipe(LOGISTIC, cov=clusters))
    words = f"Student's t with G - 1 = {TABLE[groups].nunique() - 1} degrees"
    assert any(words in one.words for one in DEGREES.changes(start))


def test_the_sign_is_that_of_the_other_outcome_where_there_is_one():
    assert not list(SIGN.changes(START))
    assert len(list(SIGN.changes(state_of(Recipe(OLS))))) == 1
