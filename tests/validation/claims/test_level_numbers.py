"""Levels that a page numbers are those of the model in their order, where no doubt is left."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.terms import by_level_names, places

RNG = np.random.default_rng(5)
TABLE = {
    "y": RNG.normal(size=40),
    "x": RNG.normal(size=40),
    "sex": np.tile(["female", "male"], 20),
    "region": np.tile(["east", "north", "south", "west"], 10),
    "race": np.tile([1, 2, 3, 1], 10),
}


def placed(formula, *names):
    model = st.ols(formula, TABLE)
    found = places(read_claim(dict.fromkeys(names, "0.5")), model.names).ours
    return [model.names[place] for place in found]


def test_texts_that_stata_encoded():
    assert placed("y ~ x + sex", "2.sex", "x", "_cons") == ["sex[T.male]", "x", "Intercept"]
    levels = [f"region[T.{name}]" for name in ("north", "south", "west")]
    assert placed("y ~ region", "2.region", "3.region", "4.region") == levels
    assert placed("y ~ sex*x", "2.sex#c.x", "2.sex") == ["sex[T.male]:x", "sex[T.male]"]
    assert placed("y ~ C(race)", "2.race", "3.race") == ["C(race)[T.2]", "C(race)[T.3]"]


@pytest.mark.parametrize("names", [("1.region", "2.region", "3.region"), ("2.region", "3.region"), ("5.region",)])
def test_numbers_that_may_count_from_0_are_asked_for(names):
    with pytest.raises(DomainError, match="none of the model's"):
        placed("y ~ region", *names)


@pytest.mark.parametrize("coding", ["contr.sum", "contr.helmert", "contr.diff"])
def test_columns_of_another_coding_that_r_numbers(coding):
    theirs = [f"C(factor(region), {coding}){k}" for k in (3, 1, 2)]
    ours = st.ols(f"y ~ C(region, {coding})", TABLE).names[1:]
    assert placed(f"y ~ C(region, {coding})", *theirs) == [ours[2], ours[0], ours[1]]
    assert placed(f"y ~ C(region, {coding})", "region2") == [ours[1]]


def test_what_numbers_no_level_stays():
    assert by_level_names(["x1", "2.x", "log(x2)"], ["x1", "x", "log(x2)", "sex[T.male]"]) == ["x1", "2.x", "log(x2)"]
    other = ["C(region, Treatment('west'))[T.east]", "C(region, Treatment('west'))[T.north]"]
    assert by_level_names(["3.region"], other) == ["3.region"]
