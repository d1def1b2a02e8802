import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.rows import told_by_stars

LEGEND = "*p<0.1; **p<0.05; ***p<0.01"
TABLE = """| | (1) |
|---|---|
| x | 0.486*** |
| | (0.104) |
| z | 0.243 |
| | (0.213) |

Note: *p<0.1; **p<0.05; ***p<0.01
"""


@pytest.mark.parametrize(
    "pairs, kind",
    [
        ([("0.486***", "0.104"), ("0.243", "0.213")], "se"),
        ([("0.486***", "4.67"), ("-0.243", "-1.14")], "t"),
        ([("0.486***", "0.000"), ("-0.243", "0.254")], "p"),
        ([("0.486", "0.704")], None),
        ([("0.486***", "4.67"), ("-0.243", "1.14")], None),
        ([("0.200*", "0.11")], "se"),
    ],
)
def test_only_one_reading_gives_every_row_its_stars(pairs, kind):
    assert told_by_stars(pairs, LEGEND) == kind
    assert told_by_stars(pairs, "no legend") is None


def test_a_table_whose_notes_name_stars_alone():
    assert read_claim(TABLE).columns["se"].value.tolist() == [0.104, 0.213]
    with pytest.raises(DomainError, match="nobody says what parentheses hold"):
        read_claim(TABLE.replace("***p<0.01", "").replace("**p<0.05", "").replace("*p<0.1", ""))
    with pytest.raises(DomainError, match="nobody says what parentheses hold"):
        read_claim(TABLE.replace("(0.213)", "(9.213)").replace("0.486***", "0.486"))
