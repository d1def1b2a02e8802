import pytest

from stattools.validation.claims.printed import one_kind


@pytest.mark.parametrize(
    "text",
    [
        "1.2 x 10^-5",
        "1.2\N{MULTIPLICATION SIGN}10\N{MINUS SIGN}5",
        "1.2 \N{MULTIPLICATION SIGN} 10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT FIVE}",
        "1.2\\times 10^{-5}",
        "1.2\N{NO-BREAK SPACE}\N{DOT OPERATOR}\N{THIN SPACE}10^-5",
    ],
)
def test_powers_of_ten(text):
    assert one_kind(text) == "1.2e-5"


def test_minus_signs_and_spaces():
    for sign in "\N{MINUS SIGN}\N{EN DASH}\N{NON-BREAKING HYPHEN}-":
        assert one_kind(f"\N{NARROW NO-BREAK SPACE}{sign}1.5 ") == "-1.5"
