"""What a conclusion is drawn from: the fit as it is, or with other standard errors where a diagnostic asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.diagnostics.assumptions import OVERDISPERSION as OVERDISPERSION
from stattools.inference.diagnostics.check import LIMITS, LOOK, NO, OK, Check
from stattools.inference.diagnostics.checks import Looked, checks_of
from stattools.inference.effects.averages import Population, population
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit as fitted
from stattools.interface.when_needed import pd
from stattools.likelihoods import NegativeBinomial
from stattools.models.predictor import Linear
from stattools.models.regressions.binding import starting_point
from stattools.reporting.answer.check_words import varied
from stattools.reporting.answer.findings import TermFinding, findings
from stattools.reporting.answer.rules import APART, Rule, decided, hc3_ratios
from stattools.reporting.document import code
from stattools.reporting.tables import number
from stattools.text.columns import percent

ROBUST = "robust errors"
POINTS, MOST_LEVELS = 17, 12
"""Points of a curve; levels of a factor whose means are shown."""


@dataclass(frozen=True, eq=False)
class Basis:
    """The fit `own` that was given, its checks, the `rule` that applied if any, and the `fit` that the conclusion is
    drawn from.
    """

    own: Fit
    fit: Fit
    looked: Looked
    rule: Rule | None = None

    @property
    def checks(self) -> Mapping[str, Check]:
        """The checks by name."""
        return {one.check: one for one in self.looked.checks}

    @property
    def called(self) -> str:
        """What the standard errors of the conclusion are called."""
        return "quasi" if self.fit.cov.startswith("quasi(") else _called(self.fit.cov)

    @cached_property
    def terms(self) -> tuple[TermFinding, ...]:
        """What was found, term by term."""
        return findings(self.fit)

    @cached_property
    def rows(self) -> Population | None:
        """The rows that averages are taken over; None of rows in files, and where there is nothing to average."""
        if not self.own.model.in_memory or not self.own.kinds:
            return None
        try:
            return population(self.own.model)
        except StattoolsError:
            return None

    @cached_property
    def variables(self) -> dict[str, tuple[object, ...] | None]:
        """The variables with their levels, None of a number."""
        return {} if self.rows is None else {name: self.rows.grid_levels(name) for name in self.rows.names}

    def means(self, variable: str) -> pd.DataFrame | None:
        """The adjusted means at the levels of a variable, or along a number; None where the fit refuses them."""
        known = self.__dict__.setdefault("known", {})
        if variable not in known:
            known[variable] = self._means(variable)
        return known[variable]

    def _means(self, variable: str) -> pd.DataFrame | None:
        assert self.rows is not None
        levels = self.variables[variable]
        if levels is None:
            x = np.asarray(self.rows.columns[variable], dtype=float)
            points = np.linspace(x.min(), x.max(), POINTS).tolist()
        else:
            points = list(levels[:MOST_LEVELS])
        try:
            return self.fit.means(variable, values=points)
        except StattoolsError:
            return None

    @cached_property
    def wider(self) -> float:
        """How many times as wide the intervals are as those of the fit that was given, those of quasi likelihood."""
        return float(np.sqrt(self.checks[OVERDISPERSION].value)) if OVERDISPERSION in self.checks else 1.0

    @property
    def settled(self) -> tuple[str, ...]:
        """The checks that the rule answers."""
        if self.rule is None:
            return ()
        robust = self.checks.get(ROBUST)
        quasi = self.fit.cov.startswith("quasi(")
        also = quasi and robust is not None and robust.value <= (1.0 + APART) * self.wider
        return (*self.rule.settles, *([ROBUST] if also else []))

    def with_verdict(self, verdict: str) -> tuple[Check, ...]:
        """The checks with this verdict that the rule does not answer; of the conclusion's own standard errors."""
        rest = (self._beyond(one) for one in self.looked.checks if one.check not in self.settled)
        return tuple(one for one in rest if one.verdict == verdict)

    def _beyond(self, one: Check) -> Check:
        """Standard errors against those that the conclusion is drawn from, which are wider than the fit's own."""
        if one.check != ROBUST or one.verdict == OK or not self.fit.cov.startswith("quasi("):
            return one
        value = one.value / self.wider
        return replace(one, value=value, verdict=NO if value > LIMITS[ROBUST].no else LOOK)

    @property
    def failed(self) -> tuple[Check, ...]:
        """What is wrong, and stays so."""
        return self.with_verdict(NO)

    @property
    def doubtful(self) -> tuple[Check, ...]:
        """What is worth a look."""
        return self.with_verdict(LOOK)

    @property
    def answered(self) -> tuple[Check, ...]:
        """What was wrong, and is allowed for."""
        return tuple(one for one in self.looked.checks if one.verdict != OK and one.check in self.settled)

    @cached_property
    def beside(self) -> Fit | None:
        """The negative binomial regression of overdispersed counts, where it has a maximum."""
        model = self.own.model
        if self.rule is None or model.kind != "poisson" or OVERDISPERSION not in self.rule.settles:
            return None
        likelihood = NegativeBinomial()
        predictor = Linear(model.predictor.columns, likelihood.width, ((),))
        words = {"kind": "negative_binomial", "title": "Negative binomial regression", "likelihood": likelihood}
        try:
            start = starting_point(likelihood, predictor, model.rows.sampled)
            other = replace(model, **words, predictor=predictor, start=start)
            return fitted(other, level=self.own.level)
        except StattoolsError:
            return None

    @property
    def why(self) -> str:
        """The sentence that says how sure the intervals are, and what they rest on."""
        own, level = self.own, percent(self.fit.level)
        if self.rule is None or own.penalty is not None or not own.kinds:
            return resting(own)
        names = ", ".join(one.check for one in self.answered)
        which = f" (check{'s' if len(self.answered) > 1 else ''}: {names})" if names else ""
        if self.fit.cov.startswith("quasi("):
            said = varied(self.checks[OVERDISPERSION], own.model)
            return (
                f"{said[0].upper()}{said[1:]}, so that the {level} intervals are drawn from quasi standard errors, "
                f"{number(self.wider, 1)} times those of the model itself{which}"
            )
        if OVERDISPERSION in self.rule.settles:
            said = varied(self.checks[OVERDISPERSION], own.model)
            return (
                f"{said[0].upper()}{said[1:]}, so that the {level} intervals are drawn from HC3 standard errors{which}"
            )
        ratios = hc3_ratios(own)
        low, high = (f"{percent(round(abs(end - 1.0), 2))}" for end in (ratios.min(), ratios.max()))
        ends = [f"{low} smaller"] if ratios.min() < 1.0 - APART else []
        ends += [f"{high} larger"] if ratios.max() > 1.0 + APART else []
        uneven = f"The spread of {code(own.model.outcome_name)} differs with the columns, so that the"
        return (
            f"{uneven if self.answered else 'The'} {level} intervals are drawn from HC3 standard errors, which hold "
            f"for uneven spread too and are up to {' and '.join(ends)} than those of the model itself{which}"
        )


def resting(fit: Fit) -> str:
    """What the intervals of a fit rest on, with its own standard errors."""
    level = percent(fit.level)
    if not fit.kinds:
        return (
            f"The penalty {_penalty(fit)} holds the estimates near zero, and such estimates have no standard errors: "
            "nothing is said of how sure they are"
        )
    if fit.penalty is not None:
        return f"The {level} intervals come from the likelihood with the penalty {_penalty(fit)}"
    if fit.cov == "information":
        return f"The {level} intervals rest on the standard errors of the model itself"
    return (
        f"The {level} intervals come from {_called(fit.cov)} standard errors, which do not rest on how much the model "
        "says that rows vary"
    )


def _called(cov: str) -> str:
    """A covariance as a sentence calls it."""
    return cov if cov.partition("(")[0] != "Cluster" else f"clustered ({cov.partition('(')[2][:-1]})"


def _penalty(fit: Fit) -> str:
    return "of Jeffreys (Firth)" if "Jeffreys" in repr(fit.penalty) else "of a ridge"


def basis_of(fit: Fit) -> Basis:
    """The checks of a fit of a regression, or of a partial likelihood, and what they make of its conclusion."""
    looked = checks_of(fit)
    partial = fit.model.facts.is_partial  # whose standard errors no rule changes
    found = None if partial else decided(fit, {one.check: one for one in looked.checks})
    return Basis(fit, fit, looked) if found is None else Basis(fit, found[1], looked, found[0])
