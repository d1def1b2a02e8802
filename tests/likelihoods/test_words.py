"""Words of a linear predictor, and ends of a parameter."""

from __future__ import annotations

import numpy as np

from stattools import likelihoods
from stattools.likelihoods import Likelihood
from stattools.likelihoods.between import BETWEEN
from stattools.likelihoods.words import VALUES, Edge, Words, edge_of, equation_of, rows, words_of
from tests.cases import LIKELIHOODS


def test_a_ratio_is_one_of_what_the_logarithm_is_of():
    assert Words("the log odds", "odds ratio").subject == "the odds"
    assert Words("the log odds").subject == "the log odds"


def test_a_parameter_has_no_ends_unless_it_says_so():
    assert (Edge().lower, Edge().upper) == (-np.inf, np.inf)


def test_every_family_has_a_row_of_the_table_and_every_row_a_family():
    kinds = [kind for kind in vars(likelihoods).values() if isinstance(kind, type)]
    known = [base.facts for kind in kinds for base in kind.__mro__ if issubclass(base, Likelihood)]
    named = {facts.row for facts in (*known, *(case.likelihood.facts for case in LIKELIHOODS))} - {""}
    assert named | {f"Cumulative.{link}" for link in BETWEEN} | {"Cumulative"} == set(rows())
    for row in set(rows()) - {"ZeroTruncated", "Cumulative"}:  # which have the words of a family, and of links
        assert words_of(row).predictor
        assert (words_of(row).dispersion is None) == (row not in VALUES)
        assert edge_of(row).lower < edge_of(row).upper


def test_options_fill_every_name_that_they_have_in_an_equation():
    for row, said in rows().items():
        names = {f"{{{name}}}" for texts in said.get("options", {}).values() for name in texts}
        assert all(name in str(said["equation"]) for name in names)
        for option in said.get("options", {}):
            assert not any(name in str(equation_of(row, [option])) for name in names)
