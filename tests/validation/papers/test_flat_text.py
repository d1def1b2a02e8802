import pytest

from stattools.validation.papers.text import flat


@pytest.mark.parametrize(
    "text",
    [
        "*t*(28) = 2.20, *p* = .036",
        "**t**(28) = 2.20, _p_ = .036",
        "<i>t</i>(28) = 2.20, <em>p</em> = .036",
        "<em>t</em><sub>28</sub>&nbsp;= 2.20, p&thinsp;=&#8201;.036",
        "$t(28) = 2.20$, $p = .036$",
        "$t_{28} = 2.20$, \\textit{p} = .036",
        "\\emph{t}(28) = 2.20, \\(p\\) = .036",
        "t(28) =\n2.20, p\n= .036",
        "𝑡(28) ¼ 2.20, 𝑝 ¼ .036",
        "t₂₈ = 2.20, p = .036",
        "t~28~ = 2.20, p = .036",
        "t(28)\u00a0=\u20092.20, p\u2009=\u2009.036",
    ],
)
def test_what_is_around_numbers_goes(text):
    assert flat(text).text == "t(28) = 2.20, p = .036"


@pytest.mark.parametrize(
    "text", ["χ²(1) = 4.2", "χ<sup>2</sup>(1) = 4.2", "$\\chi^2(1) = 4.2$", "$\\chi^{2}_{1} = 4.2$"]
)
def test_chi_square_is_written_in_one_way(text):
    assert flat(text).text == "χ2(1) = 4.2"


@pytest.mark.parametrize(
    "text, plain",
    [
        ("signifi-\ncant eﬀect", "significant effect"),
        ("p = 3.2 × 10−5", "p = 3.2e-5"),
        ("$p = 3.2 \\times 10^{-5}$", "p = 3.2e-5"),
        ("2 × 100 rows", "2 × 100 rows"),
        ("t(28) = −2.20, p &lt; .05", "t(28) = -2.20, p < .05"),
        ("95\\% CI", "95% CI"),
        ("0.51--0.91 and $-0.5$--$-0.1$", "0.51 to 0.91 and -0.5 to -0.1"),
        ("p <.05 and x > 3", "p <.05 and x > 3"),
        ("One.\n\nTwo.", "One.¶Two."),
        ("<script>t(28) = 1</script>a", "a"),
    ],
)
def test_what_else_is_written_otherwise(text, plain):
    assert flat(text).text == plain


def test_each_character_knows_its_line():
    text = flat("One\ntwo<i>\nthree</i>\n\nfour")
    assert text.text == "One two three¶four"
    assert [text.line(text.text.index(word)) for word in ("One", "two", "three", "four")] == [1, 2, 3, 5]
    assert len(text.text) == len(text.lines)


def test_quotes_are_lines_and_long_lines_what_is_around():
    text = flat("  First *t*.\nSecond.\n" + "word " * 100)
    assert text.quote(0, 3, 100) == "First *t*."
    quote = text.quote(60, 70, 50)
    assert quote.startswith("…")
    assert len(quote) < 60


def test_sentences():
    text = flat("One is so. It was t = 2.2, e.g. so. Three.")
    place = text.text.index("t = 2.2")
    assert text.sentence(place) == "It was t = 2.2, e.g. so."
    assert text.sentence_before(place) == "One is so."
    assert text.sentence_before(0) == ""
