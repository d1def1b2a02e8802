from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.validation.claims.facts import COLUMNS, right_of_fit
from stattools.validation.claims.printed import Claim, Printed, printed
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.slips import mistyped, remaining, slip, turned_signs, wrong_numbers

RNG = np.random.default_rng(12)
DATA = {name: RNG.normal(size=70) for name in "xz"}
RIGHT = right_of_fit(st.fit(st.ols("y ~ x + z", DATA | {"y": 3.0 * DATA["x"] + RNG.normal(size=70)})), 0.95)


def claim(**changed: Any) -> Claim:
    """Every number with four decimals, those of x in some columns as they are told here."""
    texts = {name: [f"{value:.4f}" for value in RIGHT.columns[name]] for name in COLUMNS}
    for name, text in changed.items():
        texts[name][1] = text(texts[name][1]) if callable(text) else text
    return Claim("a", RIGHT.names, {name: Printed.of([printed(t, "") for t in given]) for name, given in texts.items()})


def looked(made, look):
    now = standing(made, np.arange(3), RIGHT)
    return look(now, wrong_numbers(now))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t[:2] + t[3] + t[2] + t[4:], "digits exchanged"),
        (lambda t: f"{float(t) / 10.0:.4f}", "decimal point moved"),
        (lambda t: t[:-2] + str((int(t[-2]) + 4) % 10) + t[-1], "wrong digit"),
        (lambda t: f"-{t}", "sign lost"),
        ("7.7777", "one wrong number"),
    ],
)
def test_a_slip_of_the_pen_is_named(change, words):
    found, left = looked(claim(estimate=change), mistyped)
    assert [finding.cause for finding in found] == [words]
    assert remaining(left) == 0


def test_a_row_with_the_other_sign_is_one_slip():
    right = RIGHT.columns
    turned = {name: f"{-right[name][1]:.4f}" for name in ("estimate", "statistic")}
    made = claim(lower=f"{-right['upper'][1]:.4f}", upper=f"{-right['lower'][1]:.4f}", **turned)
    found, left = looked(made, turned_signs)
    assert [finding.cause for finding in found] == ["sign lost"]
    assert remaining(left) == 0


def test_many_wrong_numbers_are_no_slips():
    made = claim()
    columns = {name: replace(given, value=given.value + 0.5) for name, given in made.columns.items()}
    assert looked(replace(made, columns=columns), mistyped)[0] == []
    assert looked(claim(), mistyped)[0] == []
    assert looked(claim(), turned_signs)[0] == []


def test_numbers_far_from_each_other_are_no_slips():
    given = Printed(np.array([2.0, 10.0, 0.0]), np.array([0.05, 0.5, 0.05]))
    assert slip(given, 0, 3.7) is None
    assert slip(given, 1, 123.0) is None
    assert slip(given, 2, 5.0) is None
