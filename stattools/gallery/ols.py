"""Least squares by gradient descent: a step that is too long, one too short, one that adapts; then real data."""

from __future__ import annotations

from typing import Any

import numpy as np

import stattools as st
from stattools import figures
from stattools.errors import ConvergenceError
from stattools.gallery import command
from stattools.inference.certificate import bounded
from stattools.inference.fits.fit import Fit
from stattools.models.model import Model
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.diagnostics import residuals
from stattools.reporting.document import Block, Document, Figure, Listing, Paragraph, Section, Table, code
from stattools.reporting.draws import drawn
from stattools.reporting.tables import between, count, decimals, number, small_said
from stattools.solvers import Solution
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

FIVE_ROWS = {"y": [20, 40, 60, 80, 100], "x1": [1, 5, 7, 9, 11], "x2": [23, 29, 60, 85, 99]}
SEED = 1
TOO_LONG = 0.05
TIGHT = 1e-11
"""The tolerance, in standard errors, that leaves no digit of the comparison to luck."""
SHARE = 0.9
"""The stable fixed step, as a share of the largest stable one."""


def document() -> Document:
    """The report."""
    small_model = st.ols("y ~ x1 + x2", FIVE_ROWS)
    descent = st.fit(small_model, solver=st.GradientDescent(step="barzilai-borwein", tolerance=TIGHT))
    small_check = st.validate(descent)
    engel_fit = st.fit(st.ols("foodexp ~ income", shipped("engel")))
    engel_check = st.validate(engel_fit)
    return Document(
        "Least squares by gradient descent, and what it takes",
        (
            sections.answer(_conclusion(descent, small_check)),
            sections.question(small_model, (Paragraph(ASKED),)),
            sections.data(small_model, _rows()),
            sections.likelihood(small_model),
            _too_long(small_model),
            _fit(descent, st.fit(small_model), small_check),
            _convergence(small_model, descent.solution),
            sections.validation(small_check),
            _households(engel_fit, engel_check),
            _posterior(engel_fit),
            sections.provenance([small_model, engel_fit.model], command=command("ols"), seeds=[SEED]),
        ),
    )


def _posterior(fit: Fit) -> Section:
    """The households as a posterior, by draws and in closed form."""
    posterior = st.posterior(fit.model, method="importance", seed=SEED)
    exact = st.posterior(fit.model, prior=st.NormalInverseGammaRegression.flat())
    slope = fit.names.index("income")
    place = posterior.names.index("income")
    apart = abs(float(posterior.mean[place] - fit.estimate[slope]) / float(fit.se[slope]))
    level = fit.level
    low, high = (float(end) for end in exact.marginal("income").interval(level, kind="eti"))
    wald = fit.interval(level)
    same = max(abs(low - float(wald.lower[slope])), abs(high - float(wald.upper[slope]))) / float(fit.se[slope])
    section = drawn(posterior, "Posterior of the households")
    return Section(
        section.title,
        (
            *section.blocks,
            Paragraph(
                f"The posterior mean of {code('income')} is {'within' if apart < 0.1 else 'not within'} a tenth of a "
                "standard error of the least-squares estimate. With flat priors the posterior has a closed form, and "
                f"its central {percent(level)} interval is the confidence interval of the fit: the ends differ by "
                f"{small_said(same)} standard errors."
            ),
        ),
    )


ASKED = (
    "Gradient descent needs nothing but slopes. Does it find the least-squares coefficients to every printed digit, "
    "and why does a step that looks small blow up? First on five rows, then on 235 households."
)


def _rows() -> Table:
    cells = tuple(tuple(str(value) for value in row) for row in zip(*FIVE_ROWS.values(), strict=True))
    return Table(tuple(code(name) for name in FIVE_ROWS), cells, "rrr")


def largest_step(model: Model) -> float:
    """2 / largest eigenvalue of the information per row: a longer fixed step diverges."""
    return float(2.0 * model.n / np.linalg.eigvalsh(model.evaluate(model.start).information)[-1])


def steepest(model: Model) -> str:
    """The column along which the log-likelihood bends most."""
    direction = np.linalg.eigh(model.evaluate(model.start).information)[1][:, -1]
    return model.names[int(np.argmax(np.abs(direction)))]


def _too_long(model: Model) -> Section:
    try:
        st.fit(model, solver=st.GradientDescent(step=TOO_LONG))
        message = "It converged."
    except ConvergenceError as error:
        message = str(error)
    squares = largest_step(model) / (2.0 * model.n)
    return Section(
        "A step that is too long",
        (
            Paragraph(f"A fixed step of {TOO_LONG} sounds modest. This is what `st.fit` says to it:"),
            Listing(message),
            Paragraph(
                "The limit is set by the direction in which the log-likelihood bends most, which is nearly that of "
                f"{code(steepest(model))}: the largest stable step is {largest_step(model):.3e} on the mean "
                f"log-likelihood with unit scale, or {squares:.3e} on the residual sum of squares, "
                f"{TOO_LONG / largest_step(model):.0f} and {TOO_LONG / squares:,.0f} times shorter than {TOO_LONG}. "
                "A number for a step means nothing without the function that it is a step on."
            ),
        ),
    )


def _fit(descent: Fit, exact: Fit, agreement: Agreement) -> Section:
    reference = agreement.rows["reference"]
    cells = [
        (code(name), f"{ours:.6f}", f"{qr:.6f}", f"{theirs:.6f}")
        for name, ours, qr, theirs in zip(descent.names, descent.estimate, exact.estimate, reference, strict=True)
    ]
    apart = float(np.abs((descent.estimate - exact.estimate) / exact.se).max())
    return Section(
        "Fit",
        (
            Paragraph(sentences.certificate(descent)),
            Table(("term", "gradient descent", "least squares by QR", "statsmodels OLS"), tuple(cells), "lrrr"),
            Paragraph(
                f"Gradient descent and the exact solver are {small_said(apart)} standard errors apart. "
                "With their uncertainty:"
            ),
            sections.estimates(descent),
            Paragraph(
                f"Five rows for three coefficients leave {count(descent.df)} degrees of freedom: the intervals are "
                "wide, and finding the maximum exactly does not make them narrower."
            ),
        ),
    )


def _convergence(model: Model, descent: Solution) -> Section:
    step = SHARE * largest_step(model)
    standardized = SHARE * largest_step(model.standardized()[0])
    runs = {
        "fixed step": attempt(model, step=step),
        "fixed step, columns standardized": attempt(model, step=standardized, standardize=True),
        "Barzilai–Borwein": descent,
    }
    best = max(entry.loglik for run in runs.values() for entry in run.trace)
    traces = {label: gaps(run, best) for label, run in runs.items()}
    raw, scaled, _ = runs.values()
    correlation = np.corrcoef(model.rows.X[:, 1], model.rows.X[:, 2]).flat[1]
    return Section(
        "What a step costs",
        (
            Paragraph(
                f"A fixed step of {percent(SHARE)} of the limit is stable, and much too slow: the two columns have a "
                f"correlation of {correlation:.2f} and different lengths, so that after {raw.steps:,} steps it is "
                f"still {raw.decrement:.1g} standard errors from the maximum. With standardized columns it arrives, "
                f"after {bounded(scaled)}. Barzilai and Borwein (1988) read the step from the last change of "
                f"the slope, and need {bounded(descent)}."
            ),
            Figure(
                "convergence",
                lambda: figures.convergence(
                    traces, xlabel="step (the start is 1)", ylabel="log-likelihood below its maximum"
                ),
                alt="Distance of the log-likelihood from its maximum by step, on log scales: a fixed step barely "
                "moves, Barzilai–Borwein reaches round-off within tens of steps",
                caption="Both axes are logarithmic; a line ends where round-off would be seen, or at the last step.",
            ),
        ),
    )


def attempt(model: Model, **options: Any) -> Solution:
    """Where gradient descent ends with these options, at the maximum or not."""
    try:
        return st.fit(model, solver=st.GradientDescent(**options)).solution
    except ConvergenceError as error:
        if error.solution is None:
            raise
        return error.solution


def gaps(run: Solution, best: float) -> tuple[np.ndarray, np.ndarray]:
    """Some 200 steps, evenly on a log scale, and how far below `best` the log-likelihood is, down to where round-off
    would be seen in a figure.
    """
    step = np.array([entry.step for entry in run.trace])
    gap = best - np.array([entry.loglik for entry in run.trace])
    floor = 1e-8 * (1.0 + abs(best))
    end = int(np.argmax(gap <= floor)) + 1 if (gap <= floor).any() else len(gap)
    shown = np.unique(np.geomspace(1, end, 200).astype(int)) - 1
    return step[shown], np.maximum(gap[shown], floor)


def _households(fit: Fit, agreement: Agreement) -> Section:
    fitted, residual = fit.predict(align=False), fit.residuals_of(align=False)
    upper = fitted > np.median(fitted)
    ratio = float(residual[upper].std() / residual[~upper].std())
    return Section(
        "Real data: food and income",
        (
            Paragraph(
                f"In 1857, {count(fit.n)} Belgian working-class households reported their income and what they spent "
                "on food, in francs a year (`statsmodels.datasets.engel`; Koenker and Bassett 1982). How much of one "
                f"franc more goes to food? {sentences.certificate(fit)}"
            ),
            sections.estimates(fit),
            *_residuals(fit, ratio),
            Paragraph(sentences.verdict(agreement)),
            Paragraph(_in_short(fit)),
        ),
    )


def _residuals(fit: Fit, ratio: float) -> tuple[Block, ...]:
    return (
        residuals(fit),
        Paragraph(
            f"The cloud opens to the right: in the half of the households with the larger fitted values the residuals "
            f"spread {number(ratio, 1)} times as far as in the other. The slope is still that of the mean, but one "
            "standard deviation for all households, which the standard errors rest on, is not what these data show."
        ),
    )


def _conclusion(descent: Fit, agreement: Agreement) -> str:
    values = ", ".join(f"{value:.6f}" for value in descent.estimate[:-1]) + f" and {descent.estimate[-1]:.6f}"
    same = bool((np.abs(agreement.rows["estimate"] - agreement.rows["reference"]) < 5e-7).all())
    return (
        f"Gradient descent with Barzilai–Borwein steps finds the least-squares coefficients {values}"
        f"{', the same as statsmodels in every printed digit' if same else ''}; a fixed step must stay below "
        f"{largest_step(descent.model):.3e} on the mean log-likelihood of these data, or it diverges."
    )


def _in_short(fit: Fit) -> str:
    robust = st.fit(fit.model, cov="HC3")
    row, ratio = robust.table().iloc[1], float(robust.se[1] / fit.se[1])
    places = decimals(float(row["se"]))
    return (
        "HC3 standard errors do not assume equal spread, and that of `income` is "
        f"{number(ratio, 1)} times the one in the table. In short: one franc more of income went with "
        f"{number(row['estimate'], places)} francs more for food ({percent(fit.level)} interval "
        f"{between(row['lower'], row['upper'], places)}, by HC3)."
    )
