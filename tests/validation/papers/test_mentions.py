import pytest

from stattools.validation.papers.mentions import mentions, writes_commas
from stattools.validation.papers.text import flat


def read(text):
    plain = flat(text)
    return mentions(plain, writes_commas(plain.text))


@pytest.mark.parametrize(
    "text, kind, value, df",
    [
        ("t(28) = 2.20", "t", 2.2, (28,)),
        ("t (27.4) = -0.3", "t", -0.3, (27.4,)),
        ("t[28] = 2.20", "t", 2.2, (28,)),
        ("t(df = 28) = 2.20", "t", 2.2, (28,)),
        ("t28 = 2.20", "t", 2.2, (28,)),
        ("F(2, 57) = 3.1", "F", 3.1, (2, 57)),
        ("F(2,57) = 3.1", "F", 3.1, (2, 57)),
        ("F2,57 = 3.1", "F", 3.1, (2, 57)),
        ("F(1,43; 38,61) = 3,1; p = ,06", "F", 3.1, (1.43, 38.61)),
        ("F(2,57) = 3,1; p = ,06", "F", 3.1, (2, 57)),
        ("χ2(1, N = 90) = 4.2", "chi-square", 4.2, (1,)),
        ("X2 (1, 90) = 4.2", "chi-square", 4.2, (1,)),
        ("Wald χ2(1) = 4.2", "chi-square", 4.2, (1,)),
        ("Δχ2(3) = 9.1", "chi-square", 9.1, (3,)),
        ("Q(12) = 20.1", "chi-square", 20.1, (12,)),
        ("H(2) = 7.1", "chi-square", 7.1, (2,)),
        ("r(48) = .31", "r", 0.31, (48,)),
        ("z = 2.1", "z", 2.1, ()),
        ("Z = −2.1", "z", -2.1, ()),
        ("SE 0.12", "se", 0.12, ()),
        ("odds ratio of 1.52", "ratio", 1.52, ()),
        ("aOR: 1.52", "ratio", 1.52, ()),
        ("p-value = 0.036", "p", 0.036, ()),
        ("P < .001", "p", 0.001, ()),
        ("p_adj = .02", "p", 0.02, ()),
    ],
)
def test_each_style_is_read(text, kind, value, df):
    one = read(text)[0]
    assert (one.kind, one.value.value, tuple(held.value for held in one.df)) == (kind, value, df)


@pytest.mark.parametrize(
    "text, ends",
    [
        ("95% CI [1.10, 2.10]", (1.1, 2.1)),
        ("95% CI 1.10 to 2.10", (1.1, 2.1)),
        ("95% CI: 1.10–2.10", (1.1, 2.1)),
        ("95% CI (−0.9–−0.1)", (-0.9, -0.1)),
        ("CI95% = [−0.9; −0.1]", (-0.9, -0.1)),
        ("95%-KI [1,10; 2,10], p = ,04", (1.1, 2.1)),
        ("95% confidence interval 1.10 to 2.10", (1.1, 2.1)),
    ],
)
def test_intervals_are_read(text, ends):
    one = read(text)[0]
    assert one.second is not None
    assert (one.kind, one.level, one.value.value, one.second.value) == ("interval", 0.95, *ends)


def test_an_interval_without_a_name_is_that_of_the_number_before():
    assert [one.kind for one in read("OR 1.52 (1.10–2.10)")] == ["ratio", "interval"]
    assert [one.kind for one in read("z = 2.1 (1.10–2.10)")] == ["z"]


@pytest.mark.parametrize("text", ["F(2, 57) < 1, ns", "t(28) = 0.4, n.s.", "t(28) = 0.4, p = n.s."])
def test_what_is_not_significant(text):
    assert [one.kind for one in read(text)][1:] == ["ns"]


@pytest.mark.parametrize("text", ["don't (28) = 2", "part = 3", "Experiment 2 (n > 3)", "http = 3", "the t test"])
def test_words_are_no_statistics(text):
    assert not [one for one in read(text) if one.kind in ("t", "p", "F", "z", "r", "chi-square")]


@pytest.mark.parametrize(
    "text, kinds",
    [
        ("odds ratio [aOR] 2.31; 95% confidence interval [CI] 1.40–3.81; P = .001", "ratio interval p"),
        ("hazard ratio, 0.75; 95% CI, 0.60 to 0.94; P=0.01", "ratio interval p"),
        ("HR for death, 0.72 (95% CI, 0.55-0.94; P = .02)", "ratio interval p"),
        ("mean difference 2.3 (95% CI 0.4 to 4.2; p=0·018)", "estimate interval p"),
        ("Exp(B) = 1.68, 95% CI [1.14, 2.49]", "ratio interval"),
        ("χ2diff(1) = 4.5, p_two-tailed = .034", "chi-square p"),
        ("ΔF(1, 115) = 5.61, p ≈ .020", "F p"),
        ("t(58) = |2.45|, two-tailed p = .017", "t p"),
        ("t(58) = 2.45, p = .017, d = 0.64, 95% CI [0.12, 1.16]", "t p another interval"),
    ],
)
def test_styles_of_journals(text, kinds):
    assert " ".join(one.kind for one in read(text)) == kinds
