import pytest

import stattools as st
from stattools.qualification.differences import public_data
from stattools.validation.claims.plain_text import in_one_line

ROWS = """
Intercept     1      3.2632      1.6488        3.9168        0.0478
age           1     -0.0102      0.0208        0.2389        0.6250
sex           1     -0.8717      0.3714        5.5090        0.0189
ecog          1      0.4180      0.2589        2.6069        0.1064
meal          1    -0.00089    0.000447        3.9417        0.0471
"""
ONE = "Parameter   DF     Estimate       Standard Error    Wald Chi-Square  Pr>ChiSq\n" + "-" * 77 + ROWS
TWO = (
    "        Analysis of Maximum Likelihood Estimates\n\n"
    "                                  Standard          Wald\n"
    "Parameter    DF    Estimate       Error    Chi-Square    Pr > ChiSq\n" + ROWS
)
MODEL = st.logistic("lost ~ age + sex + ecog + meal", public_data.lung())


@pytest.mark.parametrize("listing", [ONE, TWO], ids=["headings in one line", "headings in two lines"])
def test_what_sas_lists_is_right_and_a_wrong_error_in_it_is_found(listing):
    right = st.audit(listing, MODEL)
    assert right.ok, str(right)
    assert "its 20 numbers hold" in str(right)
    wrong = st.audit(listing.replace("0.3714", "0.3174"), MODEL)
    assert not wrong.ok
    assert "1 of 20 numbers does not hold" in " ".join(str(wrong).split())


def test_other_lines_stay():
    lines = ["Parameter  Estimate  Error", "", "text", "   Standard", "not this"]
    assert in_one_line(lines) == lines


def test_proc_reg_lists_t():
    listing = (
        "                     Parameter       Standard\n"
        "Variable     DF       Estimate          Error    t Value    Pr > |t|\n\n"
        "Intercept     1       -3.88081        1.98620      -1.95      0.0616\n"
        "pre           1        0.98718        0.16450       6.00      <.0001\n"
        "drugC         1        0.10897        1.79514       0.06      0.9521\n"
        "drugE         1        3.44614        1.88678       1.83      0.0793\n"
    )
    found = st.audit(listing, st.ols("post ~ pre + drug", public_data.drug_trial()))
    assert found.ok, str(found)
    assert "its 16 numbers hold" in str(found)
