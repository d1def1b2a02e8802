import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim

ESTTAB = """
--------------------------------------------
                      (1)             (2)
                      low             low
--------------------------------------------
low
age               -0.0271         -0.0220
                  (-0.74)         (-0.59)

2.race                              1.263*
                                   (2.40)
--------------------------------------------
N                     189             180
--------------------------------------------
t statistics in parentheses
* p<0.05, ** p<0.01, *** p<0.001
"""
TEXREG = """
====================================
                Model 1    Model 2
------------------------------------
(Intercept)      1.05 ***   1.10 ***
                (0.14)     (0.17)
a longer name              -0.11
                           [-0.5, 0.2]
------------------------------------
R^2              0.17       0.19
Num. obs.      120        120
====================================
Standard errors in parentheses
"""


def test_statistics_below_the_estimates():
    claim = read_claim(ESTTAB, column=2)
    assert claim.terms == ("low: age", "low: 2.race")
    assert claim.columns["estimate"].value.tolist() == [-0.022, 1.263]
    assert claim.columns["statistic"].value.tolist() == [-0.59, 2.40]
    assert claim.facts["n"].value == 180
    with pytest.raises(DomainError, match=r"2 columns that may be of estimates: '\(1\) low', '\(2\) low'"):
        read_claim(ESTTAB)


def test_stars_after_a_space_and_intervals_with_one():
    claim = read_claim(TEXREG, column="Model 2")
    assert claim.terms == ("(Intercept)", "a longer name")
    assert claim.columns["estimate"].value.tolist() == [1.1, -0.11]
    assert claim.columns["se"].value[0] == 0.17
    assert (claim.columns["lower"].value[1], claim.columns["upper"].value[1]) == (-0.5, 0.2)
    assert claim.facts["r_squared"].value == 0.19


ABOVE = """
                 y
               (1)         (2)
-----------  ----------  ----------
x            0.486***    0.417***
             (0.104)     (0.147)
-----------  ----------  ----------
Observations 120         110
-----------  ----------  ----------
Format of coefficient cell:
Coefficient
 (Std. Error)
"""


def test_a_head_above_the_first_rule():
    claim = read_claim(ABOVE, column=2)
    assert (claim.terms, claim.columns["se"].value, claim.facts["n"].value) == (("x",), [0.147], 110)
