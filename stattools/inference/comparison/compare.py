"""Fits of the same outcome side by side: size, log-likelihood, AIC, BIC, log score, and tests where they are nested.

    AIC = 2 p - 2 loglik,   BIC = p log n - 2 loglik,   log score = - loglik / n (smaller is better)

Source: Burnham & Anderson, Model Selection and Multimodel Inference (2002), ch. 2; Gneiting & Raftery (2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.fits.fit import Fit
from stattools.inference.hypotheses import nested
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import are_different, names_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
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
            own = fit._counted if fit.model.is_mixed else len(fit.estimate)
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
