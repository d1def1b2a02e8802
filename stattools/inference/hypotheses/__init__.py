"""Tests of hypotheses: Wald on linear combinations of coefficients, likelihood ratio and score on nested models, and
what is exact or needs no model.
"""

from stattools.inference.hypotheses.exact import exact_test, independence, permutation_test
from stattools.inference.hypotheses.nested import likelihood_ratio, score_test
from stattools.inference.hypotheses.result import TestResult, p_adjust
from stattools.inference.hypotheses.wald import Hypotheses, against_zero, parse, wald

__all__ = [
    "Hypotheses",
    "TestResult",
    "against_zero",
    "exact_test",
    "independence",
    "likelihood_ratio",
    "p_adjust",
    "parse",
    "permutation_test",
    "score_test",
    "wald",
]
