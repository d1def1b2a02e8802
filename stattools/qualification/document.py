"""The report of a qualification. It prints promises and whether they were kept, so that it reads the same wherever they
are; what was measured beyond them is in the figure and in `--json`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stattools import figures
from stattools.qualification.installation import facts as installation_facts
from stattools.qualification.qualification import Qualification
from stattools.qualification.reading import CheckResult
from stattools.reporting import sections
from stattools.reporting.document import (
    Block,
    Bullets,
    Document,
    Figure,
    Listing,
    Paragraph,
    Section,
    Table,
    literal,
)
from stattools.reporting.provenance import code_version, environment
from stattools.reporting.tables import count, facts

CAP = 15.0
"""Digits drawn; double precision has between 15 and 16."""

TITLES = {
    "accuracy": "Right to the last digits: exact answers",
    "reference": "The same as an independent package",
    "closed form": "The same as formulas and quadrature",
    "derivatives": "Scores against differences",
    "recovery": "Known parameters are found again",
    "coverage": "Intervals hold the truth as often as they say",
    "calibration": "Posteriors are calibrated",
    "draws": "Draws follow the exact posterior",
}
WORDS = {
    "accuracy": "Least squares on data made to be hard. The exact answer to the stored numbers is computed in "
    "whole-number fractions, without round-off, and rounded once.",
    "reference": "Every model that has an independent reference, fitted to data that come with statsmodels. The "
    "variances of its state space models are those at which its own optimizer stopped, hence their fewer digits.",
    "closed form": "Models without such a reference, and exact posteriors: SciPy's distributions, quadrature, and "
    "formulas. The column of log-likelihoods holds the log evidence for posteriors.",
    "derivatives": "Scores written by hand, back-propagation among them, at a random point.",
    "recovery": "Data are simulated from known coefficients and fitted.",
    "coverage": "The share of intervals that hold the truth, by simulation or, for a proportion, by adding up all "
    "outcomes.",
    "calibration": "Parameters drawn from the prior, data given them, the posterior given the data: the posterior "
    "probability below the drawn value must be uniform.",
    "draws": "NUTS on a posterior that is known.",
}


def document(found: Qualification, *, command: str, dated: str | None = None) -> Document:
    """The report; `dated` is printed with the environment if it is given."""
    blocks = [
        Section("Question", (Paragraph(ASKED),)),
        Section("Installation qualification", _installation(found)),
        Section("Operational qualification", _operation(found)),
        *([Section("What failed", (Bullets(tuple(map(literal, found.failures))),))] if found.failures else []),
        sections.conclusion(conclusion(found)),
        _provenance(command, dated),
    ]
    return Document("Is it right? The package against its references", tuple(blocks))


ASKED = (
    "Does stattools, as it is installed here, give right answers? The installation is inspected first (IQ); then every "
    "model is compared with an independent reference, an exact answer or a simulation whose truth is known (OQ). Each "
    "comparison states beforehand how many digits it owes. The verdict on each is pass or fail, and the last line of "
    "this report is the verdict on all. Whether a model suits a particular question (performance qualification) is for "
    "its user to show, with the data at hand: `stattools report`."
)


def conclusion(found: Qualification) -> str:
    """The verdict in a sentence."""
    many = f"{count(len(found.findings))} checks of {len({one.check.model for one in found.findings})} models"
    if found.ok:
        return f"**Pass.** The installation is good, and {many} all kept their promise."
    wrong = len(found.failures)
    return f"**Fail.** Of {many} and {len(found.inspections)} questions about the installation, {wrong} failed."


def _installation(found: Qualification) -> tuple[Block, ...]:
    rows = tuple((one.question, "pass" if one.ok else "**fail**") for one in found.inspections)
    return (Table(("question", "verdict"), rows, "lc"),)


def _operation(found: Qualification) -> tuple[Block, ...]:
    blocks: list[Block] = [
        Paragraph(
            "Digits are agreeing significant digits, the fewest over all numbers of a fit. The tables give the number "
            "that is owed, up to ten, and whether it was reached; the picture gives what was reached on the machine "
            "that wrote this report."
        ),
        _figure(found.findings),
    ]
    for subject, title in TITLES.items():
        some = [one for one in found.findings if one.check.subject == subject]
        if some:
            table = _digits(some) if some[0].check.limit is None else _statistics(some)
            blocks.append(Section(title, (Paragraph(WORDS[subject]), table)))
    return tuple(blocks)


def _digits(findings: Sequence[CheckResult]) -> Table:
    rows = []
    for one in findings:
        check = one.check
        owed = [_owed(found, least) for found, least in zip(one.measured.digits, one.promised, strict=True)]
        rows.append((literal(check.model), literal(check.data), literal(check.reference), *owed, _verdict(one)))
    header = ("model", "data", "against", "digits, estimates", "standard errors", "log-likelihood", "verdict")
    return Table(header, tuple(rows), "lllrrrc")


def _owed(found: float | None, owed: float | None) -> str:
    if found is None:
        return ""
    if owed is not None and found >= owed:
        return f"{owed:.0f} or more"
    return f"{math.floor(found)} of {owed:.0f}" if owed is not None and math.isfinite(found) else "none"


def _statistics(findings: Sequence[CheckResult]) -> Table:
    rows = []
    for one in findings:
        check, value = one.check, one.measured.statistic
        kept = f"at most {check.limit:g}" if one.ok or value is None else f"{value:.3g}, above {check.limit:g}"
        cells = (literal(check.model), literal(check.data), literal(check.reference), literal(check.of), kept)
        rows.append((*cells, _verdict(one)))
    return Table(("model", "data", "against", "statistic", "value", "verdict"), tuple(rows), "llllrc")


def _verdict(one: CheckResult) -> str:
    return "pass" if one.ok else "**fail**"


def _figure(findings: Sequence[CheckResult]) -> Figure:
    counted = [one for one in findings if any(found is not None for found in one.measured.digits)]
    models = list(dict.fromkeys(one.check.model for one in counted))
    digits = {
        label: [_fewest(counted, model, place) for model in models]
        for place, label in enumerate(("estimates", "standard errors", "log-likelihood"))
    }
    return Figure(
        "digits",
        lambda: figures.agreement(models, digits, cap=CAP, xlabel=f"agreeing digits, drawn up to {CAP:.0f}"),
        alt=f"Agreeing digits of estimates, standard errors and log-likelihoods for each of {len(models)} models, the "
        "fewest over all data sets it was checked on: what the tables below promise is reached or exceeded."
        if all(one.ok for one in counted)
        else "Agreeing digits for each model; some are fewer than the tables below promise.",
    )


def _fewest(findings: Sequence[CheckResult], model: str, place: int) -> float:
    values = [one.measured.digits[place] for one in findings if one.check.model == model]
    known = [value for value in values if value is not None]
    return min(known) if known else np.nan


def _provenance(command: str, dated: str | None) -> Section:
    surroundings = environment() | installation_facts() | ({"date": dated} if dated else {})
    return Section(
        "Provenance",
        (
            Paragraph("This command writes the report again, to the same text:"),
            Listing(command, "sh"),
            facts({"stattools": code_version(), "seed": "11 to 13, 21, 22, 31 to 33, 41"}, ("input", "value")),
            facts(surroundings, ("environment", "version")),
        ),
    )
