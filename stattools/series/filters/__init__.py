"""Linear recurrences as banded systems: the time-varying exponential filter, its streaming state and its adjoint, and
the likelihoods that stand on them.
"""
