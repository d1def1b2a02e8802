"""Each way in which a p-value may be right, and the same p-value without it."""

import pytest

from stattools.validation.papers.audit_paper import audit_paper


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
