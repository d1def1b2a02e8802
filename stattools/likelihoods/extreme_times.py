"""Weibull and exponential times that were seen, d = 1, or are longer, d = 0: both kinds at once, with one exponential.

z = (log t - eta_0) / sigma,   H = exp(z)
log L = d (z - log sigma - log t) - H
slopes        (H - d) / sigma,   z (H - d) - d
minus second  H / sigma^2,   (H (z + 1) - d) / sigma,   z (H (z + 1) - d)
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.likelihoods.between import LARGEST
from stattools.likelihoods.errors_of_log_time import FARTHEST
from stattools.likelihoods.likelihood import Terms
from stattools.likelihoods.mean_beside import Together

EXTREME = ("weibull", "exponential")
"""Distributions of times whose logs have errors of the smallest extreme value."""


class ExtremeTimes:
    """What the log-likelihood of each time is made of: `z`, `hazard` H, `seen` d, `precision` 1 / sigma and the logs of
    the scale and of the time, each (n,).
    """

    def __init__(self, location: Floats, log_scale: Floats, time: Floats, seen: Floats) -> None:
        self.log_scale, self.log_time, self.seen = log_scale, np.log(time), seen
        self.precision = np.exp(-log_scale)
        self.z = self.log_time - location
        self.z *= self.precision
        np.clip(self.z, -FARTHEST, FARTHEST, out=self.z)
        self.hazard = np.minimum(self.z, LARGEST)
        np.exp(self.hazard, out=self.hazard)
        self.excess = self.hazard - seen

    def logs(self) -> Floats:
        """The log-likelihood of each time."""
        found = self.z - self.log_scale
        found -= self.log_time
        found *= self.seen
        found -= self.hazard
        return found

    def slopes(self, width: int) -> Floats:
        """Its slopes by eta_0 and, for a width of 2, by the log of the scale: (width, n)."""
        out = np.empty((width, len(self.z)))
        np.multiply(self.excess, self.precision, out=out[0])
        if len(out) > 1:
            np.multiply(self.z, self.excess, out=out[1])
            out[1] -= self.seen
        return out

    def curves(self, width: int) -> Floats:
        """Minus its second derivatives, (width, width, n)."""
        out = np.empty((width * width, len(self.z)))
        np.multiply(self.hazard, self.precision, out=out[0])
        out[0] *= self.precision
        if len(out) > 1:
            bend = self.hazard * self.z
            bend += self.excess
            np.multiply(bend, self.precision, out=out[1])
            out[2] = out[1]
            np.multiply(bend, self.z, out=out[3])
        return out.reshape(width, width, -1)


class SeenOrLonger(Together):
    """A family of times that are computed at once where all were seen or are longer, and nobody entered late; `_apart`
    is for the others.
    """

    distribution: str
    late: bool

    @abstractmethod
    def location_scale(self, eta: ArrayLike) -> tuple[Floats, Floats]:
        """eta_0 and the log of the scale."""

    @abstractmethod
    def _apart(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information of rows of any kind."""

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        found = self._at_once(eta, y)
        if found is None:
            return self._apart(eta, y)
        slopes, curves = found.slopes(self.width), found.curves(self.width)
        if self.width == 1:
            return found.logs(), slopes[0], curves[0, 0]
        return found.logs(), slopes.T, curves.transpose(2, 0, 1)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        found = self._at_once(eta, y)
        return self._apart(eta, y)[0] if found is None else found.logs()

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2), of the exponential (n,)."""
        found = self._at_once(eta, y)
        if found is None:
            return self._apart(eta, y)[1]
        return found.slopes(self.width).T if self.width > 1 else found.slopes(1)[0]

    def _at_once(self, eta: ArrayLike, y: ArrayLike) -> ExtremeTimes | None:
        y = np.asarray(y, dtype=float)
        if self.distribution not in EXTREME or (y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 2 + self.late)):
            return None
        low, high = (y, y) if y.ndim == 1 else (y[:, 0], y[:, 1])
        seen = low == high
        if not (seen | (high == np.inf)).all() or not (low > 0.0).all() or (self.late and (y[..., -1] > 0.0).any()):
            return None
        location, log_scale = self.location_scale(eta)
        if location.shape != low.shape:
            return None
        return ExtremeTimes(location, log_scale, low, seen.astype(float))
