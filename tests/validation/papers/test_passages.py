import pytest

from stattools.validation.papers.mentions import mentions, passages
from stattools.validation.papers.text import flat


def kinds(text):
    plain = flat(text)
    return [" ".join(one.kind for one in passage.mentions) for passage in passages(plain, mentions(plain, False))]


@pytest.mark.parametrize(
    "text, found",
    [
        ("t(28) = 2.20, p = .036, F(2, 57) = 3.1, p < .05", ["t p", "F p"]),
        ("t(28) = 2.20. Men had z = 2.1, p = .036", ["t", "z p"]),
        ("p = .036, t(28) = 2.20.", ["t p"]),
        (
            "B = 0.42, SE = 0.16, Wald = 6.9, p = .009, OR = 1.52, 95% CI [1.10, 2.10]",
            ["estimate se chi-square p ratio interval"],
        ),
        ("b = 0.4, SE = 0.1, p = .04; b = 0.5, SE = 0.2, p = .01", ["estimate se p", "estimate se p"]),
        ("(M = 3.4, SD = 1.2, n = 14) and (M = 3.9, SD = 1.1, n = 15), t(27) = 2.2", ["mean sd n", "mean sd n", "t"]),
        ("t(28) = 2.20 and t(30) = 3.10, both ps < .05", ["t p", "t p"]),
    ],
)
def test_what_belongs_together(text, found):
    assert kinds(text) == found


def test_an_interval_is_of_the_number_before_it():
    plain = flat("MD = 2.3, SE = 1.0, t(28) = 2.3, p = .03, d = 0.8, 95% CI [0.1, 1.5]")
    (passage,) = passages(plain, mentions(plain, False))
    interval = passage.the("interval")
    assert interval is not None
    assert passage.before(interval, "estimate") is None


def test_a_test_between_an_estimate_and_its_interval_does_not_part_them():
    plain = flat("b = 1.24, SE = 0.45, t(212) = 2.76, p = .006, 95% CI [0.76, 2.12]")
    (passage,) = passages(plain, mentions(plain, False))
    interval = passage.the("interval")
    assert passage.before(interval, "estimate").name == "b"
