"""What a report says of a fit beside data, likelihood and maximum: the box, the results, the diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stattools.inference.fits.fit import Fit
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.box import box
from stattools.reporting.answer.diagnosis import diagnosis
from stattools.reporting.answer.results import results
from stattools.reporting.document import Box, Figure, Paragraph, Section


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
