"""Rows that miss a value and were kept: a zero, the mean or the median stood in for it.

Rows that a fit did not use: those that miss a value elsewhere in the table, copies, the first or last, the largest
or smallest of a column, outliers, the rows of one level, and single rows that the claimed coefficients point to.

Sets are ranked by where one Newton step without them leads, below, and the nearest are fitted; where the claim
says n, only sets that leave so many rows.

Rows that a fit counted twice, as of a file that was read in twice in part, or of a join that found two partners.

Where the claim says more rows than there are, the runs of so many rows are ranked by where one Newton step with them
twice leads, and the nearest are fitted with the weight 2:

    theta_{+S} - theta ~ (H + H_S)^-1 s_S,   s_S the score of the rows S and H_S their information

Where coefficients go when rows are left out, by one Newton step from the maximum of all rows.

    theta_{-S} - theta ~ -(H - H_S)^-1 s_S,   s_S the score of the rows S and H_S their information

Exact for least squares; for others near enough to rank sets of rows, of which few are then fitted.

Weights that a fit had or had not: none, those of another column, as frequencies or as precisions, their inverse or
their root.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.interface.progress import require_time
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.models.regressions.glm import gamma, logistic, ols, probit
from stattools.text.columns import first_few
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import Choice, State, Variant, rows_of

MADE = {
    "ols": ols,
    "logistic": logistic,
    "probit": probit,
    "poisson": poisson,
    "negative_binomial": negative_binomial,
    "gamma": gamma,
}

FILLS = {"0": lambda x: 0.0, "the mean": np.nanmean, "the median": np.nanmedian}


def _gaps(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not model.facts.is_regression or model.kind not in MADE or sheet is None or sheet.whole is None:
        return
    if not model.n_dropped or model.rows.importance is not None or model.rows.offset is not None or model.design.beside:
        return
    used = {column for one in model.design.formulas for column in one.columns}
    holes = [name for name in sheet.whole.columns if name in used and np.any(sheet.whole[name].isna())]
    holes = [name for name in holes if sheet.whole[name].dtype.kind in "iuf"]
    for names in dict.fromkeys([tuple(holes), *((name,) for name in holes)] if holes else []):
        for words, value in FILLS.items():
            said = f"missing values of {', '.join(names)} filled with {words}"
            yield Variant(said, partial(_filled, state, names, value), ("gaps",))


def _filled(state: State, names: tuple[str, ...], value: Any) -> State:
    sheet: Any = state.sheet
    columns = {name: sheet.whole[name].fillna(float(value(sheet.whole[name]))) for name in names}
    return state.remodelled(MADE[state.model.kind](sheet.formula, sheet.whole.assign(**columns)))


FILLED = Choice(
    "missing values filled", "estimates", "Say what stands in for missing values, or leave these rows out.", _gaps
)

type Mask = NDArray[np.bool_]

CELLS = 2e7
"""More entries than that are not added up row by row."""

EVERY = 2000
"""So many lengths of a run of rows are looked at one by one; of longer ones some, and all beside the nearest."""

NEAREST = 60
"""So many of those are near: a path of many rows comes close to the target in other places by chance."""


@dataclass(frozen=True, eq=False)
class Influence:
    """Scores (n, p) and curvatures (n,) of rows at the maximum, the `information` of all (p, p), and the `target`: how
    far the claimed coefficients are from the maximum, with those that are `known`.
    """

    X: Floats
    scores: Floats
    curvature: Floats
    information: Floats
    target: Floats
    known: Mask

    def distance(self, moves: Floats) -> Floats:
        """How far moves (..., p) end from the target, in standard errors."""
        inverse = np.linalg.pinv(self.information)[np.ix_(self.known, self.known)]
        gap = moves[..., self.known] - self.target[self.known]
        return np.sqrt(np.maximum(np.einsum("...i,ij,...j->...", gap, np.linalg.pinv(inverse), gap), 0.0))

    def of_sets(self, masks: Sequence[Mask]) -> Floats:
        """The distances without each of these sets; infinite where nothing is left of a direction."""
        found = np.full(len(masks), np.inf)
        for k, gone in enumerate(masks):
            X = self.X[gone]
            left = self.information - (X.T * self.curvature[gone]) @ X
            try:
                found[k] = self.distance(-np.linalg.solve(left, self.scores[gone].sum(axis=0)))
            except np.linalg.LinAlgError:
                continue
        return found

    def of_rows(self) -> Floats:
        """How far each row alone moves the coefficients, (n, p)."""
        root = np.linalg.solve(self.information, self.X.T).T
        lever = np.clip(self.curvature * np.einsum("ij,ij->i", root, self.X), 0.0, 0.999)
        moved = np.linalg.solve(self.information, self.scores.T).T
        return -moved / (1.0 - lever)[:, None]

    def pairs(self, best: int = 3) -> list[tuple[int, int]]:
        """The pairs of rows that together move the coefficients nearest to the target."""
        inverse = np.linalg.pinv(self.information)[np.ix_(self.known, self.known)]
        half = np.linalg.cholesky(np.linalg.pinv(inverse)).T
        moves, target = self.of_rows()[:, self.known] @ half.T, half @ self.target[self.known]
        tree: Any = KDTree(moves)
        far, other = tree.query(target - moves, k=2)
        far = np.where(other == np.arange(len(moves))[:, None], np.inf, far)
        found: dict[tuple[int, int], float] = {}
        for i in np.argsort(far.min(axis=1))[: 2 * best].tolist():
            j = int(other[i, int(np.argmin(far[i]))])
            found[min(i, j), max(i, j)] = float(far[i].min())
        return list(found)[:best]

    def runs(self, order: NDArray[np.intp], best: int = 2) -> list[int]:
        """The lengths of the runs from the start of an order of rows whose loss leads nearest to the target."""
        most = len(order) // 2
        step = max(most // EVERY, 1)
        tried = np.arange(1, most + 1, step)
        far = self._of_runs(order, tried)
        if step > 1:
            near = tried[np.argsort(far)[:NEAREST]]
            tried = np.unique((near[:, None] + np.arange(-step, step + 1)).clip(1, most))
            far = self._of_runs(order, tried)
        return tried[np.argsort(far)[:best]].tolist()

    def _of_runs(self, order: NDArray[np.intp], lengths: NDArray[np.intp]) -> Floats:
        X, w = self.X[order[: lengths[-1]]], self.curvature[order[: lengths[-1]]]
        starts = np.append(0, lengths[:-1])
        scores = np.cumsum(np.add.reduceat(self.scores[order[: lengths[-1]]], starts), axis=0)
        outer = (X[:, :, None] * (X * w[:, None])[:, None, :]).reshape(len(X), -1)
        curves = np.cumsum(np.add.reduceat(outer, starts), axis=0).reshape(len(lengths), *self.information.shape)
        left = self.information - curves
        with np.errstate(all="ignore"):
            whole = np.linalg.cond(left) < 1e12
            moves = np.full(scores.shape, np.inf)
            moves[whole] = -np.linalg.solve(left[whole], scores[whole][..., None])[..., 0]
            far = np.full(len(lengths), np.inf)
            far[whole] = self.distance(moves[whole])
        return far


def influence_of(state: State) -> Influence | None:
    """The influence of each row of a state; None where its rows are no plain sum, or too many."""
    model: Any = state.model
    aim = claimed_by(state)
    if aim is None or model.predictor.width != 1 or np.ndim(model.rows.y) > 1 or any(model.predictor.own):
        return None
    n, p = model.rows.X.shape
    if n * p * p > CELLS:
        return None
    try:
        theta = state.estimates()
        eta = model.eta(theta)
        score = np.reshape(model.likelihood.score(eta, model.rows.y), (n, -1))[:, 0]
        curvature = np.reshape(model.likelihood.information(eta, model.rows.y), (n, -1))[:, 0]
    except StattoolsError:
        return None
    weight = 1.0 if model.rows.importance is None else model.rows.importance
    X, curvature = np.asarray(model.rows.X, dtype=float), curvature * weight
    information = (X.T * curvature) @ X
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e14:
        return None
    return Influence(X, X * (score * weight)[:, None], curvature, information, (aim - theta)[:p], np.isfinite(aim[:p]))


def claimed_by(state: State) -> Floats | None:
    """The claimed coefficients in the order of the model's, NaN for those that are not claimed; None where no row of
    the claim is one.
    """
    if state.aim is not None:
        return state.aim
    if state.claim is None or "estimate" not in state.claim.columns:
        return None
    ours = rows_of(state.claim, tuple(state.model.names))
    aim = np.full(len(state.model.names), np.nan)
    if ours is not None:
        aim[ours[ours >= 0]] = state.claim.columns["estimate"].value[ours >= 0]
    return aim if np.isfinite(aim).any() else None


LEVELS = 30
"""Columns with more different values have no levels of which rows are left out."""

REACHES = (3.0, 2.0, 2.5, 4.0)
"""Outliers are this many standard deviations from the mean."""

LONG = 200_000
"""Where X has more numbers runs of rows are looked for only where the claim says n."""

PAIRED = 10_000
"""Of more rows no pairs are looked for, which takes minutes."""

SINGLE = 5
"""So many rows at most are looked for one by one."""

LISTED = 4
"""So many columns with gaps are named."""

TRIED = 16
"""So many sets are fitted: those that lead nearest to the claimed coefficients."""


def _rows(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if sheet is None or (model.facts.is_regression and state.rows is None):
        return
    if not model.facts.is_regression and (sheet.whole is None or _is_paired(model)):
        return
    n = len(sheet.frame)
    wanted = _wanted(state)
    if wanted is not None and wanted >= n:
        return
    influence = influence_of(state) if model.facts.is_regression else None
    sets: dict[bytes, tuple[str, Mask]] = {}
    for words, gone in _sets(state, sheet, n, wanted, influence):
        require_time()
        count = int(gone.sum())
        if 0 < count < n - len(state.names) and wanted in (None, n - count):
            sets.setdefault(np.packbits(gone).tobytes(), (words, gone))
    found = list(sets.values())
    if influence is not None and len(found) > TRIED:
        found = found if np.size(model.rows.X) <= LONG else found[: 2 * TRIED]
        far = influence.of_sets([gone for _, gone in found])
        found = [found[k] for k in np.argsort(far, kind="stable")]
    for words, gone in found[: TRIED if model.facts.is_regression else 4 * TRIED]:
        count = int(gone.sum())
        said = f"without {count:,} row{'s' if count > 1 else ''}: {words}"
        yield Variant(said, partial(without, state, sheet, gone), ("rows",))


def _is_paired(model: Any) -> bool:
    """Whether numbers by rows stand beside the table, which is then not cut."""
    said: Any = model.said if model.facts.is_partial else None
    return bool(said.labels or said.weights is not None) if said is not None else False


def _wanted(state: State) -> int | None:
    """How many rows the claim says it has, where it says n."""
    given = None if state.claim is None else state.claim.facts.get("n")
    weights = state.model.rows.weight if state.model.facts.is_regression else None
    return None if given is None or weights is not None else round(float(np.ravel(given.value)[0]))


def without(state: State, sheet: Sheet, gone: Mask) -> State:
    """The state of the other rows; its formula is read again where a level of a factor is gone with them."""
    kept = np.flatnonzero(~gone)
    if not state.model.facts.is_regression:
        return state.with_sheet(sheet.take(kept))
    model, rest = state.model.subset(kept), sheet.take(kept)
    if (~model.rows.X.any(axis=0)).any() and model.formula:
        model = rest.remade(model)
    return state.of(model, rest)


def _sets(
    state: State, sheet: Sheet, n: int, wanted: int | None, influence: Influence | None
) -> Iterator[tuple[str, Mask]]:
    """Sets of rows that may be gone, in words, the likely ones first."""
    yield from _missing(sheet)
    if (twice := sheet.frame.duplicated().to_numpy()).any():
        yield "copies of other rows", twice
    if wanted is None and not state.model.facts.is_regression:
        yield from _cut_off(n)
    yield from _levels(sheet)
    if wanted is not None or (state.model.facts.is_regression and np.size(state.model.rows.X) <= LONG):
        yield from _runs(state, sheet, n, wanted, influence)
    if influence is not None:
        yield from _single(influence, n, SINGLE if wanted is None else n - wanted)
    yield from _outliers(state, sheet)


def _missing(sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """Rows that miss a value in columns that the model does not read."""
    holes: Any = sheet.frame.isna().to_numpy()
    if holes.any():
        names = [str(name) for name, column in zip(sheet.frame.columns, holes.T, strict=True) if column.any()]
        yield f"those that miss a value in any column of the table: {first_few(names, LISTED)}", holes.any(axis=1)
    for name, column in zip(sheet.frame.columns, holes.T, strict=True):
        if column.any():
            yield f"those that miss {name}", column


def _runs(
    state: State, sheet: Sheet, n: int, wanted: int | None, influence: Influence | None
) -> Iterator[tuple[str, Mask]]:
    """The first or last rows, and the largest, smallest and outermost of each column."""
    lengths = None if wanted is None else np.array([n - wanted])
    if lengths is None and influence is None:
        lengths = np.array([1, 2, 5, 10, 20, 50, 100, n // 10, n // 5, n // 2])
    if lengths is not None:
        lengths = lengths[(lengths > 0) & (lengths < n)]
        if not len(lengths):
            return
    for words, order in _orders(state, sheet, n):
        found = influence.runs(order) if lengths is None and influence is not None else np.asarray(lengths).tolist()
        for count in found:
            gone = np.zeros(n, dtype=bool)
            gone[order[:count]] = True
            yield words.format(f"{count:,}"), gone
    place = np.arange(n)
    yield "every second, from the first on", place % 2 == 0
    yield "every second, from the second on", place % 2 == 1


def _cut_off(n: int) -> Iterator[tuple[str, Mask]]:
    """The first or last rows, where each set takes a refit."""
    for count in (1, 2, 5, 10, 20, 50, 100):
        if count < n:
            yield f"the first {count}", np.arange(n) < count
            yield f"the last {count}", np.arange(n) >= n - count


def _orders(state: State, sheet: Sheet, n: int) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Orders of the rows that somebody may have cut, in words with a place for how many."""
    yield "the last {}", np.arange(n)[::-1]
    yield "the first {}", np.arange(n)
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if np.isnan(values).any():
            continue
        order = np.argsort(values, kind="stable")
        called = str(name).replace("{", "{{").replace("}", "}}")
        yield f"the {{}} smallest of {called}", order
        yield f"the {{}} largest of {called}", order[::-1]
        yield f"the {{}} farthest from the mean of {called}", np.argsort(-np.abs(values - values.mean()))
        yield f"the {{}} farthest from the median of {called}", np.argsort(-np.abs(values - np.median(values)))
    residual = _residuals(state)
    if residual is not None:
        yield "the {} with the largest residuals", np.argsort(-np.abs(residual))


def _residuals(state: State) -> Floats | None:
    """The residuals of least squares; None for others."""
    model = state.model
    if not model.facts.is_regression:
        return None
    return model.rows.y - model.eta(state.estimates()) if model.has_scale else None


def _levels(sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """The rows with one level of a column, or all but these."""
    for name in sorted(sheet.labels(LEVELS), key=sheet.values_of):
        column = sheet.frame[name].to_numpy()
        known = sheet.frame[name].dropna().unique().tolist()
        for level in known:
            here = np.asarray(column == level)
            yield f"those with {name} = {level}", here
            if len(known) > 2:
                yield f"all but those with {name} = {level}", ~here


def _outliers(state: State, sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """Rows far out in any column, by the usual rules."""
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if np.isnan(values).any():
            continue
        yield from _far_out(name, values)
        if (values == 0).any():
            yield f"those with {name} = 0", values == 0
        yield f"those with {name} < 0", values < 0
    residual = _residuals(state)
    if residual is not None:
        size = np.abs(residual) / (np.sqrt((residual**2).sum() / max(len(residual) - 2.0, 1.0)) or 1.0)
        for reach in REACHES:
            yield f"those with residuals beyond {reach:g} standard deviations", size > reach


def _far_out(name: str, values: Floats) -> Iterator[tuple[str, Mask]]:
    center, spread = values.mean(), values.std(ddof=1)
    for reach in REACHES:
        yield f"those with {name} more than {reach:g} sd from its mean", np.abs(values - center) > reach * spread
    low, high = np.quantile(values, [0.25, 0.75])
    fence = 1.5 * (high - low)
    yield f"those with {name} beyond 1.5 interquartile ranges", (values < low - fence) | (values > high + fence)
    for share in (0.01, 0.05):
        ends = np.quantile(values, [share, 1.0 - share])
        yield f"those beyond the {100 * share:g} % quantiles of {name}", (values < ends[0]) | (values > ends[1])


def _single(influence: Influence, n: int, most: int) -> Iterator[tuple[str, Mask]]:
    """Single rows, and few together, that move the coefficients to where they are claimed."""
    if not 0 < most <= SINGLE:
        return
    moves = influence.of_rows()
    for i in np.argsort(influence.distance(moves))[:3]:
        yield f"number {i + 1:,}", np.arange(n) == i
    for pair in influence.pairs() if most > 1 and n <= PAIRED else ():
        yield f"numbers {', '.join(str(i + 1) for i in pair)}", np.isin(np.arange(n), pair)
    gone, sum_of_moves = np.zeros(n, dtype=bool), np.zeros(moves.shape[1])
    for _ in range(most):
        far = np.where(gone, np.inf, influence.distance(moves + sum_of_moves))
        best = int(np.argmin(far))
        gone[best], sum_of_moves = True, sum_of_moves + moves[best]
        if gone.sum() > 2:
            yield f"numbers {', '.join(str(i + 1) for i in np.flatnonzero(gone))}", gone.copy()


ROWS = Choice(
    "rows dropped",
    "estimates",
    "Fit the rows that are reported, or say which were left out and why.",
    _rows,
    keeps=True,
)

COPIES = (2, 3, 4)
"""So many copies of each row are tried."""

FORMS = {
    "": lambda w: w,
    "the inverse of ": lambda w: 1.0 / w,
    "the square root of ": np.sqrt,
    "the square of ": np.square,
    "the inverse square of ": lambda w: w**-2.0,
}
"""What somebody may make of a column of weights."""


def _weights(state: State) -> Iterator[Variant]:
    rows = state.rows
    if rows is None:
        return
    for times in COPIES:
        words = f"every row duplicated, so that it counts {times} times"
        weight = np.full(len(rows.y), float(times)) if rows.weight is None else times * rows.weight
        yield Variant(words, partial(weighted, state, weight, rows.precision), ("weights",))
    own = [value for value in (rows.weight, rows.precision) if value is not None]
    if own:
        yield Variant("no weights", partial(weighted, state, None, None), ("weights",))
    for values in own:
        for words, made in _made(values, "the weights"):
            yield from _as_both(state, made, words, values if made is values else None)
    if state.sheet is None:
        return
    for name in state.sheet.numbers():
        values = state.sheet.frame[name].to_numpy(dtype=float)
        if name == state.model.outcome_name or name == "outcome" or not ((values >= 0).all() and (values > 0).any()):
            continue
        for words, made in _made(values, name):
            yield from _as_both(state, made, words, None)


def _made(values: Floats, name: str) -> Iterator[tuple[str, Floats]]:
    for words, form in FORMS.items():
        if words and (values == 0).any():
            continue
        made = values if not words else form(values)
        if np.isfinite(made).all():
            yield f"{words}{name}", made
    if (values > 0).all():
        yield f"{name} scaled to a mean of 1", values / values.mean()


def _as_both(state: State, values: Floats, words: str, own: object) -> Iterator[Variant]:
    """The same numbers as frequencies and, of least squares, as precisions."""
    rows = state.model.rows
    if own is None or rows.weight is None:
        yield Variant(f"{words} as frequency weights", partial(weighted, state, values, None), ("weights",))
    if state.model.has_scale and (own is None or rows.precision is None):
        yield Variant(f"{words} as precisions", partial(weighted, state, None, values), ("weights",))


def weighted(state: State, weight: object, precision: Floats | None) -> State:
    """The state of the same rows with other weights."""
    rows = replace(state.model.rows, weight=weight, precision=precision)
    if precision is not None and (precision == 0).any():
        keep = np.flatnonzero(precision > 0)
        sheet = None if state.sheet is None else state.sheet.take(keep)
        return state.of(replace(state.model, rows=rows).subset(keep), sheet)
    return state.of(replace(state.model, rows=rows))


WEIGHTS = Choice(
    "weights",
    "estimates",
    "Say which weights the fit has, and whether they are frequencies or precisions.",
    _weights,
    keeps=True,
)

TRIED_REPEATS = 3
"""So many runs of rows are fitted: those that lead nearest to the claimed coefficients."""


def _repeated(state: State) -> Iterator[Variant]:
    if state.rows is None or state.rows.weight is not None:
        return
    n, more = len(state.rows.y), _more(state)
    if not 0 < more < n:
        return
    if state.sheet is not None:
        yield from _repeated_levels(state, state.sheet, more)
    if (influence := influence_of(state)) is not None:
        for first in _starts(influence, more):
            words = f"{more:,} rows counted twice: numbers {first + 1:,} to {first + more:,}"
            place = np.arange(n)
            yield _twice(state, (place >= first) & (place < first + more), words)


def _more(state: State) -> int:
    """How many more rows the claim has, by its n or its residual degrees of freedom."""
    facts, model = {} if state.claim is None else state.claim.facts, state.model
    told = {name: float(np.ravel(facts[name].value)[0]) for name in ("n", "df_resid", "df") if name in facts}
    rows = [told["n"]] if "n" in told else [df + len(model.names) for df in told.values()]
    return max((round(count) - len(model.rows.y) for count in rows), default=0)


def _repeated_levels(state: State, sheet: Sheet, more: int) -> Iterator[Variant]:
    """The rows with one level of a column, where there are so many of them."""
    for name in sheet.labels(LEVELS):
        column = sheet.frame[name].to_numpy()
        for level in sheet.frame[name].dropna().unique().tolist():
            here = np.asarray(column == level)
            if here.sum() == more:
                yield _twice(state, here, f"{more:,} rows counted twice: those with {name} = {level}")


def _twice(state: State, again: Mask, words: str) -> Variant:
    weight = 1.0 + np.asarray(again, dtype=float)
    return Variant(words, partial(weighted, state, weight, state.model.rows.precision), ("rows",))


def _starts(influence: Influence, more: int) -> list[int]:
    """Where the runs of so many rows begin that, counted twice, lead nearest to the claimed coefficients."""
    X, p = influence.X, influence.X.shape[1]
    outer = (X[:, :, None] * (X * influence.curvature[:, None])[:, None, :]).reshape(len(X), p * p)
    scores, curves = _of_runs(influence.scores, more), _of_runs(outer, more).reshape(-1, p, p)
    moves: Floats = np.linalg.solve(influence.information + curves, scores[..., None])[..., 0].astype(float)
    return np.argsort(influence.distance(moves), kind="stable")[:TRIED_REPEATS].tolist()


def _of_runs(values: Floats, more: int) -> Floats:
    """The sums over each run of so many rows."""
    sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return sums[more:] - sums[:-more]


REPEATED = Choice(
    "rows duplicated",
    "estimates",
    "Take the copies out, and look for where they came from: a file read twice, or a join with two partners.",
    _repeated,
    keeps=True,
)
