"""From diagnostic to conclusion: one table of what a conclusion is drawn from when a diagnostic says so.

Rules with a covariance decide which standard errors a conclusion rests on, the first that applies; the others say what
a conclusion has to tell beside. Each goes by the size of what is wrong: at a million rows everything is significant.
Where a covariance or a penalty was asked for, the conclusion is drawn from that. `docs/checks.md` prints the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.covariance import covariance
from stattools.inference.diagnostics.assumptions import OVERDISPERSION as OVERDISPERSION
from stattools.inference.diagnostics.assumptions import VARIES_FREELY
from stattools.inference.diagnostics.check import LIMITS, NO, Check
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.coefficients import slopes
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.text.columns import number
from stattools.text.markup import pipes

APART = 0.10
"""Standard errors of measurements that are this far from HC3's are not drawn from."""

Checks = Mapping[str, Check]


@dataclass(frozen=True)
class Rule:
    """Where a `diagnostic` of some `outcomes` is `beyond` its limit, the conclusion is `drawn`; `decides` says the
    covariance that it asks for, None where it does not apply. `settles` are the checks that it answers.
    """

    diagnostic: str
    outcomes: str
    beyond: str
    drawn: str
    decides: Callable[[Fit, Checks], str | None] | None = None
    settles: tuple[str, ...] = ()


def with_covariance(fit: Fit, cov: str) -> Fit:
    """The fit of the same maximum with standard errors of another kind."""
    found = covariance(fit.model, fit.estimate, fit.solution.covariance, cov, scale=fit.scale)
    return replace(fit, covariance=found.matrix, cov=found.name, t_df=found.df, cov_kind=cov, degrees=found.degrees)


def hc3_ratios(fit: Fit) -> Floats:
    """HC3's over the fit's own standard errors, of the coefficients of columns."""
    some = [k for k in slopes(fit.model) if k < fit.model.predictor.size_first]
    return (with_covariance(fit, "HC3").se / fit.se)[some]


def _varies(outcome: Outcome, own: bool, cov: str) -> Callable[[Fit, Checks], str | None]:
    def decides(fit: Fit, checks: Checks) -> str | None:
        likelihood, found = fit.model.likelihood, checks.get(OVERDISPERSION)
        applies = likelihood.outcome is outcome and bool(likelihood.others) == own
        return cov if applies and found is not None and found.verdict == NO and found.value > 1.0 else None

    return decides


def _spread(fit: Fit, checks: Checks) -> str | None:
    if fit.model.likelihood.outcome not in VARIES_FREELY:
        return None
    try:
        ratios = hc3_ratios(fit)
    except StattoolsError:  # a row of leverage 1, rows that are not at hand
        return None
    return "HC3" if ratios.size and np.abs(ratios - 1.0).max() > APART else None


_MUCH = f"Pearson / df above {number(LIMITS[OVERDISPERSION].no, 3)}, p < 0.01"
_ANY = "any"

RULES: tuple[Rule, ...] = (
    Rule(
        "overdispersion",
        "counts",
        _MUCH,
        "from quasi standard errors, a negative binomial regression beside",
        _varies(Outcome.COUNT, False, "quasi"),
        (OVERDISPERSION,),
    ),
    Rule(
        "overdispersion",
        "grouped proportions",
        _MUCH,
        "from quasi standard errors",
        _varies(Outcome.TRIALS, False, "quasi"),
        (OVERDISPERSION,),
    ),
    Rule(
        "overdispersion",
        "counts whose family has a dispersion",
        _MUCH,
        "from HC3 standard errors",
        _varies(Outcome.COUNT, True, "HC3"),
        (OVERDISPERSION, "robust errors"),
    ),
    Rule(
        "overdispersion",
        "proportions whose family has a dispersion",
        _MUCH,
        "from HC3 standard errors",
        _varies(Outcome.TRIALS, True, "HC3"),
        (OVERDISPERSION, "robust errors"),
    ),
    Rule(
        "heteroskedasticity",
        "measurements",
        f"HC3 standard error of a column more than {100 * APART:.0f} % from the model's own",
        "from HC3 standard errors",
        _spread,
        ("heteroskedasticity",),
    ),
    Rule(
        "overdispersion",
        "outcomes of 0 and 1, categories",
        "never: single labels cannot vary more than their family says",
        "from the standard errors of the likelihood",
    ),
    Rule(
        "separation",
        "events, groups, categories, counts",
        "a coefficient without a finite maximum",
        "from the finite part: infinite coefficients by name with the end of their interval, the others with both ends",
    ),
    Rule(
        "influence",
        _ANY,
        f"a coefficient moves by more than {number(LIMITS['influence'].look, 3)} standard error without a few rows",
        "with these rows, and told without them",
    ),
    Rule(
        "every other check",
        _ANY,
        'its verdict is "no"',
        "as it is, and the box says what limits it",
    ),
    Rule(
        "a covariance or a penalty that was asked for",
        _ANY,
        "always",
        "from it: no rule above applies",
    ),
)
"""The table; the docs print it."""


def decided(fit: Fit, checks: Checks) -> tuple[Rule, Fit] | None:
    """The first rule that asks for other standard errors, and the fit with them; None where the fit's own stand."""
    if fit.cov != "information" or fit.penalty is not None or not fit.kinds:
        return None
    for rule in RULES:
        cov = rule.decides(fit, checks) if rule.decides is not None else None
        if cov is None:
            continue
        try:
            return rule, with_covariance(fit, cov)
        except StattoolsError:  # refused with a reason that the box then tells as the check
            continue
    return None


def as_markdown() -> str:
    """The table as the documentation prints it."""
    head = ["diagnostic", "outcomes", "where", "the conclusion is drawn"]
    rows = [[rule.diagnostic, rule.outcomes, rule.beyond, rule.drawn] for rule in RULES]
    return pipes([head, *rows], "llll")
