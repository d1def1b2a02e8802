"""What a report says of a state space model: data, likelihood, estimates, figures, and sentences."""

from __future__ import annotations

import numpy as np

from stattools.inference.fits.fit import SeriesFit
from stattools.inference.plots import predictions
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, Table, code
from stattools.reporting.tables import between, count, decimals, number
from stattools.series.statespace.structural import Structural
from stattools.text.columns import percent

SYMBOLS = {
    "sigma2.irregular": r"\sigma^2_{\varepsilon}",
    "sigma2.level": r"\sigma^2_{\xi}",
    "sigma2.trend": r"\sigma^2_{\zeta}",
    "sigma2.seasonal": r"\sigma^2_{\omega}",
}
WALD = "Wald interval on the log scale"


def question(model: Structural) -> str:
    """What the model asks of its series."""
    return f"How did the level of {code(model.outcome_name)} move, and how much of what is seen is noise?"


def facts(model: Structural) -> dict[str, str]:
    """Times, missing values, range, regressors."""
    seen = model.y[model.y == model.y]
    pairs = {"times": count(model.steps), "missing": count(model.steps - model.n)}
    pairs |= {f"series {code(model.outcome_name)}, range": f"{seen.min():.6g} to {seen.max():.6g}"}
    if model.regressors:
        pairs["regressors"] = ", ".join(code(name) for name in model.regressors)
    return pairs


def likelihood(model: Structural) -> tuple[Block, ...]:
    """The components, their variances, and the diffuse log-likelihood."""
    parts = model.components
    seen = r"y_t = \mu_t" + (r" + \gamma_t" if parts.period else "")
    seen += (r" + d t" if model.drift else "") + (r" + x_t^\top \beta" if model.regressors else "")
    level = r"\mu_{t+1} = \mu_t" + (r" + \nu_t" if parts.order == 2 else "")
    level += "" if parts.trend == "smooth" else r" + \xi_t"
    lines = [seen + r" + \varepsilon_t", level]
    if parts.order == 2:
        lines.append(r"\nu_{t+1} = \nu_t" + ("" if parts.trend == "fixed" else r" + \zeta_t"))
    if parts.period:
        lines.append(rf"\sum_{{j=0}}^{{{parts.period - 1}}} \gamma_{{t+1-j}} = \omega_t")
    letters = {"sigma2.irregular": r"\varepsilon_t", "sigma2.level": r"\xi_t", "sigma2.trend": r"\zeta_t"}
    letters["sigma2.seasonal"] = r"\omega_t"
    variances = r", \quad ".join(
        rf"{letters[name]} \sim \mathrm{{Normal}}(0, {SYMBOLS[name]})" for name in model.positive
    )
    named = ", ".join(f"${SYMBOLS[name]}$ is {code(name)}" for name in model.positive)
    return (
        Paragraph(f"The series {code(model.outcome_name)} is a sum of unobserved components:"),
        *(Math(line) for line in lines),
        Math(variances),
        Paragraph(
            f"Here {named}. The {model.diffuse} initial state{'' if model.diffuse == 1 else 's'} "
            f"{'is' if model.diffuse == 1 else 'are'} flat: nothing is assumed of where the series starts. With $w$ "
            "the differences of $y$ that no initial state reaches and $S$ their covariance, which is banded, the "
            f"log-likelihood of {count(model.n)} observed values is"
        ),
        Math(
            rf"\ell = -\frac{{1}}{{2}} \left[ (n - {model.diffuse}) \log 2 \pi + "
            r"\log \det S + w^\top S^{-1} w \right]"
        ),
        Paragraph(
            f"up to a constant that the gaps decide. It leaves out {code('log(2 pi) / 2')} for each flat state, which "
            "other software counts."
        ),
    )


def estimates(fit: SeriesFit) -> tuple[Block, ...]:
    """Variances and coefficients with their intervals; a variance of 0 has none, and what that means."""
    rows = []
    for row in fit.table().to_dict("records"):
        if not np.isfinite(row["se"]):
            rows.append((code(row["term"]), "0", "boundary", "", ""))
            continue
        places = decimals(row["se"])
        rows.append((code(row["term"]), *(number(row[key], places) for key in ("estimate", "se", "lower", "upper"))))
    head = ("parameter", "estimate", "standard error", f"{percent(fit.level)} {WALD}: lower", "upper")
    at_zero = (
        Paragraph(
            f"{code(name)} has no standard error and no Wald interval; the profile likelihood bounds it by "
            f"{upper:.4g} (at {percent(fit.level)})."
        )
        for name, upper in zip(fit.names, fit.interval(kind="profile").upper if fit.boundary else (), strict=False)
        if name in fit.boundary
    )
    return Table(head, tuple(rows), "lrrrr"), *at_zero


def diagnostics(fit: SeriesFit) -> tuple[Figure, ...]:
    """The level against the series, and the one-step errors."""
    return (level(fit), innovations(fit))


def level(fit: SeriesFit, name: str = "level", steps: int | None = None) -> Figure:
    """The smoothed level, and a forecast of some steps, a tenth of the series by default."""
    return figure(name, predictions.smoothed_level(fit, steps=steps))


def innovations(fit: SeriesFit, name: str = "innovations") -> Figure:
    """Standardized one-step errors and their autocorrelations."""
    return figure(name, predictions.innovations(fit))


def conclusion(fit: SeriesFit, checked: str) -> str:
    """One sentence to quote: how much of the movement is noise."""
    model = fit.model
    variances = dict(zip(model.positive, map(float, fit.estimate), strict=False))
    irregular, moves = variances["sigma2.irregular"], {k: v for k, v in variances.items() if k != "sigma2.irregular"}
    what, moved = max(moves.items(), key=lambda pair: pair[1])
    last = fit.states()
    last = last[last["state"] == "level"].iloc[-1]
    places = decimals(float(np.sqrt(last["variance"]))) if last["variance"] > 0 else 3
    ends = between(float(last["lower"]), float(last["upper"]), places)
    return (
        f"In {count(model.n)} values of {code(model.outcome_name)}, the irregular has variance {irregular:.4g} and "
        f"{code(what)} is {moved:.4g}; at the end the level is {number(float(last['mean']), places)} "
        f"({percent(fit.level)} interval {ends}, variances taken as known){checked}."
    )
