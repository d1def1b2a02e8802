import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim

LOGISTIC = """
Logistic regression                                     Number of obs     =        180
                                                        LR chi2(8)        =      31.50
Log likelihood =  -98.5240                              Pseudo R2         =     0.1379

------------------------------------------------------------------------------
         low | Odds ratio   Std. err.      z    P>|z|     [95% conf. interval]
-------------+----------------------------------------------------------------
         age |   .9711000   .0354000    -0.81   0.420     .9041000    1.043000
             |
        race |
      black  |   3.402000   1.790000     2.33   0.020     1.213000    9.541000
   ex smoker |   2.210000   .9710000     1.80   0.071     .9340000    5.229000
             |
  race#c.age |
      black  |   1.010000   .0200000     0.50   0.615     .9715500    1.049980
             |
       _cons |   1.586000   1.910000     0.38   0.702     .1496000     16.8100
------------------------------------------------------------------------------
"""
CUTS = """
                               (Std. err. adjusted for 12 clusters in id)
------------------------------------------------------------------------------
             |               Robust
       rep77 | Coefficient  std. err.      z    P>|z|     [90% conf. interval]
-------------+----------------------------------------------------------------
   1.foreign |   1.455000   .5300000     2.75   0.006     .5830000    2.327000
   2.foreign |          0  (omitted)
-------------+----------------------------------------------------------------
       /cut1 |   17.92000   5.550000                      8.791000    27.05000
------------------------------------------------------------------------------
"""
CLASSES = """
------------------------------------------------------------------------------
      insure |      Coef.   Std. Err.      z    P>|z|     [95% Conf. Interval]
-------------+----------------------------------------------------------------
Indemnity    |  (base outcome)
-------------+----------------------------------------------------------------
Prepaid      |
    nonwhite |   .6608000   .2157000     3.06   0.002     .2380000    1.083600
       _cons |  -.1879000   .0937000    -2.01   0.045    -.3716000   -.0042000
-------------+----------------------------------------------------------------
Uninsure     |
    nonwhite |   .3779000   .4075000     0.93   0.354    -.4208000    1.176600
       _cons |  -1.941900   .1782000   -10.90   0.000    -2.291200   -1.592600
------------------------------------------------------------------------------
"""
SIDE = """
----------------------------------------
    Variable |    m1           m2
-------------+--------------------------
         age | -.02710031   -.02200000
             |  .03645036    .03700000
        race |
      black  |               1.2630000
             |               .52640000
-------------+--------------------------
           N |        189          180
----------------------------------------
                            Legend: b/se
"""


def test_ratios_with_factors_and_facts():
    claim = read_claim(LOGISTIC)
    assert claim.terms == ("age", "race=black", "race=ex smoker", "race=black#c.age", "_cons")
    assert claim.columns["estimate"].value.tolist() == [0.9711, 3.402, 2.21, 1.01, 1.586]
    assert claim.columns["upper"].value.tolist() == [1.043, 9.541, 5.229, 1.04998, 16.81]
    assert {name: float(fact.value) for name, fact in claim.facts.items()} == {
        "n": 180,
        "lr_statistic": 31.5,
        "loglik": -98.524,
        "r_squared": 0.1379,
    }
    assert claim.said == {"exponentiated": "Odds ratio", "statistic": "z", "level": "0.95", "outcome": "low"}


def test_thresholds_have_no_tests():
    claim = read_claim(CUTS)
    assert claim.terms == ("1.foreign", "/cut1")
    assert np.isnan(claim.columns["p"].value[1])
    assert claim.columns["lower"].value.tolist() == [0.583, 8.791]
    assert claim.said["covariance"] == "Std. err. adjusted for 12 clusters in id"
    assert claim.said["level"] == "0.9"


def test_equations():
    terms = ("Prepaid: nonwhite", "Prepaid: _cons", "Uninsure: nonwhite", "Uninsure: _cons")
    assert read_claim(CLASSES).terms == terms


def test_models_side_by_side():
    claim = read_claim(SIDE, column="m2")
    assert claim.terms == ("age", "race=black")
    assert (claim.columns["estimate"].value.tolist(), claim.columns["se"].value.tolist()) == (
        [-0.022, 1.263],
        [0.037, 0.5264],
    )
    assert claim.facts["n"].value == 180
    with pytest.raises(DomainError, match="nobody says what the second line"):
        read_claim(SIDE.replace("Legend", ""), column="m2")
