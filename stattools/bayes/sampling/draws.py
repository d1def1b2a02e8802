"""A posterior as draws: means, intervals, probabilities, predictions, diagnostics, and a DataTree for ArviZ.

Effects, means of groups, their differences and ratios, and functions of the parameters: of each draw, summed up.

What `fit.marginal_effects`, `fit.means`, `fit.contrasts` and `fit.function` estimate has a posterior: each draw of the
coefficients has its average predicted mean at each level, its difference or ratio, and its average slope. Nothing is
linearized, and kinks of functions do no harm. Cost: rows times draws for each level and slope.

A sampled posterior as a page of text: model, priors, estimates, and what the diagnostics say.

Draws of what each row has, in one line per row: their mean and an equal-tailed interval, as `fit.predict` has them.

    lower, upper = quantiles of the draws at (1 - level) / 2 and (1 + level) / 2

Ends of whole numbers are whole, the smallest whose share of the draws reaches these, so that they hold at least `level`
of the draws. Cost: a sort of the draws of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.belief import tail
from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.drawn import Drawn, Kind, ends
from stattools.bayes.sampling.predictive_check import PredictiveCheck, predictive_check
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.arviz.datatree import datatree, expectations, layout, replicates, summary
from stattools.inference.effects.averages import Move, Population, average_slope, noted, population, sloping, values_of
from stattools.inference.effects.means import asked_effects, head_of, moves_of
from stattools.inference.effects.means import values_of as levels_asked
from stattools.inference.prediction.predict import (
    Missing,
    at_rows,
    columns_beside,
    handed_out,
    require_numbers,
    trials_of,
    with_precision,
)
from stattools.interface.arguments import require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.models.model import Model, behind_links
from stattools.models.questions import told
from stattools.models.samples.arms import tail_area
from stattools.numerics.sums import power_of_two
from stattools.text.columns import decimals, many, place
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataTree


def averaged_summary(draws: Floats, prob: float, kind: Kind) -> dict[str, Floats]:
    """mean, sd, median, lower, upper of draws (S, m)."""
    unit = power_of_two(np.abs(draws).max(axis=0))
    draws = draws / unit
    lower, upper = ends(draws, prob, kind)
    columns = {"mean": draws.mean(axis=0), "sd": draws.std(axis=0, ddof=1), "median": np.median(draws, axis=0)}
    return {name: unit * found for name, found in (columns | {"lower": lower, "upper": upper}).items()}


def average_draws(posterior: Drawn, rows: Population, moves: Sequence[Move]) -> dict[Move, Floats]:
    """The average mean of each move for every draw, or the average slope, (S, K)."""
    return {move: move.of(rows, partial(_means, posterior), partial(_slopes, posterior)) for move in moves}


def _means(posterior: Drawn, rows: Population, values: Mapping[str, object]) -> Floats:
    block, model = rows.block(rows.X(values)), rows.model
    moved = replace(model, rows=replace(model.rows, X=block.X, offset=block.offset, low=None))
    mean = expectations(moved, posterior.flat)
    return np.tensordot(mean, np.asarray(block.weight), axes=(1, 0)).reshape(len(mean), -1)


def _slopes(posterior: Drawn, rows: Population, name: str) -> Floats:
    model = rows.model
    block, change = sloping(rows, name)
    draws = behind_links(model, posterior.flat[:, : model.predictor.size])
    return np.stack([average_slope(theta, model, block, change) for theta in draws])


def means_of_draws(
    posterior: Posterior, variable: str | None, by: Any, values: Any, prob: float, kind: Kind, **data: Any
) -> pd.DataFrame:
    """[category, by, variable,] mean, sd, median, lower, upper: see `Posterior.means`."""
    rows = _rows(posterior, "means", **data)
    groups = moves_of(rows, variable, levels_asked(rows, "means", variable, values), by)
    moves = [move for _, each in groups for move in each]
    found = average_draws(posterior, rows, moves)
    draws = np.stack([found[move] for move in moves], axis=2)  # (S, K, m)
    head = head_of(posterior.model, [move.moved for move in moves], draws.shape[1])
    return noted(pd.DataFrame(head | averaged_summary(draws.reshape(len(draws), -1), prob, kind)), rows.note)


def contrasts_of_draws(
    posterior: Posterior, variable: str, by: object, values: Any, ratio: bool, prob: float, kind: Kind, **data: Any
) -> pd.DataFrame:
    """[category, by,] contrast, mean, sd, median, lower, upper, probability: see `Posterior.contrasts`."""
    require_truth(ratio, "ratio= of contrasts")
    rows = _rows(posterior, "contrasts", **data)
    ordered = levels_asked(rows, "contrasts", variable, values)
    heads, parts = [], []
    for cell, each in moves_of(rows, variable, ordered, by):
        found = {move.value: draws for move, draws in average_draws(posterior, rows, each).items()}
        for first, second in combinations(ordered, 2):
            if ratio and not (found[first] > 0).all():
                raise DomainError(f"ratio=True needs means above 0; that of {first!r} is not in every draw.")
            parts.append(found[second] / found[first] if ratio else found[second] - found[first])
            heads.append(dict(cell) | {"contrast": f"{second} {'/' if ratio else '-'} {first}"})
    draws = np.stack(parts, axis=2)
    flat = draws.reshape(len(draws), -1)
    columns = head_of(posterior.model, heads, draws.shape[1]) | averaged_summary(flat, prob, kind)
    return noted(pd.DataFrame(columns | {"probability": (flat > float(ratio)).mean(axis=0)}), rows.note)


def effects_of_draws(
    posterior: Any,
    at: object,
    variables: object,
    discrete: object,
    by: object,
    prob: float,
    kind: Kind,
    data: object,
    offset: object,
    exposure: object,
) -> pd.DataFrame:
    """[by, category,] term, mean, sd, median, lower, upper, probability: see `Posterior.marginal_effects`."""
    who = "marginal_effects"
    asked = asked_effects(posterior._rows(who), at, variables, discrete, data=data, offset=offset, exposure=exposure)
    _require_rows(posterior, who, asked.rows)

    def effects(rows: Population) -> pd.DataFrame:
        terms, found = asked.effects(average_draws(posterior, rows, asked.moves))
        draws = np.stack(found, axis=2)  # (S, K, effects)
        flat = draws.reshape(len(draws), -1)
        head = head_of(posterior.model, [{"term": term} for term in terms], draws.shape[1])
        return pd.DataFrame(head | averaged_summary(flat, prob, kind) | {"probability": (flat > 0).mean(axis=0)})

    return noted(asked.by_level(by, effects), asked.rows.note)


def function_of_draws(
    posterior: Drawn, function: Callable[[Mapping[str, float]], object], prob: float, kind: Kind
) -> pd.DataFrame:
    """mean, sd, median, lower, upper of a function of the parameters: see `Posterior.function`."""
    found = [values_of(function, posterior.names, draw) for draw in posterior.flat]
    if len({len(value) for value in found}) > 1:
        raise DomainError("the function of the parameters has more numbers at some draws than at others.")
    return pd.DataFrame(averaged_summary(np.stack(found), prob, kind))


def _rows(
    posterior: Posterior, who: str, data: object, offset: str | ArrayLike | None, exposure: str | ArrayLike | None
) -> Population:
    rows = population(posterior._rows(who), data, offset, exposure)
    _require_rows(posterior, who, rows)
    return rows


def _require_rows(posterior: Drawn, who: str, rows: Population) -> None:
    """DomainError for rows that are elsewhere."""
    if not rows.whole:
        where = posterior.model.rows.place
        raise DomainError(f"{who} of a posterior needs rows at hand, and those of the model are {where}: give data=.")


PROB = 0.94


def page(posterior: Drawn) -> Page:
    """The page that `print(posterior)` shows."""
    model, checked = posterior.model, posterior.diagnostics
    title, *lines = told(model)
    chains, draws, _ = posterior.draws.shape
    drawn = f"{many(chains, 'chain')} of {draws:,}" if posterior.method == "nuts" else f"{draws:,} independent"
    lines.append(f"{METHODS[posterior.method]}, {drawn} draws, seed {posterior.seed}")
    lower, upper = posterior.interval(PROB)
    head = ["", "mean", "sd", "lower", "upper", *(["R-hat", "ESS"] if posterior.method == "nuts" else [])]
    rows = []
    for j, name in enumerate(posterior.names):
        places = decimals(float(posterior.sd[j]))
        cells = [name, *(place(float(value[j]), places) for value in (posterior.mean, posterior.sd, lower, upper))]
        if posterior.method == "nuts":
            r_hat, size = checked.r_hat[j], min(checked.ess_bulk[j], checked.ess_tail[j])
            cells += [
                "—" if np.isnan(r_hat) else f"{r_hat:.3f}",
                f"{size:.0f}",
            ]
        rows.append(cells)
    priors = [f"  {line}" for line in posterior.priors.lines()]
    said = [checked.sentence, *([] if posterior.sampled_check is None else [posterior.sampled_check.sentence])]
    return Page(
        f"Posterior of {title}",
        *lines,
        "",
        Grid(head, rows, "l" + "r" * (len(head) - 1)),
        "",
        f"Intervals: {100 * PROB:g} % highest density. Priors:",
        *priors,
        *said,
    )


AT_A_TIME = 1 << 22
"""Draws that are sorted together, in numbers."""


def summed_up(draws: Floats, level: float, *, whole: bool, labels: Any) -> pd.DataFrame:
    """`mean, lower, upper` of each row of draws (S, rows); of (S, rows, K) `row, category, mean, lower, upper`.

    >>> summed_up(np.array([[1.0], [2.0], [6.0]]), 0.5, whole=True, labels=None).to_numpy().tolist()
    [[3.0, 1.0, 6.0]]
    """
    aside = tail_area(level, "interval")
    flat = draws.reshape(len(draws), -1)
    ends = np.empty((2, flat.shape[1]))
    step = max(1, AT_A_TIME // len(flat))
    for start in range(0, flat.shape[1], step):
        part = slice(start, start + step)
        ends[:, part] = np.quantile(
            flat[:, part], [aside, 1.0 - aside], axis=0, method="inverted_cdf" if whole else "linear"
        )
    columns: dict[str, Any] = {}
    if draws.ndim == 3:
        rows, names = draws.shape[1], np.array([str(label) for label in labels], dtype=object)
        columns = {"row": np.repeat(np.arange(rows), len(names)), "category": np.tile(names, rows)}
    return pd.DataFrame({**columns, "mean": flat.mean(axis=0), "lower": ends[0], "upper": ends[1]})


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Drawn, Faces):
    """Draws from the posterior of a model's parameters; made by `st.posterior`.

    `draws` has shape (chains, draws, q), parameters in the order of `names` and on their own scale: coefficients, then
    alpha or sigma. `priors` are the priors used, `statistics` what the sampler said about each draw, `mode` the place
    of the highest density on the unconstrained scale, by parameter, and `shift` for "laplace" how many standard
    deviations its means are from the posterior's; `sampled_check`, of rows in files, what that was checked on.
    `print(posterior)` is a page to read.

    >>> import stattools as st
    >>> model = st.logistic("ill ~ dose", {"ill": [0, 1, 0, 1, 0, 1], "dose": [1, 2, 3, 4, 1, 4]})
    >>> belief = st.posterior(model, prior=st.Normal(0, 1), seed=1, method="importance")
    >>> belief.names, belief.draws.shape, bool(belief.probability(low=0.0, name="dose") > 0.9)
    (('Intercept', 'dose'), (1, 4000, 2), False)
    """

    def table(self, prob: float = 0.94, *, kind: Kind = "hdi") -> pd.DataFrame:
        """One row per parameter: term, mean, sd, median, lower, upper, r_hat, ess_bulk, ess_tail, mcse."""
        lower, upper = self.interval(prob, kind=kind)
        columns = {"term": self.names, "mean": self.mean, "sd": self.sd, "median": self.median}
        return pd.DataFrame(columns | {"lower": lower, "upper": upper}).join(
            self.diagnostics.table().drop(columns="term")
        )

    def summary(self, prob: float = 0.94, *, kind: Kind = "hdi") -> pd.DataFrame:
        """ArviZ's summary of the draws, its interval of this probability and kind; unrounded.

        Diagnostics of convergence come with NUTS only: of independent draws they would prove nothing.
        """
        _, kind = tail(prob, kind)
        tree = datatree({"posterior": layout(self.model).split(self.draws)}, **self._names_of_axes(), attrs={})
        return summary(tree, prob=prob, kind=kind, sampled=self.method == "nuts")

    def predict(
        self,
        data: object = None,
        *,
        kind: Literal["mean", "observation"] = "mean",
        interval: float | None = None,
        seed: int | np.random.Generator | None = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        trials: str | ArrayLike | None = None,
        precision: str | ArrayLike | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """For every draw what the model expects of each row, (S, rows), for the rows of the data or for new rows.

        `kind` is "mean" (the expected outcome; probabilities (S, rows, K) for K categories) or "observation": a new
        outcome, drawn with `seed`. With `interval=prob` the draws of each row are summed up, as `fit.predict` does: a
        frame with `mean, lower, upper`, the equal-tailed interval of this probability (K categories: `row, category`
        before them). Of grouped outcomes the mean is a probability, the observation successes, in new rows out of
        `trials`; those of a linear regression with `precision` vary by theirs. `data`, `offset` and `exposure` as in
        `fit.predict`. The rows are those of the table, NaN where the model dropped one, and under missing="null" where
        a new row has no value of what it needs; `align=False` leaves these out. Of `st.linear_mixed` it is the mean
        over all groups. Raises IncompatibleError for models that have no rows, and for intervals of new labels.
        """
        needs = 'predict needs kind="mean" or kind="observation"'
        kind = one_of(kind, ("mean", "observation"), needs, got="kind=", meaning="kind of predictions")
        if self._of_columns is not self:
            if kind == "observation":
                raise IncompatibleError(
                    f"draws of {self.model.title} have no effects of groups, with which outcomes vary: "
                    'st.fit(model).predict(data, groups="new", kind="observation", interval=0.95) has new outcomes.'
                )
            same = {"trials": trials, "precision": precision, "missing": missing, "align": align, "seed": seed}
            return self._of_columns.predict(
                data, kind=kind, interval=interval, offset=offset, exposure=exposure, **same
            )
        model = self._rows("predict")
        require_truth(align, "align= of predict")
        if interval is not None:
            tail_area(interval, "interval")  # refused before any work
        beside = columns_beside(model, kind, trials, precision)
        at = at_rows(model, data, offset, exposure, missing=missing, beside=beside)
        if kind == "mean":
            found = expectations(at, self.flat)
        elif seed is None:
            raise DomainError('predict(kind="observation") draws new outcomes: give seed=, a whole number.')
        else:
            if interval is not None:
                require_numbers(at, 'kind="mean" has the probabilities.')
            among = None if data is None else trials_of(at, model, data, trials)
            found = replicates(with_precision(at, model, data, precision), self.flat, seed=seed, trials=among)
        if interval is None:
            return at.places.draws(found) if align else found
        whole = kind == "observation" and model.likelihood.outcome.is_whole
        if not len(at.rows.X):  # places say that this row has no value
            found = np.zeros((len(found), 1, *found.shape[2:]))
        frame = summed_up(found, interval, whole=whole, labels=model.labels)
        return handed_out(at.places, frame, "mean", align, is_bare=False)

    def marginal_effects(
        self,
        *,
        at: Literal["overall", "mean"] | Mapping[str, object] = "overall",
        variables: Sequence[str] | None = None,
        discrete: Sequence[str] = (),
        by: str | Sequence[str] | None = None,
        prob: float = 0.94,
        kind: Kind = "hdi",
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
    ) -> pd.DataFrame:
        """The average change of the mean per unit of each variable, as `Fit.marginal_effects`: mean, sd, median, the
        interval of this `prob` and `kind`, and the `probability` that it is above 0; the rest as there.
        """

        rows = {"data": data, "offset": offset, "exposure": exposure}
        return effects_of_draws(self._of_columns, at, variables, discrete, by, prob, kind, **rows)

    def means(
        self,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        prob: float = 0.94,
        kind: Kind = "hdi",
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
    ) -> pd.DataFrame:
        """The average predicted mean at each level of a variable, as `Fit.means` over rows: mean, sd, median, and the
        interval of this `prob` and `kind`; `by`, `values`, `data`, `offset` and `exposure` are as there.
        """

        rows = {"data": data, "offset": offset, "exposure": exposure}
        return means_of_draws(self._of_columns, variable, by, values, prob, kind, **rows)

    def contrasts(
        self,
        variable: str,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        ratio: bool = False,
        prob: float = 0.94,
        kind: Kind = "hdi",
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Every difference of two of the `means` of a `variable`, or with `ratio=True` every ratio: mean, sd, median,
        the interval of this `prob` and `kind`, and the `probability` that it is above 0, of a ratio above 1. `by`,
        `values`, `data`, `offset` and `exposure` as in `Fit.contrasts`.
        """

        rows = {"data": data, "offset": offset, "exposure": exposure}
        return contrasts_of_draws(self._of_columns, variable, by, values, ratio, prob, kind, **rows)

    def function(
        self, function: Callable[[Mapping[str, float]], object], *, prob: float = 0.94, kind: Kind = "hdi"
    ) -> pd.DataFrame:
        """The posterior of a `function` of the parameters by name, as `Fit.function`: mean, sd, median and the interval
        of this `prob` and `kind`. Each draw is asked, so that kinks do no harm; DomainError where one is not finite.
        """

        return function_of_draws(self, function, prob, kind)

    def plot(
        self,
        what: Literal["coefficients", "density", "trace", "effect", "predictive"] | None = None,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        terms: str | Sequence[str] | None = None,
        exponentiate: bool = False,
        standardized: bool = False,
        prob: float | None = None,
        kind: Kind | None = None,
        seed: int | np.random.Generator | None = None,
        data: object = None,
        ax: object = None,
    ) -> Figure:
        """A picture of the posterior: a Matplotlib Figure in the house style; see `Fit.plot`.

        "coefficients": means with intervals of this `prob` and `kind`, `terms` to choose some, medians of ratios with
        `exponentiate=True`, `standardized=True` per standard deviation of the columns. "density": histograms of the
        draws beside the priors. "trace" of the chains of NUTS, with the ranks of their draws. "effect" of a `variable`:
        the predicted mean as it moves, `by` categories, at `values`, over the rows or those of `data`. "predictive":
        how often outcomes were seen, and how often outcomes drawn with `seed` are, in intervals of `prob`.

        `what` is by default "coefficients"; `ax` are Axes to draw on, as many as there are panels. Raises
        IncompatibleError for a figure that this posterior has not, with those that it has.
        """
        from stattools.bayes.sampling.plots import PLOTS
        from stattools.inference.plots.drawing import plotted

        options = {"variable": variable, "by": by, "values": values, "terms": terms, "exponentiate": exponentiate}
        options |= {"standardized": standardized, "prob": prob, "kind": kind, "seed": seed, "data": data}
        of = self._of_columns if is_one_of(what, ("effect",)) else self
        return plotted(of, f"The posterior of {self.model.title}", what, PLOTS, ax, **options)

    def check(
        self,
        statistic: Callable[[Floats], float],
        *,
        under: Literal["posterior", "prior"] = "posterior",
        seed: int | np.random.Generator = 0,
    ) -> PredictiveCheck:
        """`st.predictive_check`: `statistic` of the data beside that of replicated data, under posterior or prior."""
        return predictive_check(self, statistic, under=under, seed=seed)

    def to_arviz(self) -> DataTree:
        """A DataTree: posterior, sample_stats, log_prior and, where they exist, prior and its predictive, posterior
        predictive, log_likelihood, observed_data, constant_data.

        A flat prior is no distribution and has no draws; your own likelihood has no rows, and so neither predictives
        nor a pointwise log-likelihood. Rows with a frequency w enter log_likelihood w times; a series is predicted one
        step ahead and has no prior predictive, for it begins anywhere; rows in files have none of these, and the
        attribute `rows` says so. Raises DomainError where rows times draws would fill the memory.
        """
        from stattools.bayes.sampling.tree import tree

        return tree(self)

    def _page(self) -> Page:
        return page(self)

    def _headline(self) -> str:
        chains, draws, _ = self.draws.shape
        kind = str(self.model.kind).replace("_", " ")
        return headline(
            self, kind, self.model._subject, self.method, f"{chains} x {draws:,} draws", f"seed = {self.seed}"
        )

    def _names_of_axes(self) -> dict[str, Any]:
        shape = layout(self.model)
        return {"dims": dict(shape.dims), "coords": dict(shape.coords)}

    @property
    def _of_columns(self) -> Posterior:
        """The draws of the regression of single rows that they are of, all of them where there are no others."""
        found = self.model.single_rows if self.model.facts.is_density else None
        return self if found is None else replace(self, model=found[0], draws=self.draws[..., found[1]])

    def _rows(self, what: str) -> Model:
        if not self.model.facts.is_regression:
            raise IncompatibleError(
                f"{what} belongs to regressions; {self.model.title} {self.model.facts.without_rows}."
            )
        return self.model
