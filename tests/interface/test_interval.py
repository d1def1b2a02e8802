"""An interval is two ends with a level and a kind, of one parameter or of several."""

import numpy as np
import pytest

import stattools as st
from stattools.interface.arguments import require_level
from stattools.interface.interval import Interval

SEVERAL = Interval(np.array([0.0, 1.0]), np.array([2.0, 5.0]), level=0.9, kind="profile", names=("a", "b"))


def test_ends_are_reached_in_every_way():
    lower, upper = SEVERAL
    assert lower.tolist() == SEVERAL["lower"].tolist() == SEVERAL[0].tolist() == [0.0, 1.0]
    assert upper.tolist() == SEVERAL["upper"].tolist() == SEVERAL[1].tolist() == [2.0, 5.0]
    assert len(SEVERAL) == 2
    assert np.asarray(SEVERAL).tolist() == [[0.0, 2.0], [1.0, 5.0]]
    with pytest.raises(KeyError, match="'lower' and 'upper'; got 'mid'"):
        SEVERAL["mid"]


def test_tables_and_text_have_level_and_kind():
    table = SEVERAL.table()
    assert table.to_dict("list") == {
        "term": ["a", "b"],
        "lower": [0.0, 1.0],
        "upper": [2.0, 5.0],
        "level": [0.9, 0.9],
        "kind": ["profile", "profile"],
    }
    assert str(SEVERAL) == "0.9 profile interval\n\n   lower  upper\n───────────────\na      0      2\nb      1      5"
    assert Interval(0.25, 0.75, level=0.5, kind="exact").table()["term"].tolist() == ["0"]


@pytest.mark.parametrize("level", [0, 1, 0.0, 1.0, -0.1, 95, np.nan, "0.95", None, [0.9]])
def test_a_level_is_a_probability(level):
    with pytest.raises(st.DomainError, match=r"between 0 and 1, such as 0.95; got"):
        require_level(level)


def test_an_end_that_there_is_not_is_a_dash():
    some = Interval(np.array([0.5, np.nan]), np.array([2.0, np.nan]), level=0.95, kind="wald", names=("a", "b"))
    assert str(some).endswith("a    0.5      2\nb      —      —")
    one = Interval(np.nan, np.nan, level=0.95, kind="wald")
    assert "[—, —]" in str(one)
    assert "nan" not in repr(one)
