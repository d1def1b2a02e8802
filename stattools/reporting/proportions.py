"""What a report says of flips of a coin and of a binomial count: one probability, and every kind of interval of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.plots import coefficients as profile
from stattools.inference.plots.coefficients import KINDS
from stattools.interface.arrays import Floats
from stattools.models.samples.proportions import BernoulliTrials
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, Table
from stattools.reporting.tables import between, count, decimals, number, p_said
from stattools.text.columns import percent


@dataclass(frozen=True)
class TrialWords:
    """What was counted: `one` of them, all of the `ones`, out of `many`; `event` is what has a probability. The
    likelihood is that of one sequence where they are `ordered`, and has the binomial coefficient otherwise.
    """

    one: str
    ones: str
    many: str
    event: str
    ordered: bool = False


WORDS = {
    "coin": TrialWords("1", "ones", "flips", "flip is 1", ordered=True),
    "binomial": TrialWords("success", "successes", "trials", "trial is a success"),
}
"""The words of each kind of proportion."""


def question(model: BernoulliTrials) -> str:
    """What the model asks of its data."""
    words = WORDS[model.kind]
    return f"How probable is a {words.one}, after {count(model.successes)} in {count(model.trials)} {words.many}?"


def named(model: BernoulliTrials) -> str:
    """The model as a title."""
    words = WORDS[model.kind]
    return f"{model.kind.capitalize()}: {int(model.successes):,} {words.ones} in {int(model.trials):,} {words.many}"


def facts(model: BernoulliTrials) -> dict[str, str]:
    """What was counted."""
    words = WORDS[model.kind]
    return {words.many: count(model.trials), words.ones: count(model.successes)}


def likelihood(model: BernoulliTrials) -> tuple[Block, ...]:
    """The probability of the data given that of a success."""
    words, ones, n = WORDS[model.kind], int(model.successes), int(model.trials)
    counted = f"{ones:,} {words.ones} in {n:,} {words.many}, in any order, is"
    ways = rf"\binom{{{n}}}{{{ones}}}"
    which, factor, term = counted, f"{ways} ", rf"\log {ways} + "
    if words.ordered:
        which, factor, term = f"this very sequence, {ones:,} ones and {n - ones:,} zeros in their order, is", "", ""
    return (
        Paragraph(
            f"Each {words.event} with probability $\\theta$, whatever the {words.many} before it. "
            f"The probability of {which}"
        ),
        Math(rf"L(\theta) = {factor}\theta^{{{ones}}} (1 - \theta)^{{{n - ones}}}"),
        Math(rf"\ell(\theta) = {term}{ones} \log \theta + {n - ones} \log(1 - \theta)"),
    )


def formula(fit: Fit) -> str:
    """The formula of the estimate, and its standard error."""
    se = float(fit.se[0])
    return (
        "The formula is the observed share, "
        f"$\\hat\\theta = {int(fit.model.successes)} / {int(fit.model.trials)} = {float(fit.estimate[0]):.6g}$, "
        f"with standard error {number(se, decimals(se))}."
    )


def estimates(fit: Fit) -> tuple[Block, ...]:
    """Every kind of interval."""
    places = decimals(float(fit.se[0]))
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    rows = [(name, *(number(float(end), places) for end in interval)) for name, interval in ends.items()]
    return (Table((f"{percent(fit.level)} interval for $\\theta$", "lower", "upper"), tuple(rows), align="lrr"),)


def in_numbers(fit: Fit) -> str:
    """Log-likelihood, criteria, and the test of one half."""
    statistic, p = fit.table()[["statistic", "p_value"]].iloc[0]
    return (
        f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}. Score test of $\\theta = 1/2$: "
        f"z = {number(float(statistic), 2)}, {p_said(float(p))}."
    )


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """The likelihood as a curve."""
    return (likelihood_curve(fit),)


def likelihood_curve(fit: Fit, name: str = "likelihood") -> Figure:
    """The likelihood of a proportion relative to its maximum, with every kind of interval under it."""
    theta = span(fit.model.successes + 1.0, fit.model.trials - fit.model.successes + 1.0)
    xlabel = f"θ, the probability that a {WORDS[fit.model.kind].event}"
    return figure(name, profile.likelihood_curve(fit, theta=theta, xlabel=xlabel))


def span(a: float, b: float) -> Floats:
    """The part of [0, 1] where Beta(a, b) is not flat, six standard deviations around its mean."""
    mean, sd = a / (a + b), np.sqrt(a * b / (a + b + 1.0)) / (a + b)
    return np.linspace(max(0.0, mean - 6.0 * sd), min(1.0, mean + 6.0 * sd), 501)


def conclusion(fit: Fit, checked: str) -> str:
    """The probability, with its interval."""
    model, (lower, upper) = fit.model, map(float, fit.interval(kind="wilson"))
    places = decimals(float(fit.se[0]))
    return (
        f"From {count(model.successes)} in {count(model.trials)}, the probability that a {WORDS[model.kind].event} is "
        f"estimated as {number(float(fit.estimate[0]), places)} ({percent(fit.level)} Wilson interval "
        f"{between(lower, upper, places)}){checked}."
    )
