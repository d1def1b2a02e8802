"""Cox's regression: hazards are proportional, and nothing is said of their shape in time.

    h(t | x) = h_0(t) exp(x beta)

The likelihood of beta is the partial one, which is log-concave: `partial_likelihood.py` with Breslow's or Efron's ties,
`exact_ties.py` with exact ones. Columns are centered within strata and brought to unit length, which changes no answer.
Source: Cox, JRSS B 34 (1972), 187-220; Kalbfleisch & Prentice (2002), ch. 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.design import Design, learn
from stattools.data.empty_levels import said
from stattools.data.formula.formula import Formula
from stattools.data.survival_rows import SurvivalRows
from stattools.data.tables.origin import ARRAYS, Places
from stattools.errors import DomainError
from stattools.interface.arguments import FLOAT64, as_theta
from stattools.interface.arrays import Floats
from stattools.interface.units import finite_loglik, require_sizes
from stattools.models.any_model import AnyModel
from stattools.models.evaluation import Evaluation
from stattools.models.predictors.read_columns import among
from stattools.models.survival.columns_at_risk import centered, columns_at_risk, in_own_units
from stattools.models.survival.exact_ties import ExactTies
from stattools.models.survival.far_points import near
from stattools.models.survival.partial_likelihood import AtPoint
from stattools.models.survival.risk_sets import RiskSets
from stattools.models.survival.third_moments import slope_of_log_determinant
from stattools.models.survival.tied_times import TIES
from stattools.text.one_line import many

KINDS = (*TIES, "exact")


def bound(
    who: str, kind: str, title: str, rows: SurvivalRows, ties: str, made: Any = None, *, coded: bool = False
) -> Any:
    """The model of rows that were read, of the class `made`. With `coded`, the columns of a factor of very many levels
    are kept as codes.
    """
    formula = rows.said.formula
    if () not in formula.terms:
        raise DomainError(
            f"{who} has no intercept that could be left out: it is part of what all rows at risk share. Take the 0 "
            f"off {formula.text!r}."
        )
    if len(formula.terms) == 1:
        raise DomainError(
            f"{who} compares rows, and {formula.text!r} says nothing of them; st.kaplan_meier has curves."
        )
    design, X, _ = learn(formula, rows.columns, rows.rows, {}, rows.weights, coded=coded)
    kept = [k for k, name in enumerate(design.names) if name != "Intercept"]
    sets = sets_of(rows)
    if not sets.m:
        raise DomainError(f"{who}: all rows with an event have weight 0.")
    X: Any = among(X, tuple(kept))
    Z = columns_at_risk(X, sets)
    require_sizes(title, [design.names[k] for k in kept], np.abs(X).max(axis=0))
    model = (made or CoxRegression)(rows, design, X, sets, centered(Z, sets), ties, kind, title)
    if model.exact is not None:
        model.exact.require_cost(len(kept))
    return model


def sets_of(rows: SurvivalRows) -> RiskSets:
    """The risk sets of rows that were read."""
    codes = rows.labels["strata"][0] if "strata" in rows.labels else None
    return RiskSets.of(rows.time, rows.event, rows.entry, rows.weights, codes)


class ProportionalHazards(AnyModel):
    """A partial likelihood of columns, of rows in memory or read in the order of their times."""

    design: Any
    parsed: Any
    is_unconstrained = True
    exponential = "hazard ratio"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(name for name in self.design.names if name != "Intercept")

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms that have a coefficient, which have the names of the coefficients."""
        return self.names

    @property
    def formula(self) -> str:
        """The formula."""
        return self.parsed.text

    @property
    def outcome_name(self) -> str:
        """The outcome as the formula writes it."""
        return self.parsed.outcome.text

    @property
    def start(self) -> Floats:
        """All hazards alike."""
        return np.zeros(len(self.names))

    def loglik(self: Any, theta: ArrayLike) -> float:
        """The partial log-likelihood."""
        return finite_loglik(self.evaluate(theta, 0).loglik, self.title)


@dataclass(frozen=True, eq=False, repr=False)
class CoxRegression(ProportionalHazards):
    """A partial likelihood over risk sets: what `st.cox` returns.

    `X` (n, p) are the columns of the formula but for the intercept, `Z` (p, rows of `sets`) those of the rows that are
    ever at risk, centered within strata, in the coordinates of theta.
    """

    said: SurvivalRows
    design: Design
    X: Floats
    sets: RiskSets
    Z: Floats
    ties: str
    kind: str = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]
    is_partial = True
    is_saved = True

    @property
    def n(self) -> float:
        """Number of rows, repeated by their weights."""
        weights = self.said.weights
        return float(self.said.n if weights is None else weights.sum())

    @property
    def n_dropped(self) -> int:
        """How many rows were left out."""
        return self.said.n_dropped

    @property
    def dropped(self) -> Mapping[str, int]:
        """In how many rows each column was missing."""
        return self.said.dropped

    @property
    def parsed(self) -> Formula:
        """The formula as it was read."""
        return self.said.said.formula

    @property
    def strata(self) -> tuple[Any, ...]:
        """The labels of the strata; () where there is one."""
        return self.said.labels["strata"][1] if "strata" in self.said.labels else ()

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        ways = {"efron": "ties by Efron", "breslow": "ties by Breslow", "exact": "exact ties"}
        said = [ways[self.ties]] if (self.sets.deaths > 1).any() else ["no ties"]
        said += [many(len(self.strata), "stratum").replace("stratums", "strata")] if self.strata else []
        return self.formula, ", ".join(said)

    @property
    def counted(self) -> str:
        """How many rows and events there are, in words."""
        weights = "" if self.said.weights is None else f", standing for {self.n:,.0f} (weights)"
        return f"{many(self.said.n, 'row')}{weights}, {many(self.sets.total, 'event')}"

    @property
    def not_seen(self) -> tuple[str, ...]:
        """Levels of factors that no row has, in words."""
        return said(self.said.empty)

    @property
    def column_sds(self) -> Floats:
        """The standard deviation of each column."""
        sds = np.sqrt(np.average((self.X - self.X.mean(axis=0)) ** 2, axis=0, weights=self.said.weights))
        return np.where(sds > 0.0, sds, 1.0)

    @property
    def places(self) -> Places:
        """Where the rows are in their table."""
        return Places(self.said.n + self.said.n_dropped, self.said.kept, self.said.origin or ARRAYS)

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        rows = self.said
        codes = rows.labels["strata"][0] if "strata" in rows.labels else None
        held = {"time": rows.time, "event": rows.event, "X": self.X, "entry": rows.entry, "weights": rows.weights}
        return {name: values for name, values in (held | {"strata": codes}).items() if values is not None}

    @cached_property
    def exact(self) -> ExactTies | None:
        """The chains of exact ties; None where they are approximated, or where there are none."""
        return ExactTies.of(self.sets) if self.ties == "exact" and (self.sets.deaths > 1).any() else None

    def at(self, theta: ArrayLike) -> AtPoint:
        """What the likelihood is made of at theta; of exact ties what Breslow's would be."""
        return AtPoint(self.sets, self.Z, self._checked(theta) @ self.Z, TIES.get(self.ties, TIES["breslow"]))

    @np.errstate(over="ignore", invalid="ignore")  # a step too long: `is_finite` tells
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        if self.exact is None:
            return near(self.at(theta)).evaluation(order)
        return self.exact.evaluation(self.Z, self._checked(theta) @ self.Z, order)

    def information_slopes(self, theta: ArrayLike, W: Floats) -> Floats:
        """How the trace of W' I W moves with each coefficient, (p,), for ties of Efron or Breslow."""
        return slope_of_log_determinant(near(self.at(theta)), W)

    def standardized(self) -> tuple[CoxRegression, Floats]:
        """The same function of columns of unit length, uncorrelated where they are nearly dependent, and the map back:
        theta = T phi.
        """
        Z, T = in_own_units(self.Z)
        return replace(self, Z=Z), T

    def taken(self, which: NDArray[np.intp], strata: NDArray[np.intp] | None = None) -> CoxRegression:
        """The model of some of the rows, each as often as it is asked for, in other strata where given.

        Raises DomainError where no row with an event is among them.
        """
        said, X = self.said.take(which, strata), self.X[which]
        sets = sets_of(said)
        if not sets.m:
            raise DomainError(f"{self.title}: no row that is left has an event.")
        return replace(self, said=said, X=X, sets=sets, Z=centered(columns_at_risk(X, sets), sets))

    def _checked(self, theta: ArrayLike) -> NDArray[np.float64]:
        at = theta
        if type(at) is not np.ndarray or at.dtype is not FLOAT64:  # not so in the steps of a climb
            at = as_theta(theta, self.title, self.names)
        if at.shape != (len(self.Z),):
            raise DomainError(f"{self.title} has {len(self.Z)} coefficients; got theta of shape {at.shape}.")
        return at
