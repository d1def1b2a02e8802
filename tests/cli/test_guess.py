import pandas as pd
import pytest

from stattools.cli.guess import guess
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
    assert found.why


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
