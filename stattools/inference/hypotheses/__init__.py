"""Tests of hypotheses: Wald on linear combinations of coefficients, likelihood ratio and score on nested models, and
what is exact or needs no model.
"""

from stattools.inference.hypotheses.adjusted import p_adjust
from stattools.inference.hypotheses.combinations import against_zero, wald
from stattools.inference.hypotheses.exact import exact_test
from stattools.inference.hypotheses.nested_tests import likelihood_ratio, score_test
from stattools.inference.hypotheses.permutation import permutation_test
from stattools.inference.hypotheses.restrictions import Hypotheses, parse
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.hypotheses.table_independence import independence

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
