"""Tests of hypotheses: Wald on linear combinations of coefficients, likelihood ratio and score on nested models, and
what is exact or needs no model.
"""

from stattools.inference.hypotheses.exact import exact_test as exact_test
from stattools.inference.hypotheses.exact import independence as independence
from stattools.inference.hypotheses.exact import permutation_test as permutation_test
from stattools.inference.hypotheses.nested import likelihood_ratio as likelihood_ratio
from stattools.inference.hypotheses.nested import score_test as score_test
from stattools.inference.hypotheses.result import TestResult as TestResult
from stattools.inference.hypotheses.result import p_adjust as p_adjust
from stattools.inference.hypotheses.wald import Hypotheses as Hypotheses
from stattools.inference.hypotheses.wald import parse as parse
from stattools.inference.hypotheses.wald import wald as wald
