"""What a report says of arms, rates, waits, categories and normal samples: what was counted, and one parameter each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools import figures
from stattools.inference.fits.fit import Fit
from stattools.models.samples.arms import SampleModel
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms
from stattools.reporting.document import Block, Figure, Math, Paragraph, Table, code
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent

MOST = 30
"""So many arms are listed, and drawn."""

LABELS = {
    "wald": "Wald",
    "wilson": "Wilson (score)",
    "score": "score",
    "likelihood-ratio": "likelihood ratio",
    "profile": "profile likelihood",
    "clopper-pearson": "Clopper–Pearson",
    "exact": "exact",
    "mid-p": "mid-p",
    "fisher": "Fisher (atanh)",
}
PREFERRED = ("wilson", "likelihood-ratio", "profile", "score", "wald")
"""The kind of interval that several parameters are shown with: the first that the model has."""


def question(model: SampleModel) -> str:
    """What the model asks of its data."""
    said = SAID[model.kind]
    if said.categories:
        return f"How probable is each of {count(len(model.names))} categories?"
    arms = "" if _arms(model) == 1 else f" in each of {count(_arms(model))} arms"
    return f"What is the {said.what}{arms}, after {model.counted}?"


def named(model: SampleModel) -> str:
    """The model as a title."""
    return f"{model.title}: {model.counted}"


def facts(model: SampleModel) -> dict[str, str]:
    """What was counted."""
    return {"counted": model.counted}


def likelihood(model: SampleModel) -> tuple[Block, ...]:
    """The probability of the data given the parameters."""
    said = SAID[model.kind]
    words, formula = said.written(model)
    several = "" if said.categories or _arms(model) == 1 else " Arms are independent: their log-likelihoods add."
    return Paragraph(words + several), Math(formula)


def formula(fit: Fit) -> str:
    """The formula of the estimate."""
    return f"The formula: {SAID[fit.model.kind].rule(fit.model)}."


def estimates(fit: Fit) -> tuple[Block, ...]:
    """Every kind of interval of one parameter, or every parameter with one kind of interval."""
    level, shown = percent(fit.level), min(len(fit.names), MOST)
    if len(fit.names) == 1:
        ends = {kind: _ends(fit, kind) for kind in fit.kinds if kind in LABELS}
        if "wilson" in ends:
            ends.pop("score", None)
        places = decimals(_spread(fit, *ends[_kind(fit)])[0])
        estimate = Paragraph(
            f"{code(fit.names[0])} = {number(float(fit.estimate[0]), places)}, with standard error "
            f"{number(float(fit.se[0]), places)}."
        )
        cells = [(LABELS[kind], number(low[0], places), number(high[0], places)) for kind, (low, high) in ends.items()]
        return estimate, Table((f"{level} interval", "lower", "upper"), tuple(cells), "lrr")
    low, high = _ends(fit, _kind(fit))
    spread, rows = _spread(fit, low, high), []
    for i in range(shown):
        places = decimals(spread[i])
        values = (float(fit.estimate[i]), float(fit.se[i]), low[i], high[i])
        rows.append((code(fit.names[i]), *(number(value, places) for value in values)))
    head = ("parameter", "estimate", "standard error", f"{level} {LABELS[_kind(fit)]} interval: lower", "upper")
    more = len(fit.names) - shown
    return Table(head, tuple(rows), "lrrrr"), *([Paragraph(f"and {more} more.")] if more else [])


def in_numbers(fit: Fit) -> str:
    """Log-likelihood and criteria."""
    bic = f", BIC {fit.bic:.2f}" if np.isfinite(fit.bic) else ""
    return f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}{bic}."


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """The arms side by side, where there are several."""
    arms, what = _arms(fit.model), SAID[fit.model.kind].what
    if not 1 < arms <= MOST:
        return ()
    low, high = _ends(fit, _kind(fit))
    names = [figures.plain(name) for name in fit.names[:arms]]
    return (
        Figure(
            "arms",
            lambda: figures.coefficients(
                names, fit.estimate[:arms], low[:arms], high[:arms], xlabel=f"{what}, {percent(fit.level)} interval"
            ),
            alt=f"Estimated {what} with its {percent(fit.level)} {LABELS[_kind(fit)]} interval, {arms} side by side",
            caption=f"One line each: the estimate and its {percent(fit.level)} interval. Intervals of two arms that "
            "overlap may still belong to arms that differ.",
        ),
    )


def conclusion(fit: Fit, checked: str) -> str:
    """The parameter, or the largest of them, with its interval."""
    arms, what = _arms(fit.model), SAID[fit.model.kind].what
    several = arms > 1
    first = int(np.argmax(fit.estimate[:arms])) if several else 0
    low, high = _ends(fit, _kind(fit))
    places = decimals(_spread(fit, low, high)[first])
    value = f"{number(float(fit.estimate[first]), places)}"
    ends = f"({percent(fit.level)} {LABELS[_kind(fit)]} interval {between(low[first], high[first], places)})"
    if several:
        return f"The highest {what} of {arms} is that of {code(fit.names[first])}, {value} {ends}{checked}."
    return f"From {fit.model.counted}, the {what} is estimated as {value} {ends}{checked}."


def _arms(model: SampleModel) -> int:
    """How many parameters stand side by side: one per arm or category."""
    return model.shape[0] if model.shape else 1


def _kind(fit: Fit) -> str:
    return next(kind for kind in SAID[fit.model.kind].preferred if kind in fit.kinds)


def _ends(fit: Fit, kind: str) -> tuple[list[float], list[float]]:
    lower, upper = fit.interval(kind=kind)
    return np.atleast_1d(lower).tolist(), np.atleast_1d(upper).tolist()


def _spread(fit: Fit, low: list[float], high: list[float]) -> list[float]:
    """The standard error, or a quarter of the interval where it is 0 at an edge."""
    width = np.subtract(high, low) / 4.0
    return np.where(fit.se > 0, fit.se, width).tolist()


def _binomial(model: BinomialArms | BernoulliTrials) -> tuple[str, str]:
    if model.observed == "coin":
        return (
            "In arm $j$ each flip is 1 with probability $\\theta_j$; there were $k_j$ ones in $n_j$ flips, in order.",
            r"\ell(\theta) = \sum_{j} k_j \log \theta_j + (n_j - k_j) \log(1 - \theta_j)",
        )
    return (
        "In arm $j$ each trial is a success with probability $\\theta_j$; there were $k_j$ in $n_j$ trials.",
        r"\ell(\theta) = \sum_{j} \log \binom{n_j}{k_j} + k_j \log \theta_j + (n_j - k_j) \log(1 - \theta_j)",
    )


def _waits(model: SampleModel) -> tuple[str, str]:
    return (
        "Trials that succeed with probability $\\theta$ go on until $r_i$ successes were seen; $f_i$ of them failed.",
        r"\ell(\theta) = \sum_{i} \log \binom{f_i + r_i - 1}{f_i} + r_i \log \theta + f_i \log(1 - \theta)",
    )


def _poisson(model: SampleModel) -> tuple[str, str]:
    return (
        "The count $y_i$ in an exposure $e_i$ is Poisson with mean $\\lambda e_i$.",
        r"\ell(\lambda) = \sum_{i} y_i \log(\lambda e_i) - \lambda e_i - \log(y_i!)",
    )


def _exponential(model: SampleModel) -> tuple[str, str]:
    return (
        "Each waiting time is exponential with rate $\\lambda$; $d$ of them ended, and $T$ is the total of all.",
        r"\ell(\lambda) = d \log \lambda - \lambda T",
    )


def _normal(model: NormalSample) -> tuple[str, str]:
    known = "known" if model.sd is not None else "unknown"
    sigma = r"\sigma_i" if model.sd is not None else r"\sigma"
    return (
        f"Each measurement $y_i$ is normal around the mean $\\mu$, with a standard deviation that is {known}.",
        rf"\ell = - \frac{{n}}{{2}} \log 2 \pi - \sum_{{i}} \frac{{(y_i - \mu)^2}}{{2 {sigma}^2}} + \log {sigma}",
    )


def _multinomial(model: SampleModel) -> tuple[str, str]:
    words, formula = _categories(model)
    return words, formula.replace("= ", r"= \log \frac{n!}{\prod_{k} y_k!} + ", 1)


def _categories(model: SampleModel) -> tuple[str, str]:
    return (
        "Each observation falls into category $k$ with probability $\\theta_k$; $y_k$ of $n$ did.",
        r"\ell(\theta) = \sum_{k} y_k \log \theta_k",
    )


def _tables(model: SampleModel) -> tuple[str, str]:
    words = (
        "Given the margins of a table, the probability of its first cell $a$, in row 1 of $m_1$ and column 1 of $s$ "
        "out of $m_1 + m_2$, depends on the log odds ratio $\\theta$ alone; tables are independent."
    )
    above = r"\binom{m_1}{a} \binom{m_2}{s - a} e^{\theta a}"
    below = r"\sum_{k} \binom{m_1}{k} \binom{m_2}{s - k} e^{\theta k}"
    return words, rf"\ell(\theta) = \sum \log \frac{{{above}}}{{{below}}}"


def _pairs(model: SampleModel) -> tuple[str, str]:
    words = (
        "Rows are bivariate normal with correlation $\\rho$; the means and standard deviations are at their best for "
        "each $\\rho$, and $r$ is the correlation of the rows."
    )
    return words, r"\ell(\rho) = \mathrm{constant} + n \left( \frac{1}{2} \log(1 - \rho^2) - \log(1 - r \rho) \right)"


@dataclass(frozen=True)
class Said:
    """What the parameter of a kind of sample is, the rule of its maximum and its likelihood, from a model, which
    intervals are shown first, and whether there is a parameter for each category, not for each arm.
    """

    what: str
    rule: Callable[[Any], str]
    written: Callable[[Any], tuple[str, str]]
    preferred: tuple[str, ...] = PREFERRED
    categories: bool = False


def _mean(model: NormalSample) -> str:
    if model.sd is not None:
        return "the means, weighted by the known precisions"
    return "the means, and the root mean squared deviations from them"


_WAITS = Said("probability of a success", lambda model: "successes over trials", _waits)

SAID = {
    "binomial arms": Said("probability of a success", lambda model: "successes over trials, arm by arm", _binomial),
    "geometric": _WAITS,
    "pascal": _WAITS,
    "poisson rate": Said("rate of events", lambda model: "events over exposure", _poisson),
    "exponential rate": Said(
        "rate of events", lambda model: "times that ended over the total time", _exponential, ("likelihood-ratio",)
    ),
    "normal": Said("mean", _mean, _normal),
    "odds ratio": Said("log odds ratio", lambda model: "the count has the mean that was seen", _tables, ("exact",)),
    "correlation": Said("correlation", lambda model: "the correlation of the rows", _pairs, ("fisher",)),
    "multinomial": Said("probability", lambda model: "the observed shares", _multinomial, categories=True),
    "categories": Said("probability", lambda model: "the observed shares", _categories, categories=True),
}
"""What is said of each kind of sample."""
