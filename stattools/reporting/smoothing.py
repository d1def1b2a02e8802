"""What a report says of exponential smoothing: data, likelihood, figure, and sentences."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from stattools.inference.fits.fit import Fit
from stattools.inference.plots import predictions
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, code
from stattools.reporting.tables import between, count, decimals, number
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.text.columns import percent


def question(model: ExponentialSmoothing) -> str:
    """What the model asks of its series."""
    what = "each new value" if model.design is None else "a new value, as the covariates go,"
    return f"How much does {what} count in the forecast of the next?"


def facts(model: ExponentialSmoothing) -> dict[str, str]:
    """Times, missing values, range."""
    seen = model.y[~model.gap]
    return {
        "times": count(len(model.y)),
        "missing": count(int(model.gap.sum())),
        f"series {code(model.outcome_name)}, range": f"{seen.min():.6g} to {seen.max():.6g}",
    }


def likelihood(model: ExponentialSmoothing) -> tuple[Block, ...]:
    """The one-step forecast errors, and their log-likelihood."""
    weight = r"\log \frac{w}{1 - w} = \beta" if model.design is None else r"\log \frac{w_t}{1 - w_t} = z_t^\top \beta"
    w = "w" if model.design is None and model.fixed is None else "w_t"
    first = (
        "The level before the first time is a parameter."
        if model.free
        else f"The level before the first time is {model.first:.6g}."
    )
    return (
        Paragraph(
            "The forecast of a value is the level before it, and the level moves by a share, the weight, of the error:"
        ),
        Math(
            rf"y_t = l_{{t-1}} + e_t, \qquad l_t = l_{{t-1}} + {w} e_t, \qquad e_t \sim \mathrm{{Normal}}(0, \sigma^2)"
        ),
        *((Math(weight),) if model.fixed is None else ()),
        Paragraph(f"{first} The log-likelihood is that of the errors:"),
        Math(r"\ell = -\frac{n}{2} \log(2 \pi \sigma^2) - \frac{1}{2 \sigma^2} \sum_t e_t^2"),
    )


def weight(fit: Fit) -> tuple[float, float, float]:
    """The constant weight with the ends of its interval, from those of its log odds."""
    lower, upper = np.asarray(fit.interval())[0]
    return float(expit(fit.estimate[0])), float(expit(lower)), float(expit(upper))


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """The series with its levels, and what comes next where that is known."""
    return (figure("levels", predictions.filtered_level(fit)),)


def conclusion(fit: Fit, checked: str) -> str:
    """The weight, or what moves it most."""
    if fit.model.fixed is not None:
        sigma = float(np.exp(fit.estimate[-1]))
        return f"With a weight of {fit.model.fixed:g} the standard deviation of an error is {sigma:.4g}{checked}."
    if fit.model.design is None:
        value, lower, upper = weight(fit)
        places = decimals((upper - lower) / 4)
        return (
            f"A new value counts {number(value, places)} in the forecast of the next ({percent(fit.level)} interval "
            f"{between(lower, upper, places)}), and the past the rest{checked}."
        )
    table = fit.table()
    rows = table[[name != "logit weight: Intercept" and name.startswith("logit weight: ") for name in table["term"]]]
    row = rows.iloc[int(np.argmax(np.abs(rows["statistic"])))] if len(rows) else table.iloc[0]
    places = decimals(float(row["se"]))
    return (
        f"One unit more of {code(row['term'].removeprefix('logit weight: '))} changes the log odds of the weight of a "
        f"new value by {number(row['estimate'], places)} ({percent(fit.level)} Wald interval "
        f"{between(row['lower'], row['upper'], places)}){checked}."
    )
