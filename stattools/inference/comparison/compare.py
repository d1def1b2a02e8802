"""Fits of the same outcome side by side, and how well they predict rows that they have not seen.

    AIC = 2 p - 2 loglik,   BIC = p log n - 2 loglik,   log score = - loglik / n (smaller is better)

Source: Burnham & Anderson, Model Selection and Multimodel Inference (2002), ch. 2; Gneiting & Raftery (2007).

Tests stand beside where fits are nested. Cross-validation predicts each row once; rows may be held out instead:

    score = sum_i w_i s_i / sum_i w_i,   s_i = -log p(y_i | x_i, fit without the fold of row i)

and beside the log score what goes with the outcome: errors of a number, the Brier score and accuracy of labels. The
standard error is that of a mean of independent rows, or of groups where groups are held out together; two fits share
the rows, so that it is one of their differences. It does not know that the fits of folds share rows, for which no
unbiased estimate exists: Bengio & Grandvalet, JMLR 5 (2004), 1089-1105. Source: Stone, JRSS B 36 (1974), 111-147;
Gneiting & Raftery, JASA 102 (2007), 359-378; Vehtari, Gelman & Gabry, Statistics and Computing 27 (2017), sec. 5;
Brier, Monthly Weather Review 78 (1950).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import codes_of, new_outcome
from stattools.data.tables.arrays import numeric
from stattools.errors import REFUSALS, DomainError, IdentificationError, IncompatibleError, StattoolsError, quoted
from stattools.inference.covariance.kinds import Groups
from stattools.inference.estimates import AnyFit, Estimates, Judged, judged
from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import log_shares
from stattools.inference.fitting.many import replicated
from stattools.inference.fitting.maximum_likelihood import fit as fitted_to
from stattools.inference.fitting.trainable import Trainable
from stattools.inference.hypotheses import nested
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.prediction.kinds import crossed, most_probable
from stattools.inference.prediction.predict import at_rows, frequencies_of, labels_of, with_precision
from stattools.interface.arguments import are_different, described, names_of, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import pd
from stattools.likelihoods.likelihood import require_answer
from stattools.likelihoods.outcomes import Outcome
from stattools.models.questions import AnyModel, without_groups
from stattools.text.columns import number, p_text
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Faces):
    """Fits of one outcome: `names`, `fits`, and `tests`, per fit its likelihood-ratio test within the next larger fit.

    `within` names that larger fit, None where no fit contains this one; `notes` says which pairs have no test and
    why. `table()` has one row per fit, `print(comparison)` is a page.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> both = compare(st.fit(st.ols("y ~ 1", data)), st.fit(st.ols("y ~ x", data)))
    >>> both.within, both.table()["p"].tolist()
    (('2', None), [1, 2])
    """

    names: tuple[str, ...]
    fits: tuple[Fit, ...]
    tests: tuple[TestResult | None, ...]
    within: tuple[str | None, ...]
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per fit: fit, model, formula, n, p, loglik, aic, bic, log_score, within, lr_statistic, lr_df,
        p_value.

        `p` counts the coefficients, and beside fits of other families the scale of `st.ols` too; `log_score` is -loglik
        / n. The last four test the fit within a larger one, and are missing where none contains it.
        """
        scaled = [fit.model.facts.is_regression and fit.model.has_scale for fit in self.fits]
        rows = []
        for name, fit, test, within, has_scale in zip(
            self.names, self.fits, self.tests, self.within, scaled, strict=True
        ):
            # how many parameters: of a mixed model the variances as well; the scale where others have one among theirs
            own = fit._counted if fit.model.facts.is_mixed else len(fit.estimate)
            more = has_scale and not all(scaled)
            row: dict[str, Any] = {"fit": name, "model": fit.model.title, "formula": nested.describe(fit.model)}
            row |= {"n": fit.n, "p": own + more, "loglik": fit.loglik}
            row |= {"aic": fit.aic + 2.0 * more, "bic": fit.bic + more * np.log(fit.n)}
            row |= {"log_score": -fit.loglik / fit.n, "within": within}
            told = (np.nan, np.nan, np.nan) if test is None else (test.statistic, test.df, test.p_value)
            rows.append(row | dict(zip(("lr_statistic", "lr_df", "p_value"), told, strict=True)))
        return pd.DataFrame(rows)

    def _headline(self) -> str:
        model = self.fits[0].model
        return headline(self, "", ", ".join(self.names), f"{len(self.fits)} fits of {model.outcome_name}")

    def _page(self) -> Page:
        model, table = self.fits[0].model, self.table()
        size = f"{len(model.y):,} times" if model.facts.is_series else model.counted or f"{len(model.rows.X):,} rows"
        lines = [f"{len(self.fits)} fits of {model.outcome_name} to {size}"]
        same = len(set(table["model"])) == 1
        head = ["fit", "p", "loglik", "AIC", "BIC", "log score", "within", "LR", "df", "p-value"]
        rows = []
        for row in table.to_dict("records"):
            lines.append(f"  {row['fit']}: {'' if same else row['model'] + ', '}{row['formula']}")
            cells = [row["fit"], f"{row['p']}", f"{row['loglik']:.4f}", f"{row['aic']:.2f}", f"{row['bic']:.2f}"]
            cells += [f"{row['log_score']:.4f}"]
            tested = row["lr_df"] == row["lr_df"]
            cells += [row["within"], number(row["lr_statistic"]), f"{row['lr_df']:.0f}"] if tested else ["—"] * 3
            rows.append([*cells, p_text(row["p_value"]) if tested else "—"])
        said = [f"Smallest {what.upper()}: {self.names[int(table[what].argmin())]}." for what in ("aic", "bic")]
        if any(test is not None for test in self.tests):
            said.append("LR: likelihood ratio of the fit within a larger one; a small p-value speaks for the larger.")
        return Page(*lines, "", Grid(head, rows, "lrrrrrlrrr"), "", *said, *self.notes)


def compare(*fits: Fit, names: Sequence[str] | None = None) -> Comparison:
    """Compare two or more fits of one outcome on the same rows.

    `names` label the fits, by default "1", "2", ... A fit is tested by likelihood ratio within the smallest fit that
    has more coefficients and contains it; pairs that are not nested are named, and AIC and BIC compare them. Densities
    are comparable for one outcome only, so fits of other rows, outcomes or weights, and state space models with unlike
    numbers of flat states, are an IncompatibleError that says what differs; DomainError for fewer than two fits and for
    names that do not fit.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> both = compare(st.fit(st.ols("y ~ 1", data)), st.fit(st.ols("y ~ x", data)), names=["null", "line"])
    >>> print(both.tests[0])
    Likelihood ratio test of y ~ 1, against y ~ x
    <BLANKLINE>
      chi2  df       p
    ──────────────────
    14.979   1  <0.001
    <BLANKLINE>
    n log(RSS restricted / RSS full): the scale at its maximum in each.
    """
    if len(fits) < 2:
        apart = " Give them one by one: st.compare(*fits)." if fits and isinstance(fits[0], list | tuple | dict) else ""
        raise DomainError(f"compare needs two fits or more; got {len(fits)}: st.compare(fit, smaller).{apart}")
    labels = names_of(fits, names, "compare")
    if not are_different(labels):
        raise DomainError(f"compare needs names=, a different one for each of {len(fits)} fits; got {quoted(labels)}.")
    for fit in fits:
        if not isinstance(fit, Estimates):
            raise IncompatibleError(f"compare needs fits, st.fit(model); got {type(fit).__name__}.")
    for label, fit in zip(labels[1:], fits[1:], strict=True):
        if reason := nested.difference_in_outcome(fits[0].model, fit.model):
            raise IncompatibleError(
                f"compare needs fits of one outcome on the same rows, and {labels[0]} and {label} are not: {reason}."
            )
        nested.require_same_likelihood("compare", fits[0], fit)
    tests: list[TestResult | None] = []
    within: list[str | None] = []
    notes: list[str] = []
    for index, fit in enumerate(fits):
        twins = [labels[k] for k in range(index) if len(fits[k].estimate) == len(fit.estimate)]
        if twins:
            notes.append(f"No test between {' and '.join([*twins, labels[index]])}: they have the same size. Use AIC.")
        larger = [k for k in range(len(fits)) if len(fits[k].estimate) > len(fit.estimate)]
        tests.append(None)
        within.append(None)
        for k in sorted(larger, key=lambda k: len(fits[k].estimate)):
            try:
                test = nested.likelihood_ratio(fits[k], fit)
            except StattoolsError as error:
                notes.append(f"No test of {labels[index]} within {labels[k]}: {error.message}")
                continue
            tests[-1], within[-1] = test, labels[k]
            break
    return Comparison(labels, tuple(fits), tuple(tests), tuple(within), tuple(notes))


LOG_SCORE = "log score"

MEANS = {"mean", "se", "difference", "difference_se"}


def squared_error(mean: Floats, y: Floats) -> Floats:
    """(y - mean)^2 of each row."""
    return (y - mean) ** 2


def brier(mean: Floats, y: Floats) -> Floats:
    """Squared error of the probabilities: of P(1) where there are two labels, else summed over all of them."""
    if mean.ndim == 1:
        return (y - mean) ** 2
    return (((y[:, None] == np.arange(mean.shape[1])) - mean) ** 2).sum(axis=1)


NUMBERS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "squared error": squared_error,
    "absolute error": lambda mean, y: np.abs(y - mean),
}

LABELS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "Brier score": brier,
    "accuracy": lambda mean, y: (most_probable(mean) == y).astype(float),
}

SCORES: dict[Outcome, dict[str, Callable[[Floats, Floats], Floats]]] = {
    **dict.fromkeys((Outcome.REAL, Outcome.POSITIVE, Outcome.UNIT, Outcome.COUNT, Outcome.TRIALS), NUMBERS),
    **dict.fromkeys((Outcome.BINARY, Outcome.ORDERED, Outcome.CATEGORY), LABELS),
    Outcome.TIME: {},  # of a censored time only the density is known
}
"""What is said of an outcome beside the log score; of trials it is the share of successes."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class CrossValidation(Faces):
    """Scores of rows that were held out, for one model or several: the answer of `st.cross_validate`.

    `fold` (n,) is the fold of each row that the model kept, 0 ... folds - 1, and `scores` has for each model its
    scores of these rows by name, arrays (n,). All but accuracy are the better the smaller.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    folds: int
    fold: NDArray[np.intp]
    scores: tuple[dict[str, Floats], ...]
    weight: Floats
    groups: Groups | None
    seed: Any

    def table(self) -> pd.DataFrame:
        """One row per score and model: score, model, mean, se, difference, difference_se.

        `difference` is the mean minus that of the model with the best log score, whose row has 0, with the standard
        error of the paired difference.
        """
        best = self.scores[int(np.argmin([self._mean(each[LOG_SCORE]) for each in self.scores]))]
        rows = []
        for score in [score for score in best if all(score in each for each in self.scores)]:
            for name, each in zip(self.names, self.scores, strict=True):
                row = {"score": score, "model": name, "mean": self._mean(each[score]), "se": self._error(each[score])}
                gap = each[score] - best[score]
                rows.append(row | {"difference": self._mean(gap), "difference_se": self._error(gap)})
        return pd.DataFrame(rows)

    def by_fold(self) -> pd.DataFrame:
        """One row per model and fold: model, fold, n, and the mean of each score."""
        rows = []
        for name, each in zip(self.names, self.scores, strict=True):
            for k in range(self.folds):
                weight = np.where(self.fold == k, self.weight, 0.0)
                means = {score: float(np.average(values, weights=weight)) for score, values in each.items()}
                rows.append({"model": name, "fold": k, "n": float(weight.sum())} | means)
        return pd.DataFrame(rows)

    @property
    def n(self) -> float:
        """Number of observations: the sum of the frequency weights."""
        return float(self.weight.sum())

    def _mean(self, values: Floats) -> float:
        return float(self.weight @ values) / self.n

    def _error(self, values: Floats) -> float:
        """The standard error of the mean over independent rows, or over groups."""
        gaps = values - self._mean(values)
        if self.groups is None:
            return float(np.sqrt(self.weight @ gaps**2 / (self.n - 1.0) / self.n))
        sums = np.bincount(self.groups.codes, self.weight * gaps, self.groups.n)
        return float(np.sqrt(sums @ sums * self.groups.n / (self.groups.n - 1.0))) / self.n

    def _headline(self) -> str:
        score = f"log score = {min(self._mean(each[LOG_SCORE]) for each in self.scores):.4g}"
        first = self.titles[0] if len(self.titles) == 1 else f"{len(self.titles)} models"
        return headline(self, "", first, f"{self.folds} folds", f"n = {self.n:,.0f}", score)

    def _page(self) -> Page:
        held = "rows" if self.groups is None else f"{self.groups.n:,} groups of {self.groups.name}"
        lines = [f"{self.folds}-fold cross-validation of {title}" for title in self.titles]
        table = self.table()
        if len(self.names) == 1:
            table = table.drop(columns=["model", "difference", "difference_se"])
        else:
            lines = [f"{line} ({name})" for name, line in zip(self.names, lines, strict=True)]
        return Page(
            *lines,
            f"{self.n:,.0f} observations, held out by {held}, seed {self.seed}",
            "",
            Grid.of(table.to_dict("records"), names=len(table.columns) - len(set(table) & MEANS), like="se"),
            "",
            "The smaller the better, accuracy the larger. Standard errors do not know that the fits share rows.",
        )


def cross_validate(
    *models: Any,
    folds: int = 10,
    groups: str | ArrayLike | None = None,
    seed: int | np.random.Generator,
    penalty: object = None,
    names: Sequence[str] | None = None,
) -> CrossValidation:
    """Scores of each row under a fit that has not seen it: the log score, and what goes with the outcome.

    Rows are dealt to `folds` folds at random, labels of an outcome evenly; rows that share one of `groups`, the name of
    a column or one label per row, stay together. Several models are scored on the same folds. `penalty` is that of
    `st.fit`. For regressions, one-vs-rest, networks, whose training starts from `seed`, and mixed models: a row of a
    group that the fit has seen is predicted with its effects, one of a new group (`groups="g"`) without.

    Raises IncompatibleError for models without rows in memory, DomainError for more folds than rows or groups and for
    models of other rows, IdentificationError, which names the fold, where a fit without a fold has no maximum.

    >>> import stattools as st
    >>> table = {"y": [1.0, 2.1, 2.9, 4.2, 5.1, 5.8], "x": [1, 2, 3, 4, 5, 6]}
    >>> found = st.cross_validate(st.ols("y ~ x", table), st.ols("y ~ 1", table), folds=3, seed=1)
    >>> found.table()[["mean", "difference"]].head(2).round(3).to_numpy().tolist()
    [[-0.126, 0.0], [2.177, 2.304]]
    """
    if not models:
        raise DomainError("cross_validate needs one model or more.")
    for model in models:
        if not isinstance(model, AnyModel):
            raise IncompatibleError(
                f"cross_validate needs models, such as st.ols(...), and of a fit fit.model; got {described(model)}."
            )
        model.subset(slice(0, 1))  # refused where there are no rows
    labels = names_of(models, names, "cross_validate")
    whole: list[Any] = [without_groups(_first_of(model)) for model in models]
    seen = [
        (
            np.ones(len(one.rows.X)) if one.rows.weight is None else one.rows.weight,
            np.arange(one.places.n) if one.places.kept is None else one.places.kept,
        )
        for one in whole
    ]
    weight = seen[0][0]
    for label, first in zip(labels, seen, strict=True):
        if not all(map(np.array_equal, seen[0], first)):
            raise IncompatibleError(
                f"cross_validate: {label!r} has other rows or weights than {labels[0]!r}. Make them from one table "
                "whose columns have no gaps."
            )
    among = None if groups is None else Groups.read(groups, whole[0], "cross_validate")
    count = whole_number(folds, "folds= of cross_validate", at_least=2)
    most, what = (int((weight > 0).sum()), "rows") if among is None else (among.n, "groups")
    if count > most:
        raise DomainError(f"cross_validate needs no more folds than {what}; got folds={count} and {most:,} {what}.")
    require_memory(f"{count:,} folds of {len(weight):,} rows", 3 * count * len(weight), "Use fewer folds.")
    random = generator(seed)
    one = models[0]
    codes = (one.label_codes if one.facts.is_separate else one.rows.y) if _has_classes(one) else None
    fold = _dealt(codes, weight, among, count, random)
    start = int(random.integers(2**31))
    scores = tuple(_scores(model, fold, count, weight, penalty, start) for model in models)
    titles = tuple(f"{model.title}, {model._subject}" for model in models)
    return CrossValidation(titles, labels, count, fold, scores, weight, among, recorded(seed))


def _dealt(
    codes: Floats | None, weight: Floats, groups: Groups | None, folds: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """The fold of each row: rows are dealt in turn, sorted by label where there are labels; groups to the smallest."""
    if groups is not None:
        sizes = np.bincount(groups.codes, weight, groups.n)
        order = random.permutation(groups.n)
        place, full = np.empty(groups.n, dtype=np.intp), np.zeros(folds)
        for k in order[np.argsort(-sizes[order], kind="stable")]:
            place[k] = np.argmin(full)
            full[place[k]] += sizes[k]
        return place[groups.codes]
    order = random.permutation(len(weight))
    if codes is not None:
        order = order[np.argsort(codes[order], kind="stable")]
    order = order[np.argsort(weight[order] <= 0, kind="stable")]  # rows of weight 0 are dealt last
    fold = np.empty(len(weight), dtype=np.intp)
    fold[order] = np.arange(len(weight)) % folds
    return fold


def _scores(
    model: Any, fold: NDArray[np.intp], folds: int, weight: Floats, penalty: Any, start: int
) -> dict[str, Floats]:
    """Each score of each row, from the fit without its fold; an error that names it where there is none."""
    scores: dict[str, Floats] = {}
    fitted = None
    if penalty is None and model.facts.is_regression:  # all at once: without a fold, whose rows have weight 0
        fitted = replicated(model, None, np.where(fold == np.arange(folds)[:, None], 0.0, weight))
    trained: Any = model
    training: dict[str, Any] = {"seed": start} if isinstance(trained, Trainable) else {}
    outcome = Outcome.CATEGORY if model.facts.is_separate else without_groups(model).likelihood.outcome
    for k in range(folds):
        inside = np.flatnonzero(fold == k)
        held_out = model.subset(inside)
        if fitted is not None and k not in fitted.reasons:
            found = judged(held_out, fitted.estimate[k], float(fitted.scale[k]))
        else:
            try:
                alone: Any = fitted_to(model.subset(np.flatnonzero(fold != k)), penalty=penalty, **training)
            except REFUSALS as error:
                raise IdentificationError(
                    f"cross_validate: there is no fit without fold {k} (of 0 ... {folds - 1}): {error.message} Use "
                    "fewer folds, a penalty=, or leave out the column or level that a fold alone holds."
                ) from error
            found = alone._judged(held_out)
        each = {LOG_SCORE: -found.loglik}
        if found.mean is not None:
            with np.errstate(over="ignore"):  # refused below
                each |= {name: score(found.mean, found.observed) for name, score in SCORES[outcome].items()}
        for name, values in each.items():
            if not np.isfinite(values).all():
                raise DomainError(
                    f"cross_validate: the {name} of a row in fold {k} is beyond float64. Look at its data, or "
                    "change the units of columns whose values are very large."
                )
            scores.setdefault(name, np.empty(len(fold)))[inside] = values
    return scores


FARTHEST = 1e150
"""Log-likelihoods of rows are squared for the standard error."""


def held_out(*fits: Any, data: object, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Fits side by side on rows that they were not fitted to: a table, or a pair (y, X) for fits of arrays.

    One row per fit: fit, n, log_score, se, difference, difference_se, accuracy. `difference` is the log score minus
    that of the best fit, with the standard error of the paired difference; accuracy is missing for outcomes without
    classes, standard errors for one new row, which has no spread. One-vs-rest fits are scored by their shares,
    normalized after the fact. The columns of a fit's weights and precision are looked up; without that of the weights
    each new row counts once. Raises IncompatibleError for fits whose outcomes have no density at single rows,
    DomainError for labels that a fit has not seen, and for a row whose log-likelihood has no square in float64.

    >>> import stattools as st
    >>> table = {"y": [0, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 6]}
    >>> fits = st.fit(st.logistic("y ~ 1", table)), st.fit(st.logistic("y ~ x", table))
    >>> held_out(*fits, data={"y": [0, 1], "x": [1, 6]}, names=["null", "line"]).log_score.round(3).tolist()
    [0.693, 0.047]
    """
    if not fits:
        raise DomainError("held_out needs one fit or more.")
    for fit in fits:
        if not isinstance(fit, AnyFit):
            raise IncompatibleError(f"held_out needs fits, st.fit(model); got {type(fit).__name__}.")
    labels = names_of(fits, names, "held_out")
    with np.errstate(over="ignore"):  # told below
        seen = [_new_rows(fit, data) for fit in fits]
    scores = [-one.loglik for one in seen]
    for label, score in zip(labels, scores, strict=True):
        if not (np.abs(score) < FARTHEST).all():
            row = int(np.argmin(np.abs(score) < FARTHEST))
            raise DomainError(
                f"held_out: the log-likelihood of row {row} under fit {label!r} is {-score[row]:.3g}, whose square is "
                "beyond float64. Look for a wrong unit or a slip in that row, or leave it out."
            )
    if len({len(score) for score in scores}) > 1:
        raise IncompatibleError(f"held_out: the fits see different numbers of rows, {[len(s) for s in scores]}.")
    weight, *others = (_frequencies(fit.model, data, len(scores[0])) for fit in fits)
    if not all(np.array_equal(weight, other) for other in others):
        raise IncompatibleError("held_out: the fits have weights= of different columns, so they see other rows.")
    n, means = float(weight.sum()), [float(np.average(score, weights=weight)) for score in scores]
    best = min(range(len(fits)), key=means.__getitem__)

    def standard_error(values: Floats) -> float:
        square = float(weight @ (values - np.average(values, weights=weight)) ** 2)
        return float(np.sqrt(square / (n - 1.0) / n)) if n > 1 else float("nan")

    rows = []
    for label, fit, one, score, mean in zip(labels, fits, seen, scores, means, strict=True):
        gap = score - scores[best]
        row = {"fit": label, "n": int(n), "log_score": mean, "se": standard_error(score)}
        row |= {"difference": float(np.average(gap, weights=weight)), "difference_se": standard_error(gap)}
        right = _predicted(fit, one) == one.observed if _has_classes(fit.model) else np.full(len(score), np.nan)
        rows.append(row | {"accuracy": float(np.average(right, weights=weight))})
    return pd.DataFrame(rows)


def confusion(fit: Any, data: object = None, /) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns): of the rows of the fit, or of new rows.

    For logistic, probit and softmax regression, one-vs-rest and networks alike; the predicted label is the most
    probable one. New rows are a table, or a pair (y, X) for fits of arrays. Frequency weights count, those of new rows
    where they have the column. Raises IncompatibleError for outcomes without classes, DomainError for labels that the
    fit has not seen.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic("y ~ x", {"y": [0, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 6]}))
    >>> confusion(fit).to_numpy().tolist()
    [[2, 1], [1, 2]]
    """
    model = fit.model if isinstance(fit, AnyFit) else None
    if model is None or not _has_classes(model):
        got = described(fit if model is None else model)
        raise IncompatibleError(f"confusion needs a fit whose outcome has classes, such as st.softmax; got {got}.")
    if model.facts.is_mixed:
        raise IncompatibleError(
            f"confusion is of independent rows; got {described(model)}. Cross the outcome with "
            'fit.predict(data, kind="class") by pandas.crosstab; groups="known" takes in the effect of a row\'s group.'
        )
    is_ours = model.facts.is_separate or isinstance(fit, Estimates)
    seen = fit._judged(model) if data is None and is_ours else _new_rows(fit, data)
    weight = _frequencies(model, data, len(seen.observed))
    return crossed(model.labels or (0, 1), seen.observed, _predicted(fit, seen), weight)


def _has_classes(model: AnyModel) -> bool:
    return model.facts.is_separate or (model.likelihood is not None and model.likelihood.outcome.has_labels)


def _first_of(model: Any) -> Any:
    """The first of the models that are fitted one by one, over the same rows; the model itself where it is one."""
    return model.parts[0] if model.facts.is_separate else model


def _predicted(fit: AnyFit, seen: Judged) -> NDArray[np.intp]:
    """The codes of the most probable labels; IncompatibleError of a likelihood that says no probabilities."""
    if seen.mean is None:
        require_answer(fit.model.likelihood, "mean")
    return most_probable(np.asarray(seen.mean))


def _frequencies(model: AnyModel, data: object, n: int) -> Floats:
    """How often each of n rows was seen: those of the fit's model, or new ones."""
    found = frequencies_of(_first_of(model), data)
    return np.ones(n) if found is None else found


def _new_rows(fit: Any, data: object) -> Judged:
    """New rows with their outcome as a fit sees them."""
    model, new = fit.model, data[1] if isinstance(data, tuple) else data
    if model.facts.is_separate:  # shares of one-vs-rest, which are normalized after the fact
        outcome, _ = new_outcome(model.parts[0].design, model.outcome_name, data)
        codes = codes_of(outcome, model.labels, model.outcome_name)
        shares = log_shares([at_rows(one.model, new).eta(one.estimate) for one in fit.fits])
        return Judged(shares[np.arange(len(codes)), codes.astype(int)], np.exp(shares), codes)
    if not isinstance(fit, Estimates):  # a network, or several
        X, y = model.rows_of(data)
        return Judged(fit.pointwise_loglik(data, align=False), fit.mean(X), y)
    if not model.facts.is_regression or model.likelihood.outcome in (Outcome.TRIALS, Outcome.TIME):
        raise IncompatibleError(
            "held_out compares regressions of single rows, one-vs-rest fits and networks; got "
            f"{model.title}. Compare grouped outcomes, and times, by st.compare or st.cross_validate."
        )
    outcome, _ = new_outcome(model.design, model.outcome_name, data)
    at = with_precision(at_rows(model, new), model, new)
    if model.likelihood.outcome.has_labels:
        y = codes_of(outcome, labels_of(model), model.outcome_name)
    else:
        y = model.likelihood.check(numeric(outcome, model.outcome_name))
    return judged(replace(at, rows=replace(at.rows, y=y)), fit.estimate, fit.scale)
