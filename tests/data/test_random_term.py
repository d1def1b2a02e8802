import numpy as np

from stattools.data.design.latent_terms import RandomTerm


def test_a_term_counts_its_levels():
    term = RandomTerm("(x | g)", "g", np.array([1, 0, 1]), ("a", "b"), ("Intercept", "x"), np.ones((3, 2)))
    assert term.n_levels == 2
