"""Cox's regression: hazards are proportional, and nothing is said of their shape in time.

    h(t | x) = h_0(t) exp(x beta)

The likelihood of beta is the partial one, which is log-concave: `partial_likelihood.py` with Breslow's or Efron's ties,
`exact_ties.py` with exact ones. Columns are centered within strata and brought to unit length, which changes no answer.

Rows in files are sorted by time, the latest first, and read once for each step. Those at risk at an event are the rows
that were read before it, of which a block of rows needs no more than the sums of r, r x and r x x'. These are carried
as 2 p rows that have them and never have the event: each block is then a partial likelihood by itself, and all of them
add up. The rows of a time that a block ends in wait for the next block. Cost of a step: one read, O(n p^2).
Source: Cox, JRSS B 34 (1972), 187-220; Kalbfleisch & Prentice (2002), ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import from_source
from stattools.data.design.design import Design, learn
from stattools.data.files.scan import Source
from stattools.data.formula.formula import Formula
from stattools.data.formula.parts import survival_formula
from stattools.data.rows.standardization import Standardization, standard_columns
from stattools.data.survival_data import SortedTimes, SurvivalRows
from stattools.data.tables.columns import listing
from stattools.data.tables.table import ARRAYS, Places
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import FLOAT64, Floats
from stattools.interface.units import finite_loglik, require_sizes
from stattools.models.evaluation import Evaluation
from stattools.models.predictor import among
from stattools.models.questions import CONCAVE, AnyModel, ModelFacts, answer_of
from stattools.models.survival.exact_ties import ExactTies
from stattools.models.survival.partial_likelihood import AtPoint, near, parts, slope_of_log_determinant
from stattools.models.survival.risk_sets import TIES, RiskSets
from stattools.numerics.columns import with_levels
from stattools.text.columns import many

LONG = 1e-4
"""Columns whose Gram matrix of unit lengths has at least this reciprocal condition are left as they are."""


def columns_at_risk(X: Any, sets: RiskSets) -> Any:
    """The columns (p, rows of `sets`) of the rows X (n, p); levels that are codes stay so."""
    coded = with_levels(X)
    return np.ascontiguousarray(X[sets.rows].T) if coded is None else coded[sets.rows].T


def centered(Z: Any, sets: RiskSets) -> Any:
    """The columns less their means within strata, which no ratio of hazards depends on; in place. Levels that are codes
    stay zeros and ones.
    """
    if (coded := with_levels(Z.T)) is not None:
        others = centered(np.ascontiguousarray(coded.others.T), sets)
        return replace(coded, others=np.ascontiguousarray(others.T)).T
    first = sets.starts[sets.first]
    counts = np.diff(np.append(first, Z.shape[1]))
    of = np.repeat(np.arange(len(first)), counts)
    for _ in range(2):  # the second time for what round-off left
        means = np.add.reduceat(Z, first, axis=1) / counts
        for part in parts(*Z.shape):
            Z[:, part] -= means if len(first) == 1 else means[:, of[part]]
    return Z


def whitened(Z: Floats) -> Floats:
    """T (p, p) upper triangular with T' Z of unit variance, and uncorrelated where columns are nearly dependent; a
    column that others make keeps its length.
    """
    n = Z.shape[1]
    length = np.sqrt(np.einsum("ij,ij->i", Z, Z) / n)
    length = np.where(length > 0.0, length, 1.0)
    G = (Z @ Z.T) / n / np.outer(length, length)
    if len(G) == 1 or np.linalg.eigvalsh(G)[0] > LONG:
        return np.diag(1.0 / length)
    R = np.linalg.qr((Z / length[:, None]).T, mode="r") / np.sqrt(n)
    size = np.abs(np.diagonal(R))
    if size.min() < 1e-12:
        return np.diag(1.0 / length)
    return np.linalg.solve(R, np.eye(len(R))) / length[:, None]


COX_KINDS = (*TIES, "exact")


def bound(
    who: str, kind: str, title: str, rows: SurvivalRows, ties: str, made: Any = None, *, coded: bool = False
) -> Any:
    """The model of rows that were read, of the class `made`. With `coded`, the columns of a factor of very many levels
    are kept as codes.
    """
    formula = rows.said
    if () not in formula.terms:
        raise DomainError(
            f"{who} has no intercept that could be left out: it is part of what all rows at risk share. Take the 0 "
            f"off {formula.text!r}."
        )
    if len(formula.terms) == 1:
        raise DomainError(
            f"{who} compares rows, and {formula.text!r} says nothing of them; st.kaplan_meier has curves."
        )
    design, X, _ = learn(formula, rows, coded=coded)
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
    return RiskSets.of(rows.time, rows.event, rows.entry, rows.weights, rows.labels.get("strata", (None,))[0])


class ProportionalHazards(AnyModel):
    """A partial likelihood of columns, of rows in memory or read in the order of their times."""

    design: Any
    parsed: Any
    facts = ModelFacts(is_unconstrained=True, exponential="hazard ratio")
    terms = answer_of("names", "The terms that have a coefficient, which have the names of the coefficients.")
    first_terms = answer_of("names", "The terms of the only linear predictor.")
    formula = answer_of("parsed.text", "The formula.")
    outcome_name = answer_of("parsed.outcome.text", "The outcome as the formula writes it.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(name for name in self.design.names if name != "Intercept")

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
    kind: str = field()
    title: str = field()
    event = "event"
    """What happens to a row, in words."""
    facts = replace(ProportionalHazards.facts, is_saved=True, is_partial=True)
    uniqueness = CONCAVE
    parsed = answer_of("said.said", "The formula as it was read.")
    n_dropped = answer_of("said.n_dropped", "How many rows were left out.")
    dropped = answer_of("said.dropped", "In how many rows each column was missing.")

    @property
    def n(self) -> float:
        """Number of rows, repeated by their weights."""
        return float(self.said.n if self.said.weights is None else self.said.weights.sum())

    @property
    def strata(self) -> tuple[object, ...]:
        """The labels of the strata; () where there is one."""
        return self.said.labels.get("strata", (None, ()))[1]

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
        return f"{many(self.said.n, 'row')}{weights}, {many(self.sets.total, self.event)}"

    @property
    def _not_seen(self) -> tuple[str, ...]:
        """Levels of factors that no row has, in words."""
        listed = ", ".join(f"{name} = {listing(levels, 5)}" for name, levels in self.said.empty.items())
        return (f"no row has {listed}",) if listed else ()

    @property
    def column_sds(self) -> Floats:
        """The standard deviation of each column."""
        sds = np.sqrt(np.average((self.X - self.X.mean(axis=0)) ** 2, axis=0, weights=self.said.weights))
        return np.where(sds > 0.0, sds, 1.0)

    @property
    def places(self) -> Places:
        """Where the rows are in their table."""
        return Places(self.said.n + self.said.n_dropped, self.said.kept, self.said.origin or ARRAYS)

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        rows, codes = self.said, self.said.labels.get("strata", (None,))[0]
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

    def standardized(self) -> tuple[CoxRegression, Standardization]:
        """The same function of columns of unit length, uncorrelated where they are nearly dependent, and the map back:
        theta = T phi. Beside levels that are codes each has its own unit, and those of one level are orthogonal.
        """
        X = with_levels(self.Z.T)
        if X is None:
            T = whitened(self.Z)
            return replace(self, Z=T.T @ self.Z), Standardization.whole_block(T)
        own, T = standard_columns(X, None)
        return replace(self, Z=own.T), T

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


SORTED = (
    'Sort the rows once, table.sort_values("{time}", ascending=False).to_parquet(...), the latest first, also across '
    "files."
)


def sorted_cox(formula: str, source: Source, ties: str, weights: object, beside: dict[str, object]) -> SortedCox:
    """The model of rows in files; what they cannot have is refused."""
    who = "st.cox"
    if asked := [f"{name}=" for name, given in beside.items() if given is not None]:
        raise IncompatibleError(
            f"{who} of rows in files has no {', '.join(asked)}: only rows of one stratum stand in one order of time. "
            "Load the columns that are used into memory."
        )
    if ties not in TIES:
        raise IncompatibleError(f"{who} of rows in files has ties='efron' and 'breslow'; got {ties!r}.")
    said = survival_formula(who, formula, source.names, [weights] if isinstance(weights, str) else [])
    if "entry" in said.parts:
        raise IncompatibleError(
            f"{who} of rows in files has no late entry: rows that leave stand in another order than those that join. "
            "Load the columns that are used into memory."
        )
    if () not in said.terms or len(said.terms) == 1:
        raise DomainError(f"{who} needs columns, and no 0: the intercept is part of what all rows at risk share.")
    extras = {} if weights is None else {"weights": weights}
    data = from_source(said, source, extras, {}, ends=SortedTimes(who, said))
    assert data.scanned is not None
    rows = data.scanned.bound(np.asarray(data.outcome, dtype=np.float64), lambda y: y)
    kept = tuple(k for k, name in enumerate(data.design.names) if name != "Intercept")
    X = rows.sampled.X[:, kept]
    sd = X.std(axis=0)
    unit = np.where(sd > 0.0, sd, 1.0)
    return SortedCox(said, data.design, rows, kept, ties, X.mean(axis=0), unit, np.ones(len(kept)), source,
                      data.n_dropped, data.dropped)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class SortedCox(ProportionalHazards):
    """What `st.cox` returns for rows in files: its partial likelihood, a read for each evaluation.

    Columns are less `center`; theta is in units of `scale` of them. `unit` are the standard deviations of a sample.
    """

    said: Formula
    design: Design
    scanned: Any
    kept: tuple[int, ...]
    ties: str
    center: Floats
    unit: Floats
    scale: Floats
    source: Any
    n_dropped: int = field()
    dropped: dict[str, int] = field()
    kind = "cox"
    title = "Cox regression of rows in files"
    facts = replace(ProportionalHazards.facts, has_density=True)
    column_sds = answer_of("unit", "The standard deviation of each column, of a sample.")
    n = answer_of("scanned.n", "Number of rows, repeated by their weights.")
    parsed = answer_of("said", "The formula as it was read.")

    @property
    def n_telling(self) -> float:
        """Number of events, which Schwarz's criterion counts."""
        return float(self.scanned.n_events or 0.0)

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        return self.formula, f"ties by {self.ties.capitalize()}"

    @property
    def counted(self) -> str:
        """How many rows and events there are, in words."""
        return f"{many(len(self.scanned.X), 'row')} in files, {many(self.n_telling, 'event')}"

    @property
    def density(self) -> Any:
        """No posterior has one."""
        raise IncompatibleError(
            f"posterior of {self.title} would read them for each of thousands of densities. Load the columns that are "
            "used into memory, or st.fit, which reads them once a step."
        )

    def standardized(self) -> tuple[SortedCox, Standardization]:
        """This function of columns of unit length, and the map back."""
        return replace(self, scale=self.unit), Standardization.of(self.start, self.unit / self.scale, None)

    @np.errstate(over="ignore", invalid="ignore")  # a step too long: `is_finite` tells
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2), by one read."""
        at = as_theta(theta, self.title, self.names)
        total, carried = None, _carried(np.empty((len(at), 0)), np.empty(0))
        for piece in self._pieces(at):
            now, carried = _step(np.concatenate([carried, piece], axis=1), TIES[self.ties], order)
            if now is not None:
                if not now.is_finite:  # a step too long
                    return Evaluation(-np.inf, reach=now.reach)
                total = now if total is None else total + now
        assert total is not None  # there is an event
        return total

    def _pieces(self, theta: Floats) -> Iterator[Floats]:
        """Blocks of rows, each ending where a time does, (4 + p, n): linear predictor, time, 1 of events, weights, and
        the columns. DomainError where times rise.
        """
        name, waiting, seen = self.said.parts["time"].text, None, 0
        for block in self.scanned.blocks():
            y: Any = block.y
            weight = np.ones(len(y)) if block.weight is None else np.asarray(block.weight)
            Z = ((block.X[:, self.kept] - self.center) / self.scale).T
            part = np.concatenate([[theta @ Z, y[:, 0], np.isfinite(y[:, 1]), weight], Z])
            whole = part if waiting is None else np.concatenate([waiting, part], axis=1)
            time, so_far = whole[1], whole.shape[1] - len(y)
            rises = np.diff(time[so_far:], prepend=time[max(so_far - 1, 0)]) > 0.0
            if rises.any():
                place = seen + int(np.argmax(rises))
                raise DomainError(
                    f"st.cox reads files whose rows are sorted by time, the latest first; {name!r} rises at complete "
                    f"row {place:,}, counted from 0. {SORTED.format(time=name)}"
                )
            seen += len(y)
            last = int(np.searchsorted(-time, -time[-1]))
            waiting = whole[:, last:]
            if last:
                yield whole[:, :last]
        if waiting is not None:
            yield waiting


def _step(rows: Floats, ties: Any, order: int) -> tuple[Evaluation | None, Floats]:
    """What the events of some rows add, and what is carried beyond them."""
    (eta, time, _, weight), Z = rows[:4], rows[4:]
    found, used, died = None, weight > 0.0, rows[2] > 0.0
    if (died & used).any():
        sets = RiskSets.of(time, died, None, weight)
        found = near(AtPoint(sets, np.ascontiguousarray(Z[:, sets.rows]), eta[sets.rows], ties)).evaluation(order)
        found = replace(found, reach=float(np.abs(eta[np.isfinite(time)]).max()))
    return found, _carried(Z[:, used], eta[used] + np.log(weight[used]))


def _carried(Z: Floats, logs: Floats) -> Floats:
    """At most 2 p rows with the sums of r, r x and r x x' of these, r = exp(logs), which have no event at any time."""
    p = len(Z)
    if (n := len(logs)) <= 2 * p:
        return np.concatenate([[logs, np.full(n, np.inf), np.zeros(n), np.ones(n)], Z])
    top = float(logs.max())
    r = np.exp(logs - top)
    whole = float(r.sum())
    mean = Z @ r / whole
    away = Z - mean[:, None]
    size, axes = np.linalg.eigh((away * r) @ away.T / whole)
    arms = axes * np.sqrt(np.maximum(size, 0.0) * p)
    points = np.concatenate([mean[:, None] + arms, mean[:, None] - arms], axis=1)
    return _carried(points, np.full(2 * p, top + np.log(whole / (2 * p))))
