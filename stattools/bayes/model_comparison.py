"""`compare(*results)`: fits by likelihood ratio and AIC, posteriors by leave-one-out prediction, exact evidence too.

    elpd = sum_i log p(y_i | y_-i)          what a posterior says of a row that it has not seen, by PSIS-LOO
    se of a difference = sqrt(n Var(elpd_i - elpd'_i))

Bayes factors are ratios of evidences and depend on every prior as much as on the data: they are given where the
evidence is exact, for conjugate posteriors, and nowhere else. Source: Vehtari, Gelman & Gabry, Statistics and Computing
27 (2017), 1413-1432; Sivula, Magnusson, Matamoros & Vehtari (2020) for when the error is to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.bayes.conjugate.distribution import Updatable
from stattools.bayes.sampling.draws import Posterior
from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.arviz.datatree import datatree, layout, leave_one_out, rows_said
from stattools.inference.comparison.compare import Comparison
from stattools.inference.comparison.compare import compare as compare_fits
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.hypotheses.nested import describe, difference_in_outcome
from stattools.interface.arguments import are_different, names_of
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    import pandas as pd
    from xarray import DataTree

LARGEST_K = 0.7
FUNCTIONS = (
    "The rows of a function cannot be seen: they are taken to be those of the others, in their order, and its "
    "log-likelihoods to leave no constant out."
)
"""What is said where a user's own function is among the models."""
ROUGH = 100
"""Below this many rows the standard error of a difference is a rough guess."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class PosteriorComparison(Faces):
    """Posteriors of one outcome side by side, best first; made by `st.compare`.

    `pointwise` (models, rows) are log p(y_i | y_-i), None for exact posteriors whose observations do not line up;
    `notes` says what is not to be trusted. `table()` has one row per posterior; `print(comparison)` is a page.
    """

    names: tuple[str, ...]
    rows: pd.DataFrame
    pointwise: Floats | None
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per posterior, best first: posterior, model, formula, elpd, elpd_se, difference (from the best),
        difference_se, and p_loo, pareto_k (the largest), aic of draws, or log_evidence, bayes_factor (to the first
        given) of exact posteriors.
        """
        return self.rows.copy()

    def _headline(self) -> str:
        return headline(self, "", ", ".join(self.rows["posterior"]), f"{len(self.names)} posteriors, best first")

    def _page(self) -> Page:
        exact = "log_evidence" in self.rows
        last = ["log evidence", "Bayes factor"] if exact else ["p_loo", "k-hat", "AIC"]
        places = (
            [("log_evidence", ".3f"), ("bayes_factor", ".4g")] if exact else [("p_loo", ".1f"), ("pareto_k", ".2f")]
        )
        places += [] if exact else [("aic", ".2f")]
        head = ["posterior", "elpd", "se", "difference", "se", *last]
        body = []
        for row in self.rows.to_dict("records"):
            cells = [row["posterior"], *(f"{row[k]:.2f}" for k in ("elpd", "elpd_se", "difference"))]
            cells.append("—" if np.isnan(row["difference_se"]) else f"{row['difference_se']:.2f}")
            body.append([*cells, *("—" if np.isnan(row[k]) else format(row[k], form) for k, form in places)])
        said = "elpd: log predictive density of each row by the posterior of the others, summed; larger is better."
        grid = Grid(head, body, "l" + "r" * (len(head) - 1))
        return Page(grid, "", said, *self.notes)


def compare(*results: Any, names: Sequence[str] | None = None) -> Comparison | PosteriorComparison:
    """Compare two or more fits, or two or more posteriors, of one outcome on the same rows.

    Fits are compared by likelihood ratio where one contains the other, AIC and BIC. Posteriors that were drawn are
    compared by PSIS-LOO with the standard error of each difference, beside the AIC of the maximum-likelihood fit where
    that exists; exact posteriors of the same data by exact leave-one-out and by their evidence, whose ratio to the
    first is the Bayes factor. Raises IncompatibleError for a mixture, for other rows or outcomes, and for models
    without rows; DomainError for fewer than two and for names that do not fit.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0, 11.0], "x": [0, 1, 2, 3, 4, 5]}
    >>> flat, line = (st.posterior(st.ols(f, data), method="importance", seed=1) for f in ("y ~ 1", "y ~ x"))
    >>> compare(flat, line, names=["flat", "line"]).table()["posterior"].tolist()
    ['line', 'flat']
    >>> even, skewed = (st.posterior(st.binomial(9, 10), prior=st.Beta(a, 1)) for a in (1, 9))
    >>> compare(even, skewed).table()["bayes_factor"].round(2).tolist()
    [2.89, 1.0]
    """
    if any(isinstance(result, NetworkFit | NetworkEnsemble) for result in results):
        raise IncompatibleError(
            "compare judges models by the rows that they were fitted to, where the larger network always wins. Judge "
            "networks, beside other fits, by rows that none of them has seen: st.held_out(fit, other, data=new_rows)."
        )
    drawn = [isinstance(result, Posterior) for result in results]
    exact = [isinstance(result, Updatable) for result in results]
    if not any(drawn) and not any(exact):
        return compare_fits(*results, names=names)
    if len(results) < 2:
        raise DomainError(f"compare needs two posteriors or more; got {len(results)}.")
    labels = names_of(results, names, "compare")
    if not are_different(labels):
        raise DomainError(
            f"compare needs names=, a different one for each of {len(results)} posteriors; got {quoted(labels)}."
        )
    if all(drawn):
        return _drawn(results, labels)
    if all(exact):
        return _exact(results, labels)
    kinds = ", ".join(type(result).__name__ for result in results)
    fits = any(isinstance(result, Fit) for result in results)
    way = "Give the posterior of every model: AIC of its fit stands beside." if fits else "Give st.Posterior for all."
    raise IncompatibleError(f"compare needs results of one kind; got {kinds}. {way}")


def _drawn(results: Sequence[Posterior], labels: tuple[str, ...]) -> PosteriorComparison:
    """By PSIS-LOO."""
    for label, result in zip(labels, results, strict=True):
        if rows_said(result.model) is None:
            way = " Return an array from loglik, one number for each row." if result.model.facts.is_function else ""
            raise IncompatibleError(
                f"compare needs models with rows, one log-likelihood each; {result.model.title} ({label}) has "
                f"none.{way}"
            )
        if reason := _difference(results[0].model, result.model):
            raise IncompatibleError(
                f"compare needs posteriors of one outcome on the same rows, and {labels[0]} and {label} are not: "
                f"{reason}."
            )
    pointwise, sizes, worst, notes = [], [], [], []
    for label, result in zip(labels, results, strict=True):
        each, size, k = leave_one_out(_tree(result))
        pointwise.append(each)
        sizes.append(size)
        worst.append(float(k.max()))
        bad = int((k > LARGEST_K).sum())
        if bad:
            notes.append(
                f"{label}: the Pareto k-hat of {bad} of {len(k)} rows is above {LARGEST_K}, {k.max():.2f} at row "
                f"{int(k.argmax())}: they move the posterior so much that its elpd is not to be trusted. Look at these "
                "rows, or leave them out one by one."
            )
        if not result.diagnostics.ok:
            notes.append(f"{label}: its draws are not to be trusted; see print(posterior).")
    if any(result.model.facts.is_function for result in results):
        notes.append(FUNCTIONS)
    n = len(pointwise[0])
    if n < ROUGH:
        notes.append(f"With {n} rows the standard errors of differences are rough.")
    models = [result.model for result in results]
    formulas = [describe(model) if model.facts.is_regression else "" for model in models]
    frame = _frame(labels, [model.title for model in models], formulas, np.array(pointwise))
    frame["p_loo"], frame["pareto_k"] = sizes, worst
    frame["aic"] = [_aic(model) for model in models]
    return PosteriorComparison(labels, _best_first(frame), np.array(pointwise), tuple(notes))


def _exact(results: Sequence[Updatable], labels: tuple[str, ...]) -> PosteriorComparison:
    """By exact leave-one-out and evidence."""
    for label, result in zip(labels, results, strict=True):
        if result.seen is None:
            raise DomainError(f"compare needs posteriors that have seen data; {label} is a prior: {quoted(result)}.")
        if not np.isfinite(np.sum(_evidence(result))):
            raise IncompatibleError(
                f"compare needs the evidence of each posterior, and that of {label} does not exist: its prior is "
                "improper. Use a proper prior."
            )
        if not _same_data(results[0], result):
            raise IncompatibleError(
                f"compare needs posteriors of the same data, and {labels[0]} and {label} have seen different ones. "
                "Arms of one experiment are compared by st.probability_greater(b, a) and st.difference(b, a)."
            )
    found = [result.loo() for result in results]
    aligned_rows = all(np.array_equal(loo.counts, found[0].counts) for loo in found)
    pointwise = np.array([np.repeat(loo.pointwise, loo.counts) for loo in found]) if aligned_rows else None
    beliefs, no_formulas = [repr(result) for result in results], [""] * len(results)
    frame = _frame(labels, beliefs, no_formulas, pointwise, [loo.elpd for loo in found], [loo.se for loo in found])
    logs = np.array([float(np.sum(_evidence(result))) for result in results])
    frame["log_evidence"] = logs
    with np.errstate(over="ignore"):  # a factor beyond float64 is infinite; the logs are beside it
        frame["bayes_factor"] = np.exp(logs - logs[0])
    note = (
        f"Bayes factor: the evidence over that of {labels[0]}; exact, and as much about the priors as about the data."
    )
    return PosteriorComparison(labels, _best_first(frame), pointwise, (note,))


def _evidence(result: Updatable) -> float | Floats:
    value = result.log_evidence
    return np.nan if value is None else value


def _same_data(one: Updatable, other: Updatable) -> bool:
    """The same observations in all batches, whatever they are called."""

    def outcomes(result: Updatable) -> list[Floats]:
        found = []
        for batch in result.seen.batches:
            seen = (getattr(batch, name, None) for name in ("values", "y", "events", "successes", "counts"))
            of_rows = np.empty(0) if batch.rows is None else batch.rows.y
            found.append(np.asarray(next((one for one in seen if one is not None), of_rows), dtype=float).ravel())
            found.append(np.array([float(np.sum(getattr(batch, "trials", 0)))]))
        return found

    a, b = outcomes(one), outcomes(other)
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def _difference(one: AnyModel, other: AnyModel) -> str | None:
    """Why two models are not of the same rows, as far as it can be seen; None where they are."""
    if not (one.facts.is_function or other.facts.is_function):
        return difference_in_outcome(one, other)
    a, b = (round(model.n) if model.facts.is_function else len(model.rows.X) for model in (one, other))
    return f"one has {a:,} rows and the other {b:,}" if a != b else None


def _tree(posterior: Posterior) -> DataTree:
    chains, draws, _ = posterior.draws.shape
    shape, said = layout(posterior.model), rows_said(posterior.model)
    assert said is not None
    rows = said(posterior.flat).reshape(chains, draws, -1)
    groups = {"posterior": shape.split(posterior.draws), "log_likelihood": {"y": rows}}
    return datatree(groups, dims=dict(shape.dims), coords=dict(shape.coords), attrs={})


def _frame(
    labels: tuple[str, ...],
    titles: list[str],
    formulas: list[str],
    pointwise: Floats | None,
    elpd: Sequence[float] = (),
    se: Sequence[float] = (),
) -> pd.DataFrame:
    import pandas as pd

    if pointwise is not None and not len(elpd):
        elpd, se = pointwise.sum(axis=1).tolist(), _error(pointwise).tolist()
    best = int(np.argmax(elpd))
    gap = np.asarray(elpd) - elpd[best]
    off = np.full(len(labels), np.nan) if pointwise is None else _error(pointwise - pointwise[best])
    return pd.DataFrame(
        {
            "posterior": labels,
            "model": titles,
            "formula": formulas,
            "elpd": elpd,
            "elpd_se": se,
            "difference": gap,
            "difference_se": off,
        }
    )


def _error(pointwise: Floats) -> Floats:
    """Standard errors of the sums over the rows; NaN for a single row."""
    n = pointwise.shape[1]
    return np.sqrt(n * pointwise.var(axis=1, ddof=1)) if n > 1 else np.full(len(pointwise), np.nan)


def _best_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("elpd", ascending=False, kind="stable", ignore_index=True)


def _aic(model: Model) -> float:
    """AIC of the maximum-likelihood fit, NaN where there is none."""
    try:
        return float(fit(model).aic)
    except (IdentificationError, ConvergenceError):
        return float("nan")
