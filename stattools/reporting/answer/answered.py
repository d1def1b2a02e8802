"""What a report says of a fit beside data, likelihood and maximum: the box, the results, and the diagnostics, which are
every check with its verdict and the figures with what the checks say beside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stattools.inference.diagnostics.check import LOOK, NO, OK, Check
from stattools.inference.fits.fit import Fit
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression
from stattools.reporting.answer.basis import Basis, basis_of
from stattools.reporting.answer.box import box
from stattools.reporting.answer.check_words import clause, measured
from stattools.reporting.answer.results import results
from stattools.reporting.document import Block, Box, Figure, Paragraph, Section, Table
from stattools.reporting.tables import count, number, p_said

SHOWN = {
    "residuals": ("heteroskedasticity", "form", "distribution"),
    "calibration": ("calibration", "discrimination"),
    "means": ("link", "form"),
    "frequencies": ("zeros", "overdispersion", "distribution"),
    "coefficients": ("collinearity", "influence"),
}
"""The checks that a figure shows, by its name."""


def diagnosis(basis: Basis, drawn: Sequence[Figure]) -> Section:
    """The table of checks, and the figures of the fit with the verdicts of the checks that they show."""
    model, words = basis.own.model, checked(basis)
    some, n = len(model.rows.sampled.X), len(model.rows.X)
    if some < n and drawn:
        words.append(Paragraph(f"The figures show a sample of {count(some)} of the {count(n)} rows."))
    return Section("Diagnostics", (*words, *(with_verdicts(basis, figure) for figure in drawn)))


def checked(basis: Basis) -> list[Block]:
    """The table of checks, and the names of those that could not be made."""
    unchecked = basis.looked.unchecked
    return [table_of_checks(basis), *([Paragraph(f"Not checked: {', '.join(unchecked)}.")] if unchecked else [])]


def table_of_checks(basis: Basis) -> Table:
    """One row per check, what is not right first."""
    model = basis.own.model
    ordered = sorted(basis.looked.checks, key=lambda one: (NO, LOOK, OK).index(one.verdict))
    rows = [(one.check, _value(one), one.verdict, _told(one, model, basis)) for one in ordered]
    caption = (
        "Verdicts go by the size of the effect on estimates, standard errors and predictions: ok, look, no; p says how "
        "often chance alone makes such a size."
    )
    return Table(("check", "value", "verdict", "what it is"), tuple(rows), "lrll", caption)


def with_verdicts(basis: Basis, figure: Figure) -> Figure:
    """The figure with the verdicts of the checks that it shows at the end of its caption."""
    checks = basis.checks
    said = [f"{name} {checks[name].verdict}" for name in SHOWN.get(figure.name, ()) if name in checks]
    if not said:
        return figure
    return replace(figure, caption=f"{figure.caption} Verdicts: {', '.join(said)}.".strip())


def _told(one: Check, model: Model | CoxRegression, basis: Basis) -> str:
    chance = f" ({p_said(one.p_value)})" if one.p_value is not None else ""
    what = f"{measured(one, model)}{chance}"
    if one.verdict == OK:
        return f"{what}."
    allowed = ", which the conclusion allows for" if one.check in basis.settled else ""
    found = clause(one, model)
    return f"{what}: {found}{allowed}."


def _value(one: Check) -> str:
    return number(round(one.value, 4), 4) if abs(one.value) >= 5e-5 or not one.value else f"{one.value:.0e}"


@dataclass(frozen=True)
class Answered:
    """The `box` at the head of the report, the sections of `results` before the evidence and of `diagnosis` in it;
    `note` stands below the fit.
    """

    box: Box
    results: tuple[Section, ...] = ()
    diagnosis: tuple[Section, ...] = ()
    note: tuple[Paragraph, ...] = ()


def of_regression(fit: Fit, draw: Callable[[Fit], Sequence[Figure]]) -> Answered:
    """The answer of a regression, with the figures that `draw` makes for its diagnostics."""
    basis = basis_of(fit)
    note = ()
    if basis.rule is not None:
        note = (
            Paragraph(
                f"These standard errors are those of the model itself. The answer is drawn from {basis.called} "
                "standard errors instead, for the reason that stands in it."
            ),
        )
    return Answered(box(basis), results(basis), (diagnosis(basis, draw(basis.fit)),), note)
