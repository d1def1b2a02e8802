"""Fits of Cox's regression and of matched sets as files have them: no rows, but the hazard that rows shared.

    kept at each event time t_k of each stratum:   sums up to it of 1 / phi, of 1 / phi^2 and of (m - c) / phi

as in `survival/baseline.py`. Survival, medians and hazard ratios of new rows are made of these with the same numbers as
before; residuals, concordance, profile intervals and tests that climb again need the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from stattools.data.design import Design
from stattools.data.formula.survival_outcome import SurvivalFormula
from stattools.data.survival_rows import SurvivalRows
from stattools.inference.covariance import Satterthwaite
from stattools.inference.penalties import Penalty, Ridge
from stattools.inference.penalties.ridge import no_covariance
from stattools.inference.storage.unsaved import Unsaved
from stattools.inference.survival.baseline import CoxBaseline
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.survival.conditional_logit import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.risk_sets import RiskSets
from stattools.solvers.solution import Solution

MADE = {
    "cox": (CoxRegression, "survival.cox_fit", "CoxFit"),
    "conditional logit": (ConditionalLogit, "fitted", "Fit"),
}
"""By the kind of the model its class, and the class of its fit: by name, since the files of these import this one."""


@record
class SavedCoxFit:
    """What a file has of a fit of Cox's regression, or of matched sets.

    `times`, `strata_of_times` and `deaths` (m,) are the event times, each stratum's from the latest to the earliest,
    the number of its stratum and how many events it has; `hazards`, `squares` (m,) and `means` (p, m) the sums up to
    it; `at_risk` (m,) are those at risk then, rows repeated by their weights. `strata` are the labels of the strata, a
    tuple for each column of `strata_names`, None without. `rows` counts rows, and `weight` rows repeated by their
    weights (None without). `ratio` is the statistic of `fit.overall`; nobody was at risk after `last`.
    """

    kind: str
    title: str
    ties: str
    design: Design
    solution: Solution
    covariance: Floats
    loglik: float
    level: float
    cov: str
    t_df: float | Floats
    penalty: Penalty | None
    degrees: Satterthwaite | None
    ratio: float
    rows: int
    weight: float | None
    n_dropped: int
    dropped: dict[str, int]
    empty: Mapping[str, tuple[Any, ...]]
    strata_names: tuple[str, ...]
    strata: tuple[tuple[Any, ...], ...] | None
    last: float
    center: Floats
    times: Floats
    strata_of_times: Floats
    deaths: Floats
    at_risk: Floats
    hazards: Floats
    squares: Floats
    means: Floats

    @classmethod
    def of(cls, fit: Any) -> SavedCoxFit:
        """What is kept of a fit, which may be one that was loaded."""
        model, sets = fit.model, fit.model.sets
        is_cox = not isinstance(model, ConditionalLogit)
        known = vars(fit).get("_base")  # of matched sets that were loaded
        base = fit._base if is_cox else known or CoxBaseline(model, fit.estimate, fit.covariance)
        said, several = model.said, len(model.said.asked.get("strata", ())) > 1
        return cls(
            model.kind, model.title, model.ties, model.design, fit.solution, fit.covariance, fit.loglik, fit.level,
            fit.cov, fit.t_df, fit.penalty, fit.degrees, fit._ratio if is_cox else 0.0, said.n,
            None if said.weights is None else float(said.weights.sum()), said.n_dropped, dict(said.dropped),
            said.empty,
            said.asked.get("strata", ()),
            tuple(zip(*model.strata, strict=True)) if several else (model.strata,) if model.strata else None,
            base.last, base.center, sets.times, sets.stratum.astype(float), sets.deaths, sets.at_risk, *base.sums,
        )  # fmt: skip

    @cached_property
    def model(self) -> CoxRegression:
        """The model without its rows."""
        n, p = self.rows, len(self.center)
        stratum = self.strata_of_times.astype(np.intp)
        gone: Any = Unsaved((n,))
        weights: Any = None if self.weight is None else Unsaved((n,), (self.weight,))
        X: Any = Unsaved((n, p))
        Z: Any = Unsaved((p, n))
        parsed: Any = self.design.parsed
        columns = self.strata or ((),)
        labels = columns[0] if len(columns) == 1 else tuple(zip(*columns, strict=True))
        said = SurvivalRows(
            SurvivalFormula(parsed, {}), gone, gone, None, weights, {},
            {"strata": (gone, labels)} if labels else {}, gone, self.dropped, self.n_dropped, None, None,
            {"strata": self.strata_names} if labels else {}, self.empty,
        )  # fmt: skip
        first = np.flatnonzero(np.diff(stratum, prepend=-1))
        sets = RiskSets(gone, gone, gone, gone, self.times, stratum, first, gone, None)
        vars(sets).update(deaths=self.deaths, at_risk=self.at_risk)
        return MADE[self.kind][0](said, self.design, X, sets, Z, self.ties, self.kind, self.title)

    @property
    def fit(self) -> Any:
        """The fit as it was, but for the rows."""
        _, home, name = MADE[self.kind]
        made = getattr(import_module(f"stattools.inference.{home}"), name)
        model, theta = self.model, self.solution.estimate
        ridge = self.penalty if isinstance(self.penalty, Ridge) else None
        covariance: Any = self.covariance if ridge is None else no_covariance(model, ridge)
        base = CoxBaseline(model, theta, covariance)
        vars(base).update(center=self.center, sums=(self.hazards, self.squares, self.means), last=self.last)
        fit = made(
            model, theta, covariance, self.loglik, self.solution, 1.0, self.level, self.cov, self.t_df, self.penalty,
            None, self.degrees,
        )  # fmt: skip
        vars(fit).update(_base=base, _ratio=self.ratio)
        return fit
