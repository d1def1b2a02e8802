"""The result of a test, as numbers, as a row and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number, p_text
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

WITHOUT_DF = {"exact": "statistic", "draws": "statistic", "beta": "statistic", "normal": "z"}
"""Distributions without degrees of freedom, and what their statistic is called."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class TestResult(Faces):
    """A test: `statistic`, `df` (the number of restrictions) and `p_value`, and what was tested against what.

    `distribution` is "F", on `df` and `df_residual` degrees of freedom, or "chi2", where `df_residual` is infinite
    ("chibar2", where the restricted model lies at the edge of the larger one: half chi2(df - 1), half chi2(df)).
    "exact" is that of the statistic itself, "draws" that of random ones, "beta" one with its moments, "normal" that of
    a z; `note` says more.
    `digits` are those of the p-value on the page, three decimals without them.
    For Wald tests `difference` holds R theta - q and `se` its standard errors, shape (k,); they are empty otherwise.
    `print(result)` is a sentence or two; `table()` is one row.

    >>> test = TestResult("likelihood ratio", 5.99, 2, 0.050, ("x1 = 0", "x2 = 0"))
    >>> print(test)
    Likelihood ratio test of x1 = 0, x2 = 0
    <BLANKLINE>
    chi2  df      p
    ───────────────
    5.99   2  0.050
    """

    kind: str
    statistic: float
    df: int
    p_value: float
    hypothesis: tuple[str, ...]
    distribution: str = "chi2"
    df_residual: float = np.inf
    cov: str = "information"
    note: str = ""
    difference: Floats = field(default_factory=lambda: np.empty(0))
    se: Floats = field(default_factory=lambda: np.empty(0))
    digits: int | None = None

    def table(self) -> pd.DataFrame:
        """One row: test, hypothesis, distribution, statistic, df, df_residual, p_value, cov."""
        row = {"test": self.kind, "hypothesis": ", ".join(self.hypothesis), "distribution": self.distribution}
        row |= {"statistic": self.statistic, "df": self.df, "df_residual": self.df_residual}
        return pd.DataFrame([row | {"p_value": self.p_value, "cov": self.cov}])

    def _headline(self) -> str:
        return headline(self, self.kind, ", ".join(self.hypothesis), self._told(), p_words(self.p_value))

    def _told(self) -> str:
        """The statistic and its distribution."""
        if self.distribution in WITHOUT_DF:
            return f"{WITHOUT_DF[self.distribution]} = {number(self.statistic)}"
        df = f"{self.df}" if self.distribution != "F" else f"{self.df}, {df_text(self.df_residual)}"
        return f"{self.distribution}({df}) = {number(self.statistic)}"

    def _page(self) -> Page:
        cells = [(self.distribution, number(self.statistic)), ("df", f"{self.df}")]
        if self.distribution in WITHOUT_DF:
            cells = [(WITHOUT_DF[self.distribution], number(self.statistic))]
        if self.distribution == "F":
            cells.append(("residual df", df_text(self.df_residual)))
        cells.append(("p", p_text(self.p_value, self.digits)))
        if len(self.difference) == 1:
            cells += [("difference", number(self.difference[0])), ("se", number(self.se[0], 4))]
        head, row = zip(*cells, strict=True)
        said = [f"Covariance: {self.cov}."] if self.kind == "Wald" else []
        said += [self.note] if self.note else []
        title = f"{self.kind[0].upper()}{self.kind[1:]} test of {', '.join(self.hypothesis)}"
        return Page(title, "", Grid(head, [row], "r" * len(head)), *([""] if said else []), *said)


def df_text(df: float) -> str:
    """Degrees of freedom as they are printed, of which some are no whole number, or none, infinitely many.

    >>> df_text(1234.0), df_text(2.345), df_text(np.inf)
    ('1,234', '2.35', '∞')
    """
    if np.isinf(df):
        return "∞"
    return f"{df:,.0f}" if df == round(df) or df > 1000.0 else f"{df:.3g}"


def p_words(p: float) -> str:
    """`p = 0.050`, or `p <0.001`."""
    text = p_text(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"
