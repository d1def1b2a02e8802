import pandas as pd
import pytest

from stattools.cli.guess import Guess, guess, in_words
from stattools.errors import DomainError

FRAME = pd.DataFrame(
    {
        "bit": [0, 1, 1, 0],
        "float bit": [0.0, 1.0, None, 1.0],
        "truth": [True, False, True, True],
        "word": ["a", "b", "a", "b"],
        "fruit": ["a", "b", "c", "a"],
        "count": [0, 3, 1, 7],
        "year": [1990, 1991, 1992, 1993],
        "negative": [-1, 0, 2, 3],
        "half": [0.5, 1.0, 2.0, 3.0],
        "same": [2, 2, 2, 2],
        "void": [None, None, None, None],
        "price": ["1 EUR", "2 EUR", "3 EUR", "4 EUR"],
        "x": [1.0, 2.0, 3.0, 4.0],
    }
)


@pytest.mark.parametrize(
    "formula, options, family",
    [
        ("bit ~ x", {}, "logistic"),
        ("count ~ x + (1 | word)", {}, "poisson"),
        ("`float bit` ~ x", {}, "logistic"),
        ("truth ~ x", {}, "logistic"),
        ("word ~ x", {}, "logistic"),
        ("I(x > 2) ~ half", {}, "logistic"),
        ("count + year ~ x", {}, "logistic"),
        ("count ~ x", {"trials": "year"}, "logistic"),
        ("count ~ x", {}, "poisson"),
        ("year ~ x", {"exposure": "x"}, "poisson"),
        ("year ~ x", {}, "ols"),
        ("negative ~ x", {}, "ols"),
        ("half ~ x", {}, "ols"),
        ("log(count + 1) ~ x", {}, "ols"),
    ],
)
def test_the_family_follows_from_the_outcome(formula, options, family):
    found = guess(formula, FRAME, **options)
    assert found.family == family
    assert found.holds
    assert f"--family {family}" in found.flagged
    assert in_words(family) in found.told("`y`")


@pytest.mark.parametrize(
    "values, family, said",
    [
        (
            range(1, 169),
            "ols",
            "whole numbers from 1 to 168: read as measurements, --family ols; --family poisson if",
        ),
        (range(31), "poisson", "--family negative_binomial if they vary more than Poisson counts do; --family ols if"),
        ([1, 2, 3, 4, 5], "poisson", "--family softmax if they are codes of categories"),
        ([1, 2, 2, 1], "ols", "--family logistic if they are codes of no and yes"),
        (
            [0.5, 3.0, 70.0],
            "ols",
            "numbers from 0.5 to 70: read as measurements, --family ols; --family gamma if",
        ),
        ([-0.5, 3.0], "ols", "numbers from -0.5 to 3: read as measurements, --family ols"),
    ],
)
def test_what_else_was_possible_is_said(values, family, said):
    found = guess("y ~ 1", pd.DataFrame({"y": list(values)}))
    assert found.family == family
    assert said in found.flagged
    assert "--" not in found.told("`y`")
    assert not found.told("`y`").count("_")


def test_a_family_that_was_asked_for_has_no_reason():
    assert (Guess("ols").why, Guess("ols").flagged, Guess("ols").told("`y`")) == ("as asked", "as asked", "")


def test_text_with_several_levels_is_softmax_but_not_text_that_is_all_different():
    many = pd.concat([FRAME] * 5)
    assert guess("fruit ~ x", many).family == "softmax"
    with pytest.raises(DomainError, match="no units"):
        guess("price ~ x", FRAME)


@pytest.mark.parametrize(
    "outcome, message",
    [("same", "one value only"), ("void", "missing in every row"), ("cuont", "Did you mean 'count'")],
)
def test_an_outcome_that_nothing_can_be_fitted_to(outcome, message):
    with pytest.raises(DomainError, match=message):
        guess(f"{outcome} ~ x", FRAME)
