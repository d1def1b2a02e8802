"""Cross-validation: how well a model predicts rows that its fit has not seen, each row once.

    score = sum_i w_i s_i / sum_i w_i,   s_i = -log p(y_i | x_i, fit without the fold of row i)

and beside the log score what goes with the outcome: errors of a number, the Brier score and accuracy of labels. The
standard error is that of a mean of independent rows, or of groups where groups are held out together. It does not know
that the fits share rows, for which no unbiased estimate exists: Bengio & Grandvalet, JMLR 5 (2004), 1089-1105. Source:
Stone, JRSS B 36 (1974), 111-147; Gneiting & Raftery, JASA 102 (2007), 359-378.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import REFUSALS, DomainError, IdentificationError, IncompatibleError
from stattools.inference.comparison.scores import SCORES
from stattools.inference.covariance.kinds import Groups
from stattools.inference.estimates import judged
from stattools.inference.fitting.many import replicated
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.fitting.trainable import Trainable
from stattools.interface.arguments import described, names_of
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import pd
from stattools.interface.whole_numbers import whole_number
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

LOG_SCORE = "log score"

NUMBERS = {"mean", "se", "difference", "difference_se"}


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
            Grid.of(table.to_dict("records"), names=len(table.columns) - len(set(table) & NUMBERS), like="se"),
            "",
            "The smaller the better, accuracy the larger. Standard errors do not know that the fits share rows.",
        )


def cross_validate(
    *models: Any,
    folds: int = 10,
    groups: str | ArrayLike | None = None,
    seed: int | np.random.Generator,
    penalty: Any = None,
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
    whole: list[Any] = [(model.parts or (model,))[0].without_groups for model in models]
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
    fold = _dealt(models[0].label_codes, weight, among, count, random)
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
    if penalty is None and isinstance(model, Model):  # all at once: without a fold, whose rows have weight 0
        fitted = replicated(model, None, np.where(fold == np.arange(folds)[:, None], 0.0, weight))
    trained: Any = model
    training: dict[str, Any] = {"seed": start} if isinstance(trained, Trainable) else {}
    outcome = Outcome.CATEGORY if model.parts else model.without_groups.likelihood.outcome
    for k in range(folds):
        inside = np.flatnonzero(fold == k)
        held_out = model.subset(inside)
        if fitted is not None and k not in fitted.reasons:
            found = judged(held_out, fitted.estimate[k], float(fitted.scale[k]))
        else:
            try:
                alone: Any = fit(model.subset(np.flatnonzero(fold != k)), penalty=penalty, **training)
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
