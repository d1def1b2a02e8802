import pytest

from stattools.validation.papers.audit_paper import audit_paper


def verdicts(text):
    return [f"{one.kind} {one.verdict}" for one in audit_paper(text, "a paper").checks]


@pytest.mark.parametrize(
    "text, found",
    [
        ("B = 0.35, SE = 0.12, t(188) = 2.92, p = .004", ["p right", "statistic right"]),
        ("B = 0.35, SE = 0.12, t(188) = 3.92, p < .001", ["p right", "statistic wrong"]),
        ("B = -0.35, SE = 0.12, t(188) = 2.92, p = .004", ["p right", "statistic wrong"]),
        ("B = 0.35 (SE = 0.12), p = .004", ["p right"]),
        ("B = 0.35 (SE = 0.12), p = .4", ["p wrong"]),
        ("B = 0.42, SE = 0.16, Wald = 6.9, p = .009", ["p right", "statistic right"]),
        ("B = 0.42, SE = 0.16, Wald = 2.6, p = .107", ["p right", "statistic wrong"]),
        ("B = 0.42, SE = 0.16, p = .009, OR = 1.52", ["p right", "ratio right"]),
        ("B = 0.42, SE = 0.16, p = .009, OR = 2.52", ["p right", "ratio wrong"]),
        ("b = 0.50, SE = 0.10, 95% CI [0.30, 0.70]", ["interval right"]),
        ("b = 0.50, SE = 0.10, 95% CI [0.30, 0.90]", ["interval wrong"]),
        ("b = 0.50, SE = 0.10, 95% CI [0.40, 0.60]", ["interval wrong"]),
        ("b = 0.50, SE = 0.10, 90% CI [0.34, 0.66]", ["interval right"]),
        ("b = 0.50, 95% CI [0.30, 0.70], p < .001", ["interval right", "p right"]),
        ("b = 0.50, 95% CI [0.30, 0.70], p = .3", ["interval right", "p wrong"]),
        ("b = 0.50, 95% CI [0.30, 0.70], z = 4.9, p < .001", ["p right", "interval right", "statistic right"]),
        ("b = 0.50, 95% CI [0.30, 0.70], z = 2.9, p = .004", ["p right", "interval right", "statistic wrong"]),
        ("OR 1.52, 95% CI [1.10, 2.10], p = .011", ["interval right", "p right"]),
        ("OR 1.52, 95% CI [1.10, 2.10], p = .11", ["interval right", "p wrong"]),
        ("OR 1.52, 95% CI [1.10, 2.60], p = .011", ["interval wrong"]),
        ("OR 1.52, 95% CI [1.12, 2.20]", ["interval note"]),
        ("OR 1.52, 95% CI [2.10, 1.10]", ["interval wrong"]),
        ("OR 1.52 [1.60, 2.10]", ["interval wrong"]),
        ("OR 1.52 (1.10–2.10)", ["interval right"]),
        ("A profile likelihood gave OR 1.52, 95% CI [1.10, 2.60]; z = 0, p = 1", ["p right", "interval not judged"]),
        ("HR 72, 95% CI [68, 75]; z = 0, p = 1", ["p right", "interval not judged"]),
        ("MD = 2.3, t(28) = 2.0, p = .055, d = 0.8, 95% CI [0.1, 1.5]", ["p right"]),
    ],
)
def test_what_stands_beside_an_estimate(text, found):
    assert verdicts(text) == found


def test_words_say_what_it_should_be():
    (one,) = audit_paper("B = 0.35, SE = 0.12, t(188) = 3.92, p < .001", "a").findings
    assert one.words == "B = 0.35, SE = 0.12 give a statistic between 2.76 and 3.087, not 3.92."
    (one,) = audit_paper("b = 0.50, SE = 0.10, 95% CI [0.30, 0.90]", "a").findings
    assert one.words.startswith("b = 0.50 and SE = 0.10 give an interval from 0.26")
