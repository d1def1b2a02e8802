"""Penalties: what is added to a log-likelihood so that its maximum exists, or is less extreme."""

from stattools.inference.penalties.penalized import NO_SE, Jeffreys, Penalized, Penalty, Ridge, maximize, penalized

__all__ = ["NO_SE", "Jeffreys", "Penalized", "Penalty", "Ridge", "maximize", "penalized"]
