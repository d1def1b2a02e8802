"""Tests of hypotheses: Wald on linear combinations of coefficients, likelihood ratio and score on nested models."""

from stattools.hypotheses.combinations import against_zero, wald
from stattools.hypotheses.nested_tests import likelihood_ratio, score_test
from stattools.hypotheses.restrictions import Hypotheses, parse
from stattools.hypotheses.result import TestResult

__all__ = ["Hypotheses", "TestResult", "against_zero", "likelihood_ratio", "parse", "score_test", "wald"]
