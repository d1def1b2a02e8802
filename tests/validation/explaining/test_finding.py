"""A finding as text, and tables whose cells cannot leave their column."""

from stattools.validation.explaining.finding import Finding, escaped, pipe_table


def test_a_finding_is_one_line():
    assert str(Finding("penalty", "It has one.", "Refit without.")) == "penalty: It has one. Refit without."


def test_marks_and_line_breaks_stay_in_their_cell():
    assert escaped("a|b*c_d`e\\f\ng") == r"a\|b\*c\_d\`e\\f g"
    table = pipe_table(["x", "y", "z"], [["1|2", "<b>", "$k$"]], left=2).splitlines()
    assert table == ["| x | y | z |", "|:--|:--|--:|", r"| 1\|2 | \<b\> | \$k\$ |"]
