"""Likelihoods of a user's own: a distribution of SciPy, or functions, with derivatives by differences."""
