"""Each way in which a p-value may be right, and the same p-value without it."""

import numpy as np
import pytest

from stattools.validation.papers.audit_paper import audit_paper
from stattools.validation.papers.checks import p_values
from stattools.validation.papers.mentions import meet


def verdicts(text, **options):
    return [(one.kind, one.verdict) for one in audit_paper(text, "a paper", **options).checks]


def verdict(text, **options):
    return next(verdict for kind, verdict in verdicts(text, **options) if kind == "p")


@pytest.mark.parametrize(
    "text",
    [
        "t(28) = 2.20, p = .036",
        "t(28) = -2.20, p < .05",
        "t(28) = 2.20, p > .03",
        "t = 2.20, df = 28, p-value = 0.036",
        "F(2, 57) = 3.9, p < .05",
        "F = 3.9, df = 2, 57, p = .03",
        "F(1,43; 38,61) = 3,1; p = ,07",
        "χ2(1, N = 90) = 4.2, p = .04",
        "r(48) = .31, p = .03",
        "r = .31, N = 50, p = .03",
        "r(N = 50) = .31, p = .03",
        "z = 2.1, p = .036",
        "Wald = 6.9, p = .009",
        "Q(12) = 20.1, p = .065",
        "F(2, 57) < 1, ns",
        "t(28) < 1, p = .45",
        "t(28) = 0.4, n.s.",
        "p = .036, t(28) = 2.20",
        "t = 2.20, p = .036",
        "t(28) = 2.20 and t(30) = 3.10, both ps < .05",
    ],
)
def test_right(text):
    assert verdict(text) == "right"


@pytest.mark.parametrize(
    "text",
    [
        "t(28) = 2.20, p = .046",
        "t(28) = 2.20, p < .01",
        "t(28) = 2.20, p > .05",
        "t(28) = 2.20, n.s.",
        "F(2, 57) = 3.1, p < .05",
        "χ2(1, N = 90) = 4.2, p = .4",
        "r(48) = .31, p = .003",
        "z = 2.1, p = .36",
        "t(28) = 2,20; p = ,046",
        "t = 2.20, p = .001",
        "t(28) = 2.20, p = 1.3",
        "t(28) = 2.20 and t(30) = 3.10, both ps < .01",
    ],
)
def test_wrong(text):
    assert verdict(text) == "wrong"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("t(28) = 1.75, p = .045", "note"),
        ("A one-tailed test gave t(28) = 1.75, p = .045", "right"),
        ("A one-tailed test gave t(28) = -1.75, p = .955", "right"),
        ("t(28) = 1.75, p (one-tailed) = .045", "right"),
        ("All tests are two-sided. We saw t(28) = 1.75, p = .045", "wrong"),
        ("All p-values are one-sided. We saw t(28) = 1.75, p = .045", "right"),
        ("t(28) = 1.75, p < .05", "wrong"),
        ("Bonferroni corrected: t(28) = 2.20, p = .108", "note"),
        ("Bonferroni corrected: t(28) = 2.20, p = .008", "wrong"),
        ("With Tukey's test, t(28) = 2.20, p = .09", "note"),
        ("t(28) = 2.20, p_adj = .108", "note"),
        ("A permutation test gave t(28) = 2.20, p = .051", "not judged"),
        ("Greenhouse-Geisser corrected: F(2, 56) = 3.40, p = .055", "note"),
        ("F(2, 56) = 3.40, p = .055", "wrong"),
        ("Welch's test: t(5) = 2.20, p = .075", "right"),
        ("t(5) = 2.20, p = .075", "wrong"),
        ("t(40) = 4.1, p = .000", "note"),
        ("r_s(48) = .31, p = .04", "not judged"),
    ],
)
def test_what_the_paper_says_of_its_tests(text, expected):
    assert verdict(f"z = 0, p = 1. {text}" if expected == "not judged" else text) == expected or (
        ("p", expected) in verdicts(f"z = 0, p = 1. {text}")
    )


def test_decisions():
    turned = [
        audit_paper(text, "a").checks[0].decision
        for text in ("t(28) = 2.2, ns", "t(28) = 2.2, p = .001", "z = 1, p < .01")
    ]
    assert turned == [True, False, True]
    assert [one.decision for one in audit_paper("t(28) = 2.20, p = .063", "a", alpha=0.1).checks] == [False]


def test_what_is_missing_or_impossible():
    assert verdicts("z = 2.1, p = .036. F = 3.1, p = .05") == [("p", "right"), ("p", "not judged")]
    assert verdicts("r(48) = 1.31, p = .03") == [("statistic", "wrong")]


def test_the_number_of_rows_for_degrees_of_freedom():
    (one,) = audit_paper("r(10) = .61, p = .061", "a").findings
    assert one.words.endswith("It would be right if the number in brackets were n: degrees of freedom are n - 2.")


def test_a_zero_says_what_to_write():
    assert audit_paper("t(40) = 4.1, p = .000", "a").notes[0].words.endswith("write p < .001.")
    assert audit_paper("t(40) = 3.1, p = .00", "a").notes[0].words.endswith("write p < .01.")


@pytest.mark.parametrize(
    "text",
    [
        "t(0) = 2.20, p = .036",
        "t(0) = 2.20",
        "t(-3) = 2.20, p = .03",
        "F(0, 10) = 3.1, p = .05",
        "F(2, 0) = 3.1, p = .05",
        "F = 3.1, df = 0, 10, p = .05",
        "χ2(0) = 3.1, p < .001",
        "r(0) = .3, p = .05",
        "r(-1) = .3, p = .05",
        "F(1e400, 10) = 2.2, p = .05",
        "r(28) = 1.2",
        "r(28) = -1.2, p < .001",
        "F(2, 30) = -3.1, p = .06",
        "χ2(2) = -3.1, p = .2",
        "t(28) = 2.20, p = -.03",
        "t(28) = 2.20, p > 1",
        "M = 3.45, SD = -1.2",
        "b = 0.5, SE = -0.2, p = .02",
        "| | SS | df | F | p |\n|---|---|---|---|---|\n| x | 10.0 | 0 | 3.1 | .05 |\n| Residual | 90.0 | 10 | | |\n",
    ],
)
def test_what_no_number_of_its_kind_can_be_is_wrong(text):
    assert not audit_paper(text, "a paper").ok


def test_a_range_of_nan_never_meets_another():
    assert np.isnan(p_values("t", (2.0, 2.1), ((0.0, 0.0),))).all()
    assert not any(meet(one, (0.0, 1.0)) or meet((0.0, 1.0), one) for one in ((np.nan, 0.5), (0.5, np.nan)))


@pytest.mark.parametrize(
    "text, verdicts_of_p",
    [
        ("t(28) = 2.20 and t(28) = 3.00, p = .036 and p = .006, respectively.", ["right"] * 2),
        ("t(28) = 2.20 and t(28) = 3.00, p = .006 and p = .036, respectively.", ["wrong"] * 2),
        ("t(28) = 2.20, t(28) = 3.00, and z = 1.00, p = .036, .006, and .317, respectively.", ["right"] * 3),
        (
            "t(28) = 2.20, t(28) = 3.00, and z = 1.00, p = .036, .006, and .217, respectively.",
            ["right"] * 2 + ["wrong"],
        ),
        ("They were t(28) = 2.20 and 3.00, ps = .036 and .006, respectively.", ["right"] * 2),
        ("They were t(28) = 2.20 and 3.00, ps = .036 and .016, respectively.", ["right", "wrong"]),
        ("p = .036 and p = .006 for t(28) = 2.20 and t(28) = 3.00, respectively.", ["right"] * 2),
        ("F(1, 28) = 4.84 and χ2(1) = 1.00, p = .036 and n.s., respectively.", ["right"] * 2),
    ],
)
def test_lists_that_are_paired_in_their_order(text, verdicts_of_p):
    assert [verdict for kind, verdict in verdicts(text) if kind == "p"] == verdicts_of_p


@pytest.mark.parametrize(
    "text, expected",
    [
        ("t(28) = 1.80, .05 < p < .10", "right"),
        ("t(28) = 1.80, .10 > p > .05", "right"),
        ("t(28) = 1.80, 0.05 &lt; *p* ≤ 0.10", "right"),
        ("t(28) = 1,80; ,05 < p < ,10", "right"),
        ("t(28) = 1.80, p between .05 and .10", "right"),
        ("t(28) = 1.80, p > .05 but < .10", "right"),
        ("t(28) = 2.20, .05 < p < .10", "wrong"),
        ("t(28) = 2.20, .10 > p > .05", "wrong"),
        ("t(28) = 0.20, .05 < p < .10", "wrong"),
        ("t(28) = 0.20, p < .10 and > .05", "wrong"),
        ("t(28) = 2.20, .05 > p", "right"),
        ("t(28) = 2.20, .01 > p", "wrong"),
    ],
)
def test_both_ends_of_a_range_count(text, expected):
    assert verdict(text) == expected


@pytest.mark.parametrize(
    "words", ["p = {}, one-tailed", "one-tailed p = {}", "p (1-tailed) = {}", "p = {} (one-sided)"]
)
def test_a_p_value_that_is_called_one_sided_is_half(words):
    assert verdict(f"t(28) = 2.20, {words.format('.018')}") == "right"
    assert verdict(f"t(28) = 2.20, {words.format('.982')}") == "right"
    assert verdict(f"t(28) = 2.20, {words.format('.036')}") == "wrong"
    assert verdict(f"All tests are one-tailed. It was t(28) = 2.20, {words.format('.036')}") == "wrong"
    both = words.format(".036").replace("one", "two").replace("1", "2")
    assert verdict(f"All tests are one-tailed. It was t(28) = 2.20, {both}") == "right"


def test_a_two_sided_p_value_among_one_sided_tests_is_noted():
    assert verdict("All tests are one-tailed. It was t(28) = 2.20, p = .036") == "note"
