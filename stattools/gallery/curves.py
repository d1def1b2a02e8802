"""Engel's law: does the share of food fall as income rises, and along which curve?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.interpolate import BSpline

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.plots.predictions import smooth_curve
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Document, Figure, Paragraph, Section, Table, code
from stattools.reporting.tables import between, count, number, p_said
from stattools.text.columns import percent

FORMULA = "log_food ~ s(log_income)"
NAME = "log_income"
INCOMES = (400.0, 600.0, 1000.0, 1500.0, 2500.0, 8000.0)
"""Incomes in Belgian francs at which the curve is read; the last is beyond the data."""


def document() -> Document:
    """The report."""
    homes = _homes()
    model = st.glm(FORMULA, homes, family="normal")
    fit, line = st.fit(model), st.fit(st.ols("log_food ~ log_income", homes))
    return Document(
        "Engel's law: a curve and its slope",
        (
            sections.answer(_conclusion(fit)),
            sections.question(model, (Paragraph(ASKED), Paragraph(sentences.question(model)))),
            sections.data(model, Paragraph(SOURCE)),
            sections.likelihood(model),
            sections.maximum(fit),
            Section("The curve", _curve(fit)),
            Section("The elasticity is the slope of the curve", _elasticity(fit, line)),
            Section("How much it may bend", _penalties(fit)),
            Section("Validation", _validation(fit, homes)),
            sections.provenance([model], command=command("curves"), seeds=(0,)),
        ),
    )


ASKED = (
    "The poorer a family, the greater the share of its expenses that goes for food: Ernst Engel found it in 1857. On "
    "logarithms the slope of food in income is the elasticity, by how many percent food rises with one percent of "
    "income; his law says that it is below 1. A straight line has one elasticity for all; a curve may have another for "
    "the poor than for the rich."
)
SOURCE = (
    "The households are Belgian working-class families, as statsmodels ships them (`statsmodels.datasets.engel`, from "
    "Koenker and Bassett, 1982): income and expenditure on food, in Belgian francs."
)


def _homes() -> pd.DataFrame:
    """One row per household, with the logarithms of both."""
    homes = shipped("engel")
    return homes.assign(log_income=np.log(homes["income"]), log_food=np.log(homes["foodexp"]))


def _curve(fit: Any) -> tuple[Block, ...]:
    """The curve with both bands, and whether it is flat or straight."""
    rows = []
    for null, said in (("flat", "no effect"), ("line", "a straight line")):
        test = fit.smooth_test(NAME, null)
        rows.append((said, number(test.statistic, 2), p_said(test.p_value)))
    smooth = fit.smooth(NAME)
    return (
        Paragraph(
            f"The curve is a cubic spline of {count(fit.model.smooths[0].k)} coefficients, whose bends cost so much "
            f"that {number(smooth.edf, 2)} degrees of freedom are left, where a straight line has 1. Each value lies "
            f"in the dark band with {percent(fit.level)}; the whole curve lies in the light one, which is "
            f"{number(smooth.critical[0], 2)} standard errors wide to either side."
        ),
        figure("curve", smooth_curve(fit, NAME)),
        Table(("tested against the curve", "likelihood ratio", "p"), tuple(rows), "lrr"),
    )


def _elasticity(fit: st.Fit, line: st.Fit) -> tuple[Block, ...]:
    """The slope with its bands, at some incomes."""
    slope = fit.smooth(NAME, at=np.log(INCOMES)).derivative()
    rows = []
    for income, row in zip(INCOMES, slope.table().to_dict("records"), strict=True):
        ends = between(row["lower_simultaneous"], row["upper_simultaneous"], 2)
        beyond = "beyond the data" if row["beyond"] else ""
        rows.append((count(income), number(row["slope"], 2), number(row["se"], 2), ends, beyond))
    everywhere = fit.smooth(NAME).derivative().table()
    below = everywhere[NAME][everywhere["upper_simultaneous"] < 1.0]
    ends = f"{count(round(float(np.exp(below.min())), -1))} to {count(round(float(np.exp(below.max())), -1))}"
    return (
        Paragraph(
            f"By least squares on a straight line the elasticity is {number(line.estimate[1], 3)} for everybody. The "
            "slope of the curve has bands of its own, made of the same coefficients:"
        ),
        figure("slope", smooth_curve(fit, NAME, kind="slope")),
        Table(
            ("income", "elasticity", "standard error", f"{percent(fit.level)} band, whole curve", ""),
            tuple(rows),
            "rrrrl",
        ),
        Paragraph(
            f"The band of the whole slope lies below 1 from {ends} francs: there Engel's law is shown, of all incomes "
            "in between at once. Beyond the data the curve goes on as a straight line, and nothing but that line says "
            "so: the table marks it."
        ),
    )


def _penalties(fit: Any) -> tuple[Block, ...]:
    """The restricted likelihood along the penalty."""
    found = fit.found
    best = float(np.log(found.profile.theta[0] ** 2))
    logs = best + np.linspace(-8.0, 8.0, 161)
    height = np.array([-0.5 * found.deviance.at(np.array([np.exp(0.5 * one)])).value for one in logs]) - fit.loglik
    penalty = np.log10(fit.smooths()["penalty"].iloc[0]) - (logs - best) / np.log(10.0)
    order = np.argsort(penalty)
    return (
        Paragraph(
            "How much the curve may bend is the penalty, and that is where the restricted likelihood is highest. It "
            "may have several local maxima, of which all are known here: "
            f"{code('fit.local_maxima()')} lists {count(len(fit.local_maxima()))}."
        ),
        Figure(
            "penalty",
            lambda: figures.profile(
                penalty[order],
                height[order],
                cut=-1.92,
                marks={"the fit": float(np.log10(fit.smooths()["penalty"].iloc[0]))},
                xlabel="log10 of the penalty: more bends to the left, a line to the right",
            ),
            alt="The restricted log-likelihood along the penalty, with one maximum",
            caption="To the right it stays where a straight line is: its difference from the maximum is half the "
            "likelihood ratio above.",
        ),
    )


def _validation(fit: st.Fit, homes: pd.DataFrame) -> tuple[Block, ...]:
    """The same curve from SciPy's B-splines and dense matrices, at the penalty of the fit."""
    x, y = homes["log_income"].to_numpy(), homes["log_food"].to_numpy()
    margin, k = 0.001 * np.ptp(x), fit.model.smooths[0].k
    step = (np.ptp(x) + 2.0 * margin) / (k - 3)
    B = BSpline(x.min() - margin + step * np.arange(-3, k + 1), np.eye(k), 3)(x)
    D, row = np.diff(np.eye(k), 2, axis=0), fit.smooths().iloc[0]
    H = B.T @ B + row["penalty"] * D.T @ D
    fitted = B @ np.linalg.solve(H, B.T @ y)
    edf = float(np.trace(np.linalg.solve(H, B.T @ B))) - 1.0
    apart = float(np.abs(fitted - np.asarray(fit.predict())).max()), abs(edf - float(row["edf"]))
    rows = [
        ("fitted values, the largest difference", "less than 1e-8" if apart[0] < 1e-8 else number(apart[0], 8)),
        ("degrees of freedom, the difference", "less than 1e-6" if apart[1] < 1e-6 else number(apart[1], 8)),
    ]
    verdict = "**SciPy agrees**" if apart[0] < 1e-8 and apart[1] < 1e-6 else "**SciPy does not agree**"
    return (
        Paragraph(
            f"{verdict}: the penalized least squares of its B-splines, by dense matrices and without any of the "
            "package's own code, at the penalty of the fit:"
        ),
        Table(("against SciPy", ""), tuple(rows), "ll"),
    )


def _conclusion(fit: st.Fit) -> str:
    slope = fit.smooth(NAME, at=np.log([400.0, 2500.0])).derivative().table()["slope"].tolist()
    flat, line = (fit.smooth_test(NAME, null).p_value for null in ("flat", "line"))
    return (
        f"Food follows income ({p_said(flat)}), and not quite along a straight line on logarithms ({p_said(line)}): "
        f"one percent of income is {number(slope[0], 2)} percent of food at 400 francs and {number(slope[1], 2)} "
        "percent at 2,500. Engel's law holds, and the more so the richer a family is."
    )
