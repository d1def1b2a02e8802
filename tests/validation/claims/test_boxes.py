"""Tables drawn in boxes are read, of whatever characters they are drawn."""

import pytest

from stattools.validation.claims.plain_text import is_box
from stattools.validation.claims.reading import read_claim

PSQL = """   term    |  coef  |   se
-----------+--------+--------
 Intercept | -3.111 | 0.6851
 age       |  0.031 | 0.0085
(2 rows)
"""
MYSQL = """+-----------+--------+--------+
| term      |   coef |     se |
+-----------+--------+--------+
| Intercept | -3.111 | 0.6851 |
| age       |  0.031 | 0.0085 |
+-----------+--------+--------+
"""
ORG = MYSQL.replace("+-----------+--------+--------+", "|-----------+--------+--------|")
GRID = """+-----------+--------+--------+
|           |   coef |     se |
+===========+========+========+
| Intercept | -3.111 | 0.6851 |
+-----------+--------+--------+
| age       |  0.031 | 0.0085 |
+-----------+--------+--------+
"""
POLARS = """shape: (2, 3)
\u250c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u252c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u252c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2510
\u2502 term      \u2506 coef   \u2506 se     \u2502
\u2502 ---       \u2506 ---    \u2506 ---    \u2502
\u2502 str       \u2506 f64    \u2506 f64    \u2502
\u255e\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u256a\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u256a\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2550\u2561
\u2502 Intercept \u2506 -3.111 \u2506 0.6851 \u2502
\u2502 age       \u2506 0.031  \u2506 0.0085 \u2502
\u2514\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2534\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2534\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2518
"""
SPSS = """
                     Coefficients(a)
+---------------+-----------------------------+--------------+--------+------+
|               | Unstandardized Coefficients | Standardized |        |      |
|     Model     |--------------+--------------|--------------|   t    | Sig. |
|               |      B       |  Std. Error  |     Beta     |        |      |
+---------------+--------------+--------------+--------------+--------+------+
|1  (Constant)  |    -3.111    |     .685     |              | -4.541 | .000 |
|   age         |      .031    |     .009     |     .317     |  3.444 | .001 |
+---------------+--------------+--------------+--------------+--------+------+
a Dependent Variable: score
"""


@pytest.mark.parametrize("text", [PSQL, MYSQL, ORG, GRID, POLARS], ids=["psql", "MySQL", "Org", "grid", "Polars"])
def test_boxes_hold_terms_and_numbers(text):
    claim = read_claim(text)
    assert claim.terms == ("Intercept", "age")
    assert claim.columns["estimate"].value.tolist() == [-3.111, 0.031]
    assert claim.columns["se"].value.tolist() == [0.6851, 0.0085]


def test_headings_over_several_columns_and_the_number_of_a_model():
    claim = read_claim(SPSS)
    assert claim.terms == ("(Constant)", "age")
    assert claim.columns["estimate"].value.tolist() == [-3.111, 0.031]
    assert claim.columns["se"].value.tolist() == [0.685, 0.009]
    assert claim.columns["p"].value.tolist() == [0.0, 0.001]
    assert "Beta" in claim.said["unread"]


def test_what_is_no_box():
    assert not is_box("       y |  Coef.   Std. Err.\n---------+------------------\n     age |   .031       .009\n")
    assert not is_box("| a | b |\n|---|---|\n| 1 | 2 |\n")
