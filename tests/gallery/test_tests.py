import re

from scipy import stats

from stattools.gallery.tests import FIRST, SECOND


def test_p_values_agree_and_known_ones_are_there(text_of):
    """Welch's t of Student's data has 17.776 degrees of freedom (R's help of t.test)."""
    text = text_of("tests")
    rows = [line for line in text.splitlines() if re.match(r"\| .*`st\.", line)]
    assert len(rows) == 15
    assert all(line.endswith("≥ 6 |") for line in rows)
    welch = stats.ttest_ind(SECOND, FIRST, equal_var=False)
    assert f"here {welch.df:.2f};" in text
    assert "p = 0.003 of the paired test, p = 0.079 of Welch's" in text


def test_the_rows_for_a_power_are_those_of_the_formula(text_of):
    text = text_of("tests")
    found = re.search(r"needs (\d+) patients .* error of ([\d.]+); the formula of the t test says ([\d.]+)\.", text)
    assert found is not None
    needed, error, formula = map(float, found.groups())
    assert abs(needed - formula) < 4.0 * error + 1.0
