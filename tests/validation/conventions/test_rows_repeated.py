"""Rows that were counted twice are found by their number and by where they lead."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.rows import REPEATED
from stattools.validation.conventions.state import start_of, state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import TABLE

MODELS = {"ols": st.ols, "poisson": st.poisson}


@pytest.mark.parametrize(("kind", "outcome"), [("ols", "y"), pytest.param("poisson", "count", marks=pytest.mark.slow)])
def test_a_run_of_rows_that_was_appended_again_is_named(kind, outcome):
    model = MODELS[kind](f"{outcome} ~ x + z", TABLE)
    again = pd.concat([TABLE, TABLE.iloc[13:31]], ignore_index=True)
    theirs = st.fit(MODELS[kind](f"{outcome} ~ x + z", again))
    found = st.audit(theirs.table()[["term", "estimate", "se"]].round(6), model, n=len(again))
    assert found.findings[0].cause == "rows duplicated"
    assert "18 rows counted twice: numbers 14 to 31" in found.findings[0].evidence


def test_a_level_whose_rows_came_twice_is_named():
    table = TABLE.assign(site=np.where(np.arange(len(TABLE)) % 7 == 3, "late", "first"))
    again = pd.concat([table, table[table.site == "late"]], ignore_index=True)
    theirs = st.fit(st.ols("y ~ x", again))
    found = st.audit(theirs.table()[["term", "estimate", "se"]].round(6), st.ols("y ~ x", table), n=len(again))
    assert "those with site = late" in found.findings[0].evidence


def test_residual_degrees_of_freedom_tell_the_rows_too():
    theirs = st.fit(st.ols("y ~ x", pd.concat([TABLE, TABLE.iloc[:25]], ignore_index=True))).table()
    rows = "".join(f"{one.term}  {one.estimate:.6f}  {one.se:.6f}\n" for one in theirs.itertuples())
    printed = f"             Estimate  Std. Error\n{rows}\nResidual standard error: 1 on 103 degrees of freedom\n"
    words = [one.words for one in REPEATED.changes(start_of(read_claim(printed), st.ols("y ~ x", TABLE)))]
    assert "25 rows counted twice: numbers 1 to 25" in words


def test_without_more_rows_than_there_are_nothing_is_tried():
    assert not list(REPEATED.changes(state_of(Recipe(st.ols("y ~ x", TABLE)))))
