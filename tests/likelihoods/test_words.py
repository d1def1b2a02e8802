"""Words of a linear predictor, and ends of a parameter."""

from __future__ import annotations

import numpy as np

from stattools.likelihoods.words import Edge, Words


def test_a_ratio_is_one_of_what_the_logarithm_is_of():
    assert Words("the log odds", "odds ratio").subject == "the odds"
    assert Words("the log odds").subject == "the log odds"


def test_a_parameter_has_no_ends_unless_it_says_so():
    assert (Edge().lower, Edge().upper) == (-np.inf, np.inf)
