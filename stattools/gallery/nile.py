"""The flow of the Nile: a local level, its gain over time, a forecast, diagnostics, and what a dam did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.fits.fit import SeriesFit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences, state_space
from stattools.reporting.document import Block, Document, Figure, Math, Paragraph, Section, Table, code
from stattools.reporting.tables import between, chance, decimals, number
from stattools.text.columns import percent

DAM = 1899
"""The year in which the building of the first dam at Aswan began."""
STEPS = 10
"""Years of forecast."""
CONVENTIONS = {
    "diffuse": "n - 1 terms of log 2 pi: the density of the differences. This report and Durbin and Koopman",
    "diffuse, with constant": "n terms; statsmodels with `use_exact_diffuse=True`",
    "large variance": "the first level is normal with variance 10,000,000, all terms counted",
    "burned": "variance 1,000,000, the first term left out; what statsmodels does by default",
}


def document() -> Document:
    """The report."""
    flow = volumes()
    fit = st.fit(st.local_level(flow))
    check: Any = st.validate(fit)
    dam = st.fit(st.local_level(flow, X=(np.asarray(flow.index) >= DAM) * 1.0, names=["dam"]))
    return Document(
        "How much water does the Nile carry? A level that moves, seen with noise",
        (
            sections.answer(_conclusion(fit, dam)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            Section("Likelihood", (*sections.likelihood(fit.model).blocks, *_conventions(fit))),
            sections.maximum(fit),
            Section("Level and forecast", _level(fit)),
            Section("The gain over time", _gain(fit)),
            Section("Do the errors look as the model says?", _errors(fit)),
            Section("What the dam did", _dam(fit, dam)),
            sections.validation(check),
            sections.provenance([fit.model], command=command("nile")),
        ),
    )


ASKED = (
    "The volume of the Nile at Aswan was written down every year for a century. Each value is a level, which drifts, "
    "and what a single year adds to it. How much of each? Where is the level now, and what will the next years bring?"
)

SOURCE = (
    "The series is the annual volume in 1871 to 1970, in 100 million cubic meters, of Cobb, Biometrika 65 (1978), as "
    "statsmodels ships it (`statsmodels.datasets.nile`). It is the running example of Durbin and Koopman, Time Series "
    "Analysis by State Space Methods (2012)."
)


def volumes() -> pd.Series:
    """Annual volume of the Nile, by year."""
    data = shipped("nile")
    return pd.Series(data["volume"].to_numpy(), index=data["year"].astype(int).to_numpy(), name="volume")


def _conventions(fit: SeriesFit) -> tuple[Block, ...]:
    values = st.loglik_conventions(fit.model, fit.estimate)
    rows = [(name, number(value, 4), CONVENTIONS[name]) for name, value in values.items()]
    return (
        Paragraph("Four log-likelihoods are in use for a series whose start is unknown. At the estimates they are"),
        Table(("convention", "log-likelihood", "what is counted"), tuple(rows), "lrl"),
        Paragraph("They must not be mixed: a comparison of models needs one of them for all."),
    )


def _level(fit: SeriesFit) -> tuple[Block, ...]:
    states, ahead = fit.states(), fit.forecast(STEPS)
    spread = np.sqrt(states["variance"].to_numpy())
    rows = ahead.to_dict("records")
    first, last = rows[0], rows[-1]
    return (
        Paragraph(
            "The smoothed level uses the whole century for each year. It is known best in the middle (standard "
            f"deviation {number(float(spread.min()), 1)}) and worst at the ends "
            f"({number(float(spread.max()), 1)}), where data stand on one side only."
        ),
        state_space.level(fit, steps=STEPS),
        Paragraph(
            f"A level that is as likely to rise as to fall has the same forecast for every year, "
            f"{number(float(first['mean']), 1)}; what grows is its interval, from "
            f"{between(float(first['lower']), float(first['upper']), 0)} in {int(first['time'])} to "
            f"{between(float(last['lower']), float(last['upper']), 0)} in {int(last['time'])} ({percent(fit.level)})."
        ),
    )


def _gain(fit: SeriesFit) -> tuple[Block, ...]:
    frame = fit.innovations()
    gain = frame["gain"].to_numpy()
    ratio = float(fit.estimate[1] / fit.estimate[0])
    limit = 0.5 * (np.sqrt(ratio * ratio + 4.0 * ratio) - ratio)
    level, worst = 0.0, 0.0
    filtered = fit.states(kind="filtered")["mean"].to_numpy()
    for weight, value, mean in zip(gain, fit.model.y, filtered, strict=True):
        level += weight * (value - level)
        worst = max(worst, abs(level - mean))
    settled = int(np.argmax(np.abs(gain / limit - 1.0) < 0.01))
    shown = 30
    return (
        Paragraph(
            "As the years come in, the level moves by a share of each forecast error, the gain of the Kalman filter. "
            "It is an exponential filter whose weight changes in time:"
        ),
        Math(r"m_t = m_{t-1} + w_t (y_t - m_{t-1})"),
        Figure(
            "gain",
            lambda: figures.gain(frame["time"].to_numpy()[:shown], gain[:shown], limit=float(limit)),
            alt=f"The gain falls from 1 in the first year to its limit {limit:.3f}",
            caption="The first value has all the weight, the second about half; then the gain settles.",
        ),
        Paragraph(
            f"After {settled} years the gain is within 1 % of its limit, which the ratio of the variances $\\lambda = "
            f"{ratio:.4f}$ fixes: $w = (\\sqrt{{\\lambda^2 + 4 \\lambda}} - \\lambda) / 2 = {limit:.4f}$. That is "
            "simple exponential smoothing. The recurrence above with these weights gives the filtered level "
            + ("to round-off." if worst < 1e-9 else f"to {worst:.1g}.")
        ),
    )


def _errors(fit: SeriesFit) -> tuple[Block, ...]:
    rows, words = [], []
    for row in fit.diagnostics().to_dict("records"):
        rows.append((row["test"], row["df"], number(row["statistic"], 3), chance(float(row["p_value"]))))
        words.append(float(row["p_value"]))
    verdict = (
        "None of the three tests rejects the model."
        if min(words) > 0.05
        else f"The smallest p-value is {chance(min(words))}: the model misses something."
    )
    return (
        Paragraph(
            "Each year the model predicts the next. If it holds, the errors of these predictions, divided by their "
            "standard deviations, are independent standard normal numbers."
        ),
        state_space.innovations(fit),
        Table(("test", "degrees of freedom", "statistic", "p-value"), tuple(rows), "lrrr"),
        Paragraph(verdict),
    )


def _dam(fit: SeriesFit, dam: SeriesFit) -> tuple[Block, ...]:
    row = dam.table().set_index("term").loc["beta.dam"]
    places = decimals(float(row["se"]))
    still = "sigma2.level" in dam.boundary
    told = (
        f"and {code('sigma2.level')} becomes 0, the boundary: with the step there is nothing left for a moving level "
        "to explain."
        if still
        else f"and {code('sigma2.level')} is {float(dam.estimate[1]):.4g} instead of {float(fit.estimate[1]):.4g}."
    )
    gain = dam.loglik - fit.loglik
    return (
        Paragraph(
            f"In {DAM} the building of a dam at Aswan began. A regressor that is 0 before and 1 from then on asks "
            "whether the level fell at once:"
        ),
        sections.estimates(dam),
        Paragraph(
            f"The step is {number(float(row['estimate']), places)} ({percent(dam.level)} Wald interval "
            f"{between(float(row['lower']), float(row['upper']), places)}), {told} The log-likelihood rises by "
            f"{number(gain, 2)} for one parameter more. But {DAM} was chosen after looking at the series, and rainfall "
            "fell at that time too, so that the interval is too sure of itself."
        ),
    )


def _conclusion(fit: SeriesFit, dam: SeriesFit) -> str:
    last = fit.states().iloc[-1]
    row = dam.table().set_index("term").loc["beta.dam"]
    places = decimals(float(row["se"]))
    irregular, level = map(float, fit.estimate)
    told = (
        f"a level that is constant but for a step of {number(float(row['estimate']), places)} in {DAM} has a "
        f"log-likelihood higher by {number(dam.loglik - fit.loglik, 1)}"
    )
    return (
        f"The level of the Nile in 1970 is {number(float(last['mean']), 0)} hundred million cubic meters a year "
        f"({percent(fit.level)} interval {between(float(last['lower']), float(last['upper']), 0)}). A single year "
        f"varies around the level with a standard deviation of {number(irregular**0.5, 0)}, and the level moves from "
        f"year to year with one of {number(level**0.5, 0)}; {told}."
    )
