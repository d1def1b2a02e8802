"""Arms as people give them, as rows of parameters: of one family, of shapes that go together, with their labels.

A beta arm on the logit scale, t = log(theta / (1 - theta)), for integrals against other arms.

A normal arm, for integrals against other arms; two normal arms in closed form.

E max(D, 0) = sd (phi(z) + z Phi(z)),  z = mean / sd,  D ~ Normal(mean, sd)

A gamma arm on the log scale, for integrals against other arms; two gamma arms in closed form.

    P(X / Y <= q) is a tail of Beta(shape_x, shape_y) at q rate_x / (q rate_x + rate_y),

because rate_x X / (rate_x X + rate_y Y) has that beta distribution.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, expit, log_expit, log_ndtr

from stattools.bayes.conjugate.arms import parameters, plain
from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.normal import Normal
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.distributions.beta import (
    LEAST,
    landmarks,
    log_complement,
    log_density_and_below,
    log_density_of_logit,
    log_of_pair,
    log_tails,
)
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.distributions.gamma import log_density_of_log, tails

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class NormalArm:
    """Normal(mean, sd), one per row, with t = theta from the mean of the first arm in units of the largest sd."""

    mean: Floats
    sd: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[NormalArm], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        unit = np.max([sd for _, sd in parameters], axis=0)
        origin = np.min([mean for mean, _ in parameters], axis=0)
        return [NormalArm((mean - origin) / unit, sd / unit) for mean, sd in parameters], unit

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, 21)."""
        steps = self.sd[:, None] * np.geomspace(1.0, 40.0, 10)
        mean = self.mean[:, None]
        return np.concatenate([mean - steps, mean, mean + steps], axis=1)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        z = (t - self.mean[row]) / self.sd[row]
        return -0.5 * z * z - np.log(self.sd[row]) - HALF_LOG_TWO_PI

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        z = (t - self.mean[row]) / self.sd[row]
        return log_ndtr(z), log_ndtr(-z)

    def log_density_and_below(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log density of t and log P(T <= t)."""
        return self.log_density(t, row), log_ndtr((t - self.mean[row]) / self.sd[row])

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return np.zeros(t.shape)


def expected_gain(mean: Floats, sd: Floats) -> Floats:
    """E max(D, 0) for D ~ Normal(mean, sd).

    For z < 0 it is sd phi(z) (1 - |z| m(|z|)) with Mills' ratio m, to z^2 roundings.

    >>> float(expected_gain(np.array(0.0), np.array(1.0)))  # 1 / sqrt(2 pi)
    0.3989422804014327
    """
    z = mean / sd
    far = np.minimum(np.abs(z), 40.0)  # beyond, the smaller gain underflows
    density = np.where(np.abs(z) < 40.0, np.exp(-0.5 * far**2 - HALF_LOG_TWO_PI), 0.0)
    smaller = sd * density * (1.0 - far * np.sqrt(0.5 * np.pi) * erfcx(far / np.sqrt(2.0)))
    return np.where(z <= 0.0, smaller, mean + smaller)


@dataclass(frozen=True, eq=False)
class GammaArm:
    """Gamma(shape, rate), one per row, with t = log(theta)."""

    shape: Floats
    rate: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[GammaArm], Floats | float]:
        """The arms in units of a power of two near the largest mean, so that t keeps its digits; and that unit."""
        unit = np.exp2(np.round(np.log2(np.max([shape / rate for shape, rate in parameters], axis=0))))
        return [GammaArm(shape, rate * unit) for shape, rate in parameters], unit

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, 21)."""
        shape, steps = self.shape[:, None], np.arange(10.0) / 9.0
        center, width = np.log(shape / self.rate[:, None]), np.minimum(1.0, 1.0 / np.sqrt(shape))
        narrow = shape > 120.0
        left = np.where(narrow, 80.0 * width, 760.0 / shape + 2.0)
        right = np.where(narrow, 80.0 * width, np.log(20.0 + 800.0 / shape) + 1.0)
        steps_left, steps_right = (width * (reach / width) ** steps for reach in (left, right))
        return np.concatenate([center - steps_left, center, center + steps_right], axis=1)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        return log_density_of_log(self._standard(t, row), self.shape[row])

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        return log_gamma_tails(self._standard(t, row), self.shape[row])

    def log_density_and_below(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log density of t and log P(T <= t)."""
        return self.log_density(t, row), self.log_tails(t, row)[0]

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return t

    def _standard(self, t: Floats, row: Rows) -> Floats:
        """log of theta over the arm's mean; beyond exp(600) nothing is left."""
        return np.minimum(t + np.log(self.rate / self.shape)[row], 600.0)


def log_gamma_tails(s: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """log P(X <= shape exp(s)) and log P(X > shape exp(s)), X ~ Gamma(shape, 1), the smaller to full relative accuracy.

    Next to 0, where X may underflow, the tail is x^shape / Gamma(shape + 1); a tail below 1e-290 is the density over
    its slope, to 1e-6.
    """
    s, shape = np.broadcast_arrays(s, shape)
    with np.errstate(under="ignore", divide="ignore"):  # a tail that underflows is replaced below
        x = shape * np.exp(s)
        below, above = log_of_pair(*tails(s, shape))
    if np.any(lost := (np.minimum(below, above) < LEAST) & (x >= 1e-17)):
        pull = np.abs(shape * np.expm1(s))[lost]  # the slope of the log density, far out
        tail = log_density_of_log(s[lost], shape[lost]) - np.log(pull) - np.log1p(x[lost] / pull / pull)
        below[lost], above[lost] = np.where(s[lost] < 0.0, tail, 0.0), np.where(s[lost] < 0.0, 0.0, tail)
    if np.any(end := x < 1e-17):
        below[end] = np.minimum(log_density_of_log(s[end], shape[end]) - np.log(shape[end]), 0.0)
        above[end] = log_complement(below[end])
    return below, above


@dataclass(frozen=True, eq=False)
class BetaArm:
    """Beta(a, b), one per row."""

    a: Floats
    b: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[BetaArm], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        return [BetaArm(a, b) for a, b in parameters], 1.0

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, m)."""
        return landmarks(self.a, self.b)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        x, y = expit(t), expit(-t)
        return log_density_of_logit(x, y, self.a[row], self.b[row], log_expit(t), log_expit(-t))

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        return log_tails(log_expit(t), log_expit(-t), self.a[row], self.b[row])

    def log_density_and_below(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log density of t and log P(T <= t)."""
        return log_density_and_below(t, self.a[row], self.b[row])

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return log_expit(t) + log_expit(-t)


type Arm = BetaArm | GammaArm | NormalArm

type Belief = Beta | Gamma | Normal
"""What is known of one arm, or of one for each entry."""

type Beliefs = Belief | Sequence[Belief] | Mapping[str, Belief] | Mapping[int, Belief]
"""Several arms: a list, a dict with labels, or one posterior whose entries are the arms."""

FAMILIES: dict[type, type[BetaArm | GammaArm | NormalArm]] = {Beta: BetaArm, Gamma: GammaArm, Normal: NormalArm}
"""type of an arm -> the arm on the scale of integration."""

KNOWN = "st.Beta, st.Gamma or st.Normal"


@record
class Arms:
    """Independent arms of one family: two parameters each as arrays (rows,), for entries of a common `shape`."""

    family: type
    parameters: tuple[tuple[Floats, Floats], ...]
    shape: tuple[int, ...]
    names: tuple[Hashable, ...] | None
    """Labels of the arms."""
    entries: tuple[Hashable, ...] | None
    """Labels of the entries, where each arm is itself an array."""

    def together(self) -> tuple[Sequence[Arm], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        return FAMILIES[self.family].together(self.parameters)

    def shaped(self, rows: Floats) -> float | Floats:
        """A float for scalar arms, an array of their shape otherwise; leading axes stay."""
        return plain(np.asarray(rows).reshape((*np.shape(rows)[:-1], *self.shape)))


def several(arms: Beliefs, who: str, *, at_least: int = 2) -> Arms:
    """Arms from a list, a dict with labels, or one posterior whose entries are the arms."""
    if isinstance(arms, Beta | Gamma | Normal):
        return _of_one(arms, who, at_least)
    if isinstance(arms, Mapping):
        names, given = tuple(arms), list(arms.values())
    elif isinstance(arms, Sequence) and not isinstance(arms, str):
        names, given = None, list(arms)
    else:
        raise IncompatibleError(f"{who} needs a list or a dict of arms ({KNOWN}); got {type(arms).__name__}.")
    if len(given) < at_least:
        raise DomainError(f"{who} needs at least {at_least} arms; got {len(given)}.")
    first, *_ = families = [type(arm) for arm in given]
    for family in families:
        if family not in FAMILIES:
            raise IncompatibleError(f"{who} needs arms that are {KNOWN}; got {family.__name__}.")
        if family is not first:
            raise IncompatibleError(
                f"{who} needs arms of one family; got {first.__name__} and {family.__name__}, "
                "which do not measure the same thing."
            )
    values = [np.asarray(value) for arm in given for value in parameters(arm).values()]
    try:
        shaped = np.broadcast_arrays(*values)
    except ValueError:
        shapes = ", ".join(str(value.shape) for value in values[::2])
        raise IncompatibleError(f"{who} needs arms of one shape, or single ones; got shapes {shapes}.") from None
    labelled = [arm.arms for arm in given if arm.arms is not None]
    if any(label != labelled[0] for label in labelled):
        raise IncompatibleError(f"{who} needs arms with the same labels; got {quoted(labelled[0])} and others.")
    flat = [value.astype(float).ravel() for value in shaped]
    pairs = tuple(zip(flat[::2], flat[1::2], strict=True))
    entries = labelled[0] if labelled and shaped[0].ndim == 1 else None
    return Arms(first, pairs, shaped[0].shape, names, entries)


def _of_one(arms: Belief, who: str, at_least: int) -> Arms:
    first, second = map(np.asarray, parameters(arms).values())
    if first.ndim != 1 or len(first) < at_least:
        got = "one number" if first.ndim == 0 else f"shape {first.shape}"
        raise DomainError(
            f"{who} of one posterior needs a row of at least {at_least} arms in it; got {got}. "
            "Give several posteriors as a list or a dict."
        )
    pairs = tuple((first[i : i + 1], second[i : i + 1]) for i in range(len(first)))
    return Arms(type(arms), pairs, (), arms.arms, None)
