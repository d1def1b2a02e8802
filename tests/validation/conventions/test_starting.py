from dataclasses import replace

import numpy as np

from stattools.validation.conventions.state import start_of
from tests.validation.conventions.planted import COX, LOGISTIC, OLS, claim_of


def test_a_start_is_what_the_words_of_the_claim_say():
    claim = replace(claim_of(LOGISTIC), said={"level": "0.9", "exponentiated": "Odds Ratio", "statistic": "t"})
    start = start_of(claim, LOGISTIC)
    assert start.recipe.level == 0.9
    assert start.recipe.df is None


def test_a_start_is_of_every_model():
    assert start_of(claim_of(OLS), OLS).recipe.divisor == "n - p"
    assert start_of(claim_of(COX), COX).names == ("x", "z")
    assert np.isinf(start_of(claim_of(LOGISTIC), LOGISTIC).df())
