import pytest

from stattools.errors import DomainError
from stattools.validation.claims.plain_text import headings, tables


def test_headings_of_several_words():
    texts = (
        "             Estimate Std. Error t value Pr(>|t|)    ",
        "        log HR log HR SE   HR      t    P>|t|  [0.025 0.975]",
    )
    found = [[column.text for column in (headings(text) or ("", ()))[1]] for text in texts]
    assert found[0] == ["Estimate", "Std. Error", "t value", "Pr(>|t|)"]
    assert found[1] == ["log HR", "log HR SE", "HR", "t", "P>|t|", "[0.025", "0.975]"]
    assert headings("   Groups Name   Variance Std.Dev.") is None


def test_rows_that_are_not_full_are_placed_by_their_ends():
    head = "              Coef.  Std.Err.   z   P>|z|\n"
    text = f"{head}x             0.030     0.148 0.199 0.842\nid x x Cov   -0.001     0.319\n"
    rows = tables(text, "a")[0].rows
    assert rows == (("x", ("0.030", "0.148", "0.199", "0.842")), ("id x x Cov", ("-0.001", "0.319", "", "")))
    with pytest.raises(DomainError, match="stands below none of them alone"):
        tables(text.replace("-0.001     0.319", "1 2 3"), "a")


def test_marks_of_significance_and_row_numbers():
    head = "  term        estimate std.error\n  <chr>          <dbl>     <dbl>\n"
    text = f"{head}1 (Intercept)     1.05     0.138 **\n2 x < 3          < 2e-16   0.1 .\n"
    assert tables(text, "a")[0].rows == (("(Intercept)", ("1.05", "0.138")), ("x < 3", ("<2e-16", "0.1")))


def test_a_long_rule_that_ends_otherwise_is_read_at_once():
    text = f"x  coef  std err\n{'-' * 5000} (1)\nx   0.5    0.1\n"
    assert tables(text, "a") == []


def test_estimates_that_r_binds_to_their_intervals_have_no_heading():
    text = "              2.5 %  97.5 %\n(Intercept) 5.25  4.10  6.40\nx           0.50  0.12  0.88\n"
    found = tables(text, "a")[0]
    assert [one.text for one in found.columns] == ["estimate", "2.5 %", "97.5 %"]
    assert found.rows[1] == ("x", ("0.50", "0.12", "0.88"))
    assert not tables("        2.5 %  97.5 %\nx  0.12  0.88\n", "a")
