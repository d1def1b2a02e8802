"""A test as text and as a row of a table."""

import stattools as st
from stattools.inference.hypotheses import result, wald


def test_as_text_and_as_a_row():
    fit = st.fit(st.ols([1.0, 3.0, 5.0, 8.0, 8.0], [0, 1, 2, 3, 4]))
    assert str(wald(fit, "x1 = 2")) == (
        "Wald test of x1 = 2\n\n      F  df  residual df      p  difference      se\n"
        "───────────────────────────────────────────────────\n0.15789   1            3  0.718        -0.1  0.2517\n\n"
        "Covariance: information."
    )
    row = wald(fit, "x1, Intercept = 1").table()
    assert list(row) == ["test", "hypothesis", "distribution", "statistic", "df", "df_residual", "p_value", "cov"]
    assert row.loc[0, "hypothesis"] == "x1 = 0, Intercept = 1"
    assert result.p_words(0.0004) == "p <0.001"


def test_pytest_takes_it_for_no_test_of_its_own():
    """Its name begins as those of tests do, and a file that imports it would stop at a warning."""
    assert result.TestResult.__test__ is False
