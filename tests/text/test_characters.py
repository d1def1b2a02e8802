import pytest

from stattools.text.printing import printable


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a\r\nb\rc\nd\u2028e", "a\nb\nc\nd\ne"),
        ("a\tb", "a b"),
        ("a\x00b\x7f", "a�b�"),
        ("abc\u202edef\u2066", "abc�def�"),
        ("\ud800", "�"),
        ("ħ 漢字 שלום 👩‍🔬", "ħ 漢字 שלום 👩‍🔬"),
        ("", ""),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected
