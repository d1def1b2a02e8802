"""Fits of regressions with random effects as files have them: no rows, but what is known of each group at the maximum.

kept of each term: N_k and the entries of T_k in theta, the modes of its effects, their covariances given the data, and
how the modes move with theta. Predictions of known and new groups, averages over groups, effects and their intervals
are made of these; profile intervals and tests of variances need the rows.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

from stattools.data.design import Design
from stattools.data.latent_terms import LatentTerms
from stattools.errors import IncompatibleError
from stattools.inference.storage.mixed_fits import Levels, SavedParts
from stattools.inference.storage.unsaved import refuse
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.mixed.marginal import MarginalLikelihood
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.models.model import Model
from stattools.solvers.mixed.marginal_maximum import Integral, MarginalMaximum
from stattools.solvers.solution import Solution


@record
class SavedMarginal(MarginalLikelihood):
    """The likelihood with effects integrated out, without the rows: it knows its parameters, and the effects of groups
    at the maximum.
    """

    names: tuple[str, ...]
    to_fixed: Floats
    to_effects: tuple[Floats, ...]
    known: tuple[tuple[Floats, ...], tuple[Floats, ...]]

    def factors(self, theta: Floats) -> tuple[Floats, ...]:
        """The T_k (q, q)."""
        made, start = [], len(self.to_fixed)
        for back in self.to_effects:
            T, (rows, columns) = np.zeros(back.shape), np.tril_indices(len(back))
            T[rows, columns] = theta[start : start + len(rows)]
            start += len(rows)
            made.append(T)
        return tuple(made)

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes and covariances of the effects of each term, at the maximum."""
        return self.known

    def evaluate(self, *_: Any) -> NoReturn:
        """Refused: it needs the rows."""
        refuse()


@record
class SavedMixedRegression(SavedParts):
    """What a file has of a `MixedRegressionFit`, the model `fixed` without the random parts of its formula among it.

    `designs` and `levels` are of each random part; `theta` is the maximum in the coordinates of the likelihood, which
    has `information` there; `modes`, `spreads` and `slopes` are of each term.
    """

    fixed: Model
    title: str
    formula: str
    columns: tuple[str, ...]
    designs: tuple[Design, ...]
    levels: Levels
    solution: Solution
    covariance: Floats
    level: float
    theta: Floats
    information: Floats
    integral: str
    nodes: int
    error: Floats | None
    existence: str
    parameters: tuple[str, ...]
    to_fixed: Floats
    to_effects: tuple[Floats, ...]
    modes: tuple[Floats, ...]
    spreads: tuple[Floats, ...]
    slopes: tuple[Floats, ...]

    @classmethod
    def of(cls, fit: Any) -> SavedMixedRegression:
        """What is kept of a fit, which may be one that was loaded; IncompatibleError for one with curves."""
        model, found = fit.model, fit.found
        model.require_groups_alone("fit.save")
        if isinstance(model.likelihood, OwnLikelihood):
            raise IncompatibleError(
                f"a fit of {model.title} cannot be saved: its likelihood is made of functions. fit.table() is a frame "
                "to be kept."
            )
        return cls(
            **cls.kept_of(model),
            title=model.title,
            solution=fit.solution,
            covariance=np.asarray(fit.covariance),
            level=fit.level,
            theta=np.asarray(found.at),
            information=np.asarray(found.information),
            integral=found.integral.kind,
            nodes=found.integral.nodes,
            error=found.integral.error,
            existence=fit._existence,
            parameters=tuple(found.marginal.names),
            to_fixed=np.asarray(found.marginal.to_fixed),
            to_effects=tuple(found.marginal.to_effects),
            modes=found.modes,
            spreads=found.spreads,
            slopes=found.mode_slopes,
        )

    @cached_property
    def model(self) -> MixedRegression:
        """The model without its rows."""
        fixed, parts, terms = self.parts
        return MixedRegression(LatentTerms(self.said, parts, terms), fixed, fixed.kind, self.title)

    @cached_property
    def found(self) -> MarginalMaximum:
        """The maximum."""
        one, names = self.solution, self.parameters
        marginal = SavedMarginal(names, self.to_fixed, self.to_effects, (self.modes, self.spreads))
        found = MarginalMaximum(
            self.model, marginal, self.theta, one.loglik, self.information, one.decrement, one.status, one.steps,
            one.trace, Integral(self.integral, self.nodes, self.error),
        )  # fmt: skip
        vars(found)["mode_slopes"] = self.slopes
        return found

    @property
    def fit(self) -> Any:
        """The `MixedRegressionFit` as it was, but for the rows: by its name, since its file imports this one."""
        made, one = import_module("stattools.inference.mixed.mixed_regression_fit").MixedRegressionFit, self.solution
        fit = made(
            self.model, one.estimate, self.covariance, one.loglik, one, 1.0, self.level, found=self.found, cov_kind=None
        )
        vars(fit)["_existence"] = self.existence
        return fit
