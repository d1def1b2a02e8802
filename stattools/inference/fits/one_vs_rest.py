"""The fits of one-vs-rest: separate, so that their probabilities are normalized only after the fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import special

from stattools.data.tables.arrays import as_outcome
from stattools.data.tables.table import Places
from stattools.errors import IncompatibleError, quoted
from stattools.inference.certificate import Certificate, of_each
from stattools.inference.estimates import AnyFit, Judged
from stattools.inference.fits.fit import Fit
from stattools.inference.needs import offered, require
from stattools.inference.prediction.predict import Missing, handed_out
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.models.regressions.categories import OneVsRest
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from stattools.inference.diagnostics.checks import CheckTable


NOTE = "Predicted probabilities are normalized only after the fact; st.softmax has one likelihood for all."


def _of_each(fits: OneVsRestFit, name: str) -> None:
    """What each of the fits needs."""
    for fit in fits.fits:
        if fit.model.facts.is_mixed:
            raise IncompatibleError(f"{name} of several fits with groups or curves: ask each, fit.fits[0].{name}(...).")
        require(fit, name)


NEEDS = {"check": (_of_each,), "save": (_of_each,)}
"""What questions need, see `stattools/inference/needs.py`."""


def log_shares(eta: list[Floats]) -> Floats:
    """Logarithms of the shares (n, K), which are normalized after the fact, of the log odds of each category.

    >>> np.exp(log_shares([np.array([0.0]), np.array([0.0])])).tolist()
    [[0.5, 0.5]]
    """
    separate = special.log_expit(np.column_stack(eta))
    return separate - special.logsumexp(separate, axis=1, keepdims=True)


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class OneVsRestFit(AnyFit):
    """K logistic fits, in the order of `model.labels`. They share no likelihood, so there is no joint AIC or test."""

    model: OneVsRest
    fits: tuple[Fit, ...]

    def _judged(self, model: OneVsRest) -> Judged:
        def log_odds(part: Any, fit: Fit) -> Floats:  # of groups that a fit does not know those of its average
            return special.logit(fit._judged(part).mean) if part.facts.is_mixed else part.eta(fit.estimate)

        shares, codes = log_shares([*map(log_odds, model.parts, self.fits)]), model.label_codes
        return Judged(shares[np.arange(len(shares)), codes], np.exp(shares), codes.astype(float))

    @property
    def certificate(self) -> Certificate:
        """What is proven of the estimates of all fits."""
        return of_each([fit.certificate for fit in self.fits])

    def table(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """The coefficient tables of all fits: category, term, estimate, se, statistic, p_value, lower, upper; as odds
        ratios with `exponentiate=True`, see `Fit.table`.
        """
        tables = []
        for label, fit in zip(self.model.labels, self.fits, strict=True):
            table = fit.table(level, exponentiate=exponentiate)
            table.insert(0, "category", str(label))
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """One row per category: the glance of its fit."""
        table = pd.concat([fit.glance() for fit in self.fits], ignore_index=True)
        table.insert(0, "category", [str(label) for label in self.model.labels])
        return table

    def separate_probabilities(
        self, data: object = None, *, missing: Missing = "raise", align: bool = True
    ) -> pd.DataFrame:
        """P(category against the rest) from each fit, one column per category; the rows do not sum to one. `missing`
        and `align` as in `Fit.predict`.
        """
        separate, places = self._separate(data, missing)
        return handed_out(places, separate, "mean", align)

    def predict(
        self,
        data: object = None,
        *,
        kind: Literal["mean", "class"] = "mean",
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """The separate probabilities divided by their sum: normalized only after the fact, unlike `st.softmax`.

        A frame with one column per category, whose `attrs["note"]` says so; of kind "class" the label whose separate
        probability is largest. The answer has the rows of the table, as that of `Fit.predict`, which says what
        `missing` and `align` are. Raises IncompatibleError for another kind: shares made after the fact have no
        intervals.
        """
        kind = word_of(kind, ("mean", "class"))
        if not is_one_of(kind, ("mean", "class")):
            raise IncompatibleError(
                f"one-vs-rest predicts kind 'mean', 'class'; got kind={quoted(kind)}. See fit.fits[0]."
            )
        separate, places = self._separate(data, missing)
        if kind == "class":
            return handed_out(places, as_outcome(self.model.labels, separate.to_numpy().argmax(axis=1)), kind, align)
        shares = separate.div(separate.sum(axis=1), axis=0)
        shares.attrs["note"] = NOTE
        return handed_out(places, shares, kind, align)

    def _separate(self, data: object, missing: Missing) -> tuple[pd.DataFrame, Places]:
        """The separate probabilities of the rows that are complete, and where they are in their table."""
        answers = [fit._predicted(data, missing) for fit in self.fits]
        columns = {str(label): found for label, (found, _) in zip(self.model.labels, answers, strict=True)}
        return pd.DataFrame(columns), answers[0][1]

    def check(self, *, order: Any = None) -> CheckTable:
        """The checks of all fits, see `Fit.check`, with the category in a column before."""
        from stattools.inference.diagnostics.checks import check_table, checks_of

        require(self, "check", NEEDS)
        labels = map(str, self.model.labels)
        made = {label: checks_of(fit, order) for label, fit in zip(labels, self.fits, strict=True)}
        return check_table(made, self.model.title)

    def save(self, path: str | Path) -> Path:
        """Write the fits without their data to one file, which `st.load` reads; returns the path."""
        from stattools.inference.storage.file import save

        require(self, "save", NEEDS)
        return save(self, path)

    def __dir__(self) -> list[str]:
        """What these fits can be asked."""
        return offered(self, super().__dir__(), NEEDS)

    def _headline(self) -> str:
        first = self.model.parts[0]
        return headline(self, "", first._subject, many(len(self.fits), "category"), f"n = {first.n:,.0f}")

    def _page(self) -> Page:
        pages = (block for fit in self.fits for block in ("", *fit._page().parts))
        return Page(f"{self.model.title} for {self.model.outcome_name}", *pages, "", NOTE)
