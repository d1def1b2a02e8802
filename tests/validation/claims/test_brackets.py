import pytest

from stattools.validation.claims.headings import inside, pair, parts


@pytest.mark.parametrize(
    "text, ends",
    [
        ("1.01, 1.55", ("1.01", "1.55")),
        ("1.01,1.55", ("1.01", "1.55")),
        ("1,01; 1,55", ("1,01", "1,55")),
        ("-0.5 to -0.1", ("-0.5", "-0.1")),
        ("-0.5--0.1", ("-0.5", "-0.1")),
        ("1.01\N{EN DASH}1.55", ("1.01", "1.55")),
        ("[0.1 0.3]", ("0.1", "0.3")),
        ("1,234.5, 2,345.6", ("1,234.5", "2,345.6")),
        ("1.2e-05, 3e-04", ("1.2e-05", "3e-04")),
    ],
)
def test_both_ends_in_one_text(text, ends):
    assert pair(text) == ends


@pytest.mark.parametrize("text", ["0.3", "-0.3", "1,234", "(0.3)", "0.3 (0.1)", "a, b", "1e-05", ""])
def test_what_is_no_pair(text):
    assert pair(text) is None


def test_a_number_and_its_brackets():
    main, found = parts("0.12*** (0.03) [0.06, 0.18]")
    assert (main, [(one.sign, one.text, one.kind) for one in found]) == (
        "0.12***",
        [("(", "0.03", None), ("[", "0.06, 0.18", "interval")],
    )
    assert parts("1.00 (ref.)") == ("1.00", [])
    assert parts("0.12 (p = .03)")[1][0].kind == "p"
    assert parts("0.12 \N{PLUS-MINUS SIGN} 0.03")[1][0].sign == "+-"


@pytest.mark.parametrize(
    "notes, held",
    [
        ("Standard errors in parentheses.", {"(": "se"}),
        ("Robust standard errors, clustered by school, in parentheses", {"(": "se"}),
        ("t statistics in parentheses; p-values in brackets", {"(": "t", "[": "p"}),
        ("Numbers in parentheses are standard errors", {"(": "se"}),
        ("95% confidence intervals in square brackets", {"[": "interval"}),
        ("z-statistics in ()", {"(": "z"}),
        ("* p<0.05, ** p<0.01", {}),
        ("p-values in parentheses\n* p<0.05", {"(": "p"}),
    ],
)
def test_what_notes_say_of_brackets(notes, held):
    assert inside(notes)[0] == held
