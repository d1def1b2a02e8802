"""Steps and models before the terms of SPSS are no terms, and Wald's statistic beside its degrees is a chi-squared."""

from stattools.validation.claims.headings import without_steps
from stattools.validation.claims.printed import Cells
from stattools.validation.claims.reading import read_claim

LOGISTIC = """\t\tB\tS.E.\tWald\tdf\tSig.\tExp(B)
Step 1a\tage\t.031\t.009\t11.86\t1\t.001\t1.031
\tConstant\t-3.111\t.685\t20.62\t1\t.000\t.045
a. Variable(s) entered on step 1: age.
"""
LINEAR = """Model\t\tUnstandardized Coefficients\t\tStandardized Coefficients\tt\tSig.
\t\tB\tStd. Error\tBeta\t\t
1\t(Constant)\t-3.111\t.685\t\t-4.541\t.000
\tage\t.031\t.009\t.317\t3.444\t.001
"""


def test_a_step_in_a_column_of_its_own():
    claim = read_claim(LOGISTIC)
    assert claim.terms == ("age", "age", "Constant", "Constant")
    assert claim.shown == ("", "exp", "", "exp")
    assert claim.columns["statistic"].value[[0, 2]].tolist() == [11.86, 20.62]
    assert claim.said["statistic"] == "chi2"


def test_headings_in_two_lines():
    claim = read_claim(LINEAR)
    assert claim.terms == ("(Constant)", "age")
    assert claim.columns["statistic"].value.tolist() == [-4.541, 3.444]
    assert claim.columns["p"].value.tolist() == [0.0, 0.001]


def test_a_step_in_the_cell_of_the_first_term():
    cells = Cells("a", (("", "B"),), (("Step 1(a) age", "0.5"), ("Constant", "1.0")))
    assert without_steps(cells).rows == (("age", "0.5"), ("Constant", "1.0"))
    plain = Cells("a", (("", "B"),), (("1 year", "0.5"), ("2 years", "1.0")))
    assert without_steps(plain) is plain
