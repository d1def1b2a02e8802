"""Penalties: what is added to a log-likelihood so that its maximum exists, or is less extreme.

    Jeffreys: loglik(theta) + log det I(theta) / 2
    Ridge:    loglik(theta) - strength |beta|^2 / 2, beta of several categories about their mean

Source: Firth, "Bias reduction of maximum likelihood estimates" (1993); Heinze & Schemper, "A solution to the problem of
separation in logistic regression" (2002); Hoerl & Kennard (1970).
"""

from stattools.inference.penalties.penalized import NO_SE, Jeffreys, Penalized, Penalty, Ridge, maximize, penalized

__all__ = ["NO_SE", "Jeffreys", "Penalized", "Penalty", "Ridge", "maximize", "penalized"]
