"""Thousands of small independent fits in one call, `st.fit_many`, and what they found, side by side.

Concave regressions are fitted together (`solvers/batches.py`), and so are gamma regressions and linear mixed models of
one grouping factor (`solvers/mixed/maximum.py`). Members in doubt, and every other model, go through `st.fit` alone,
whose error is then the reason that a member has no fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.tables.arrays import NUMBERS, matrix
from stattools.data.tables.columns import coded, missing
from stattools.data.tables.table import index_of, is_frame, paired, same_index, series, table
from stattools.errors import REFUSALS, DomainError, IncompatibleError, quoted
from stattools.inference.estimates import quantile_of
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.mixed.replicates import stacked_mixed
from stattools.interface.arguments import called, described, require_level
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import require_memory
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.units import LARGEST, SMALLEST
from stattools.interface.when_needed import pd
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.regressions.glm import ols
from stattools.numerics.threads import one_blas_thread
from stattools.series.statespace.many import LocalLevelFits, LocalLevels
from stattools.series.statespace.many import fit_many as local_levels
from stattools.solvers.batches import Members, climbed, groups_of, of_like_length, padded, replicates
from stattools.solvers.batches import together as is_batched
from stattools.text.columns import many, number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class ManyFits(Faces):
    """Fits of many members: `estimate` (m, p), `covariance` (m, p, p), `loglik`, `scale`, `decrement` (m,), and the
    degrees of freedom `df` (m,), of mixed models (m, p).

    A member without a fit has NaN everywhere, and `reasons` says why, by its label; `failed` is their number.
    `model_of(i)` is the model of one member, for `st.fit` and all that follows.
    """

    title: str
    names: tuple[str, ...]
    labels: tuple[Any, ...]
    estimate: Floats
    covariance: Floats
    loglik: Floats
    scale: Floats
    decrement: Floats
    df: Floats
    reasons: dict[Any, str]
    model_of: Callable[[int], Model]

    def __len__(self) -> int:
        return len(self.estimate)

    @property
    def failed(self) -> int:
        """Number of members that have no fit."""
        return len(self.reasons)

    @property
    def se(self) -> Floats:
        """Standard errors, shape (m, p)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    def interval(self, level: float = 0.95) -> Interval:
        """Wald intervals, lower and upper of shape (m, p): Student's t for linear regressions and linear
        mixed models, normal otherwise.

        Raises DomainError for a level outside (0, 1).
        """
        require_level(level)
        q = quantile_of(self.df if self.df.ndim > 1 else self.df[:, None], level) * self.se
        return Interval(self.estimate - q, self.estimate + q, level, "wald", self.names)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """One row per member and coefficient: member, term, estimate, se, lower, upper, reason (empty: fitted)."""
        lower, upper = map(np.ravel, self.interval(level))
        p = len(self.names)
        reasons = [self.reasons.get(label, "") for label in self.labels]
        of = {"member": np.repeat(np.array(self.labels, dtype=object), p), "term": list(self.names) * len(self)}
        numbers = {"estimate": self.estimate.ravel(), "se": self.se.ravel(), "lower": lower, "upper": upper}
        return pd.DataFrame(of | numbers | {"reason": np.repeat(np.array(reasons, dtype=object), p)})

    def _headline(self) -> str:
        sizes = f"{many(len(self), 'fit')} of {many(len(self.names), 'coefficient')}"
        return headline(self, "", self.title, sizes, f"{self.failed:,} without a maximum" if self.failed else "")

    def _page(self) -> Page:
        sizes = f"{many(len(self), 'fit')} of {many(len(self.names), 'coefficient')}"
        found = np.isfinite(self.loglik)
        spread: list[str | Grid] = []
        if found.any():
            each = zip(self.names, self.estimate[found].T, np.median(self.se[found], axis=0), strict=True)
            ends = (np.median, np.min, np.max)
            rows = [[str(name), *(number(float(of(b))) for of in ends), number(float(se))] for name, b, se in each]
            spread = ["", Grid(("", "median", "lowest", "highest", "median se"), rows, "lrrrr")]
        reasons = [f"  {label}: {reason:.140}" for label, reason in list(self.reasons.items())[:SHOWN]]
        more = self.failed - len(reasons)
        told = reasons + ([f"  and {more:,} more; see .reasons"] if more else [])
        return Page(
            f"{self.title}: {sizes}, {self.failed:,} without a maximum", *spread, *([""] if told else []), *told
        )


SHOWN = 3
"""A page gives the reasons of so many members without a fit."""


SOME = "Fit some of them at a time."

ONE_KIND = "fit_many needs models of one kind with the same coefficients; use st.fit for each."


@one_blas_thread()
def fit_many(
    models: Any,
    data: object = None,
    /,
    *,
    by: str | ArrayLike | None = None,
    model: Callable[..., Model | MixedModel] = ols,
    outcomes: ArrayLike | None = None,
    weights: str | ArrayLike | None = None,
    offset: str | ArrayLike | None = None,
    exposure: str | ArrayLike | None = None,
    trials: str | ArrayLike | None = None,
    precision: str | ArrayLike | None = None,
    reference: object = None,
) -> ManyFits | LocalLevelFits:
    """Many small fits at once, the same numbers as `st.fit` one by one.

    `models` with its `data` are one of

    - `fit_many("y ~ x", table, by="store", model=st.logistic)`: one fit for each value of a column, or of labels, one
      per row. The formula is read once, on the whole table; `weights`, `offset`, `exposure`, `trials`, `precision` and
      `reference` are those of the model.
    - `fit_many(model, outcomes=Y)`, `weights=W`: the model's rows with other outcomes and frequencies, (m, n) each.
    - `fit_many([model, model, ...])`: models of one kind with the same coefficients.
    - `fit_many(Y)`: a local level for each row of an array, each column of a frame.

    Of mixed models the numbers are those of the fixed effects, with the degrees of freedom of `st.fit`.
    A member without a maximum (separated outcomes, aliased columns) is listed with the reason in `.reasons`. Raises
    IncompatibleError for arguments that do not go together, DomainError for outcomes that the model cannot take.

    >>> import stattools as st
    >>> shops = {"y": [1.0, 2.0, 4.0, 2.0, 1.0, 1.5], "x": [0, 1, 2, 0, 1, 2], "shop": ["a"] * 3 + ["b"] * 3}
    >>> st.fit_many("y ~ x", shops, by="shop").estimate.round(4).tolist()
    [[0.8333, 1.5], [1.75, -0.25]]
    """
    columns = {"offset": offset, "exposure": exposure, "trials": trials, "precision": precision, "reference": reference}
    columns = {name: given for name, given in columns.items() if given is not None}
    if isinstance(models, str):
        if by is None or data is None or outcomes is not None:
            raise IncompatibleError(
                "fit_many of a formula needs a table and by=, the column that tells the fits apart."
            )
        if weights is not None:
            columns["weights"] = weights
        if not callable(model):
            raise IncompatibleError(f"model= is a function, such as st.ols or st.logistic; got {quoted(model)}.")
        whole = called("model= of fit_many", model, models, data, **columns)
        if not isinstance(whole, Model | MixedModel):
            raise IncompatibleError(
                "fit_many needs model=, a regression of one likelihood such as st.logistic; got "
                f"{described(whole)}. Fit the groups one by one by st.fit; curves of st.kaplan_meier have their groups "
                'in the formula, "survival(time, died) ~ group".'
            )
        return _by_group(whole, data, by)
    if by is not None or data is not None or columns or model is not ols:
        raise IncompatibleError(
            "fit_many takes by=, model= and a table with a formula only, which comes first: "
            f'st.fit_many("y ~ x", table, by="g", model=st.ols); got {quoted(type(models).__name__)} first.'
        )
    if isinstance(models, Model):
        if outcomes is None and weights is None:
            raise IncompatibleError("fit_many of one model needs outcomes= or weights=, of shape (m, n). Use st.fit.")
        return _of_one(models, outcomes, weights)
    if isinstance(models, Sequence) and len(models) and all(isinstance(one, Model | MixedModel) for one in models):
        if outcomes is not None or weights is not None:
            raise IncompatibleError("fit_many of several models takes no outcomes= or weights=: each has its own.")
        return _in_groups(list(models), tuple(range(len(models))))
    if isinstance(models, LocalLevels | np.ndarray | list) or is_frame(models):
        return local_levels(models)
    raise IncompatibleError(f"fit_many needs a formula, a model, models or series; got {type(models).__name__}.")


def _by_group(whole: Any, data: object, by: object) -> ManyFits:
    frame, who = table(data), f"fit_many by={quoted(by, 40)}"
    if isinstance(by, str) and by not in frame.names:
        raise DomainError(
            f"fit_many needs by=, a column of the table ({', '.join(frame.names[:8])}); got {quoted(by)}."
        )
    paired(("the table", data), ("by=", by))
    column = frame.column(by) if isinstance(by, str) else series(by, "by=")
    if len(column) != frame.n:
        raise DomainError(f"fit_many needs by=, one label for each of the {frame.n} rows; got {len(column)}.")
    column = column if whole.kept is None else column.iloc[whole.kept]
    if gaps := int(missing(column).sum()):
        raise DomainError(f"{who} needs a value in every row; {gaps} are missing. Drop those rows first.")
    codes, labels = coded(column, who)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(labels) + 1))

    member = partial(_member, whole, order, ends)
    member(0)  # which says where rows cannot be taken
    if whole.facts.is_mixed:
        return _in_groups([member(k) for k in range(len(labels))], labels)
    found = _members(len(labels), len(whole.names))
    if is_batched(whole):
        lengths = np.diff(ends)
        for n, chunk in of_like_length(lengths, whole.rows.X.shape[1]):
            found.put(chunk, climbed(whole, *groups_of(whole.rows, order, ends[chunk], lengths[chunk], n)))
    return _assembled(whole, labels, found, member)


def _member(whole: Any, order: NDArray[np.intp], ends: NDArray[np.intp], k: int) -> Any:
    """The model of one group, of the rows between two ends."""
    return whole.subset(order[ends[k] : ends[k + 1]])


def _in_groups(models: list[Any], labels: tuple[object, ...]) -> ManyFits:
    """Models of one kind."""
    mixed = [one for one in models if one.facts.is_mixed]
    if not mixed:
        return together(models, labels)
    first = mixed[0]
    if len(mixed) < len(models) or any(type(one) is not type(first) or one.names != first.names for one in mixed):
        raise IncompatibleError(ONE_KIND)
    first.require_groups_alone("fit_many of mixed models")
    found = _members(len(models), len(first.names))
    return _assembled(first, labels, found, models.__getitem__, stacked_mixed(models, found))


def _of_one(model: Model, outcomes: ArrayLike | None, weights: ArrayLike | None) -> ManyFits:
    paired(("outcomes=", outcomes), ("weights=", weights))
    parts: list[Floats | None] = []
    for name, given in (("outcomes=", outcomes), ("weights=", weights)):
        same_index("the rows of the model", model.index, f"the columns of {name}", index_of(getattr(given, "T", None)))
        values = None if given is None else _numbers(given, name)
        if values is not None:
            require_memory(f"{name} of shape {values.shape}", 3 * values.size, SOME)
        n = len(model.rows.X)
        if values is not None and (values.ndim != 2 or values.shape[1] != n):
            raise DomainError(f"fit_many needs {name} of shape (m, {n}), a row per fit; got shape {values.shape}.")
        parts.append(values)
    Y, W = parts
    if Y is not None and W is not None and len(Y) != len(W):
        raise DomainError(f"fit_many got {len(Y)} rows of outcomes= and {len(W)} of weights=; give as many of both.")
    if Y is not None:
        Y = model.likelihood.check(Y)
    if W is not None and not (np.isfinite(W).all() and (W >= 0).all() and (W.sum(axis=1) > 0).all()):
        raise DomainError("fit_many needs weights= that are finite, not negative, and not all 0 in a row.")
    return replicated(model, Y, W)


def _numbers(given: object, name: str) -> Floats:
    """A row of numbers per fit, each read as a column is; NaN where there is none, which the checks refuse."""
    if type(given) is np.ndarray and given.dtype.kind in NUMBERS:
        return np.asarray(given, dtype=float)
    return matrix(given, f"fit_many's {name}")[0]


def replicated(model: Model, Y: Floats | None, W: Floats | None) -> ManyFits:
    """The rows of a model with outcomes Y (m, n), frequencies W (m, n), or both."""
    m = len(Y if Y is not None else W)  # type: ignore[arg-type]
    found = _members(m, len(model.names))
    if is_batched(model, Y):
        found = replicates(model, Y, W)
    return _assembled(model, tuple(range(m)), found, partial(replicate, model, Y, W))


def replicate(model: Model, Y: Floats | None, W: Floats | None, k: int) -> Model:
    """The model with the outcomes and frequencies of one replicate."""
    rows = model.rows
    y, weight = rows.y if Y is None else Y[k], rows.weight if W is None else W[k]
    return replace(model, rows=replace(rows, y=y, weight=weight))


def together(models: list[Model], labels: tuple[object, ...]) -> ManyFits:
    """Models of one kind, padded to the longest with rows of weight 0; similar lengths are fitted together."""
    first = models[0]
    if any(other.names != first.names or other.likelihood != first.likelihood for other in models[1:]):
        raise IncompatibleError(ONE_KIND)
    found = _members(len(models), len(first.names))
    if all(map(is_batched, models)):
        for n, chunk in of_like_length(np.array([len(one.rows.X) for one in models]), first.rows.X.shape[1]):
            members = [padded(models[k], n) for k in chunk]
            X, y, w, o = (np.stack([part[i] for part in members]) for i in range(4))
            found.put(chunk, climbed(first, X, y, w, o if o.any() else None))
    return _assembled(first, labels, found, models.__getitem__)


def _members(m: int, p: int) -> Members:
    """Room for m fits of p coefficients, each with a covariance; DomainError where there is none."""
    require_memory(f"{m:,} fits of {p:,} coefficients", 2 * m * p * p, SOME)
    return Members.unsettled(m, p)


def _alone(one: Any) -> Fit:
    """The fit of a member; DomainError for units that all rows together may have, and its own may not."""
    regression = one.fixed if one.facts.is_mixed else one
    if regression.has_scale:
        regression.likelihood.check(regression.rows.y)
    return fit(one)


def _assembled(
    model: Any, labels: tuple[object, ...], found: Members, model_of: Callable[[int], Any], own: Floats | None = None
) -> ManyFits:
    """All members, those without numbers fitted alone; `own` are the degrees of freedom (m, p) of mixed models."""
    reasons: dict[Any, str] = {}
    sure = found.settled
    if model.has_scale:  # the square of a scale beyond these is no float64
        with np.errstate(invalid="ignore"):
            sure = sure & (found.scale > SMALLEST) & (found.scale < LARGEST)
        if not sure.all():
            found.put(~sure, Members.unsettled(int((~sure).sum()), len(model.names)))
    for k in np.flatnonzero(~sure):
        try:
            alone = _alone(model_of(int(k)))
        except REFUSALS as error:
            reasons[labels[k]] = error.message
            continue
        numbers = (alone.loglik, alone.scale, alone.solution.decrement, alone.n)
        found.put(k, Members(alone.estimate, alone.covariance, *numbers))  # type: ignore[arg-type]
        if own is not None:
            own[k] = alone.t_df
    df: Any = found.n - len(model.names) if model.has_scale else np.full(len(labels), np.inf)
    numbers = (found.estimate, found.covariance, found.loglik, found.scale, found.decrement)
    return ManyFits(model.title, model.names, labels, *numbers, df if own is None else own, reasons, model_of)
