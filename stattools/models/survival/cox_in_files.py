"""Cox's regression of rows in files that are sorted by time, the latest first: one read for each step.

Those at risk at an event are the rows that were read before it, so that a block of rows needs of all before it no more
than the sums of r, r x and r x x'. These sums are carried as 2 p rows that have them, which never have the event: each
block is then a partial likelihood by itself, with ties of Efron or Breslow, and all of them add up. The rows of a time
that a block ends in wait for the next block. Cost of a step: one read, O(n p^2), memory of a few blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.dataset import from_source
from stattools.data.design import Design
from stattools.data.formula.formula import Formula
from stattools.data.formula.survival_outcome import SurvivalFormula, survival_formula
from stattools.data.scanned_times import ScannedTimes
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.survival.cox import ProportionalHazards
from stattools.models.survival.far_points import near
from stattools.models.survival.partial_likelihood import AtPoint
from stattools.models.survival.risk_sets import RiskSets
from stattools.models.survival.tied_times import TIES
from stattools.text.one_line import many

SORTED = (
    'Sort the rows once, table.sort_values("{time}", ascending=False).to_parquet(...), the latest first, also across '
    "files."
)


class LaterRows(NamedTuple):
    """Rows that stand for all before: their columns (p, k) and the logarithms of their weights times risks (k,)."""

    Z: Floats
    logs: Floats


class SortedRows(NamedTuple):
    """Some rows whose times are whole: columns (p, n), time, event and weight."""

    Z: Floats
    time: Floats
    died: Any
    weight: Floats


def sorted_cox(formula: str, source: Any, ties: str, weights: Any, beside: dict[str, Any]) -> SortedCox:
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
    if () not in said.formula.terms or len(said.formula.terms) == 1:
        raise DomainError(f"{who} needs columns, and no 0: the intercept is part of what all rows at risk share.")
    extras = {} if weights is None else {"weights": weights}
    data = from_source(said.formula, source, extras, {}, ends=ScannedTimes(who, said))
    assert data.scanned is not None
    rows = data.scanned.bound(np.asarray(data.outcome, dtype=np.float64), lambda y: y)
    if not rows.marginal.n_events:
        raise DomainError(f"{who}: no row of {said.formula.outcome.text} has its event: nothing is known of it.")
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

    said: SurvivalFormula
    design: Design
    scanned: Any
    kept: tuple[int, ...]
    ties: str
    center: Floats
    unit: Floats
    scale: Floats
    source: Any
    n_dropped: int = field()  # type: ignore[assignment]
    dropped: dict[str, int] = field()
    kind = "cox"
    title = "Cox regression of rows in files"

    @property
    def n(self) -> float:
        """Number of rows, repeated by their weights."""
        return self.scanned.n

    @property
    def n_telling(self) -> float:  # type: ignore[override]
        """Number of events, which Schwarz's criterion counts."""
        return float(self.scanned.marginal.n_events or 0.0)

    @property
    def parsed(self) -> Formula:
        """The formula as it was read."""
        return self.said.formula

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        return self.formula, f"ties by {self.ties.capitalize()}"

    @property
    def counted(self) -> str:
        """How many rows and events there are, in words."""
        return f"{many(len(self.scanned.X), 'row')} in files, {many(self.n_telling, 'event')}"

    @property
    def column_sds(self) -> Floats:
        """The standard deviation of each column, of a sample."""
        return self.unit

    @property
    def density(self) -> Any:
        """No posterior has one."""
        raise IncompatibleError(
            f"posterior of {self.title} would read them for each of thousands of densities. Load the columns that are "
            "used into memory, or st.fit, which reads them once a step."
        )

    def standardized(self) -> tuple[SortedCox, Floats]:
        """This function of columns of unit length, and the map back."""
        return replace(self, scale=self.unit), np.diag(self.scale / self.unit)

    @np.errstate(over="ignore", invalid="ignore")  # a step too long: `is_finite` tells
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2), by one read."""
        at = as_theta(theta, self.title, self.names)
        total, carried = None, LaterRows(np.empty((len(at), 0)), np.empty(0))
        for piece in self._pieces():
            now, carried = _step(piece, carried, at, TIES[self.ties], order)
            if now is not None:
                if not now.is_finite:  # a step too long
                    return Evaluation(-np.inf, reach=now.reach)
                total = now if total is None else total + now
        assert total is not None  # there is an event
        return total

    def _pieces(self) -> Iterator[SortedRows]:
        """Blocks of rows, each ending where a time does; DomainError where times rise."""
        name, waiting, seen = self.said.parts["time"].text, None, 0
        for block in self.scanned.blocks():
            y: Any = block.y
            weight = np.ones(len(y)) if block.weight is None else np.asarray(block.weight)
            Z = ((block.X[:, self.kept] - self.center) / self.scale).T
            part = SortedRows(np.ascontiguousarray(Z), y[:, 0], np.isfinite(y[:, 1]), weight)
            before = part.time[0] if waiting is None else waiting.time[-1]
            rises = np.diff(part.time, prepend=before) > 0.0
            if rises.any():
                place = seen + int(np.argmax(rises))
                raise DomainError(
                    f"st.cox reads files whose rows are sorted by time, the latest first; {name!r} rises at complete "
                    f"row {place:,}, counted from 0. {SORTED.format(time=name)}"
                )
            seen += len(y)
            whole = part if waiting is None else _joined(waiting, part)
            last = int(np.searchsorted(-whole.time, -whole.time[-1]))
            waiting = _some(whole, slice(last, None))
            if last:
                yield _some(whole, slice(0, last))
        if waiting is not None:
            yield waiting


def _joined(one: SortedRows, other: SortedRows) -> SortedRows:
    return SortedRows(*(np.concatenate(pair, axis=-1) for pair in zip(one, other, strict=True)))


def _some(piece: SortedRows, which: slice) -> SortedRows:
    return SortedRows(*(part[..., which] for part in piece))


def _step(
    piece: SortedRows, carried: LaterRows, theta: Floats, ties: Any, order: int
) -> tuple[Evaluation | None, LaterRows]:
    """What the events of a piece add, and what is carried beyond it."""
    k = len(carried.logs)
    Z = np.concatenate([carried.Z, piece.Z], axis=1)
    eta = np.concatenate([carried.logs, theta @ piece.Z])
    weight = np.concatenate([np.ones(k), piece.weight])
    found = None
    died = np.concatenate([np.zeros(k, dtype=bool), piece.died])
    if (died & (weight > 0.0)).any():
        sets = RiskSets.of(np.concatenate([np.full(k, np.inf), piece.time]), died, None, weight)
        found = near(AtPoint(sets, np.ascontiguousarray(Z[:, sets.rows]), eta[sets.rows], ties)).evaluation(order)
        found = replace(found, reach=float(np.abs(theta @ piece.Z).max()))
    used = weight > 0.0
    return found, _carried(Z[:, used], eta[used] + np.log(weight[used]))


def _carried(Z: Floats, logs: Floats) -> LaterRows:
    """2 p rows with the sums of r, r x and r x x' of these, r = exp(logs)."""
    p = len(Z)
    if Z.shape[1] <= 2 * p:
        return LaterRows(Z, logs)
    top = float(logs.max())
    r = np.exp(logs - top)
    whole = float(r.sum())
    mean = Z @ r / whole
    away = Z - mean[:, None]
    size, axes = np.linalg.eigh((away * r) @ away.T / whole)
    arms = axes * np.sqrt(np.maximum(size, 0.0) * p)
    points = np.concatenate([mean[:, None] + arms, mean[:, None] - arms], axis=1)
    return LaterRows(points, np.full(2 * p, top + np.log(whole / (2 * p))))
