"""One analysis of one file: the fit, what checks it, and what it is compared with.

Where no maximum exists there is no fit, and `Analysis.failure` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools.cli.guess import Guess
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.fitting.maximum_likelihood import fit as fitted


@dataclass(frozen=True)
class Plan:
    """What is asked for, beside the model."""

    level: float = 0.95
    cov: Any = "information"
    penalty: Any = None
    wants_posterior: bool = False
    prior: Any = None
    seed: int = 0
    validates: bool = True
    draws: int = 1000


@dataclass(frozen=True)
class Analysis:
    """The results; `failure` is why there is no fit, `unchecked` why there is no agreement."""

    model: Any
    chosen: Guess
    fit: Any = None
    agreement: Any = None
    unchecked: str = ""
    posterior: Any = None
    comparison: Any = None
    failure: IdentificationError | None = None

    @property
    def ok(self) -> bool:
        """True where there is a fit, its reference agrees, and draws are to be trusted."""
        agrees = self.agreement is None or self.agreement.ok
        drawn = self.posterior
        trusted = drawn is None or not isinstance(drawn, st.Posterior) or drawn.diagnostics.ok
        return self.failure is None and agrees and trusted


def analyze(
    build: Callable[[str, Any], Any],
    formula: str,
    frame: pd.DataFrame,
    chosen: Guess,
    rivals: Sequence[str],
    plan: Plan,
    advance: Callable[[str], None] = lambda what: None,
) -> Analysis:
    """Fit `build(formula, frame)`, validate it, compare it with the formulas of `rivals`, draw a posterior if asked."""
    advance("fitting")
    model = build(formula, frame)
    options: dict[str, Any] = {"level": plan.level, "cov": plan.cov, "penalty": plan.penalty}
    try:
        fit = fitted(model, **options)
    except IdentificationError as error:
        return Analysis(model, chosen, failure=error)
    agreement, unchecked = None, ""
    if plan.validates:
        advance("comparing with a reference")
        try:
            agreement = st.validate(fit)
        except IncompatibleError as error:
            unchecked = error.message
    comparison = None
    if rivals:
        advance("comparing with other models")
        names = ["this model", *(f"model {number}" for number in range(2, len(rivals) + 2))]
        comparison = compared(build, [formula, *rivals], frame, names, options, first=fit)
    drawn = None
    if plan.wants_posterior:
        advance("drawing from the posterior")
        drawn = st.posterior(model, prior=plan.prior, seed=plan.seed, draws=plan.draws)
    return Analysis(model, chosen, fit, agreement, unchecked, drawn, comparison)


def compared(
    build: Callable[[str, Any], Any],
    formulas: Sequence[str],
    frame: pd.DataFrame,
    names: Sequence[str],
    options: Mapping[str, Any],
    *,
    first: Any = None,
) -> Any:
    """The fits of several formulas to the rows that are complete in all of them, side by side; `first` is that of the
    first one to all of its rows, where it is known.
    """
    models = [build(formula, frame) for formula in formulas]
    rows = _common_rows(models, len(frame))
    if rows is not None:  # a row counts where all models have it
        models = [build(formula, frame.iloc[rows]) for formula in formulas]
    known = [] if first is None or rows is not None else [first]
    fits = known + [fitted(model, **options) for model in models[len(known) :]]
    return st.compare(*fits, names=list(names))


def _common_rows(models: Sequence[Any], n: int) -> Any:
    """Numbers of the rows that are complete in all models; None where each has the same."""
    kept = [np.arange(n) if model.kept is None else np.asarray(model.kept) for model in models]
    if all(np.array_equal(kept[0], other) for other in kept[1:]):
        return None
    return reduce(np.intersect1d, kept)
