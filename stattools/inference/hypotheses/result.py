"""The result of a test, as numbers, as a row and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number, p_text
from stattools.text.printing import printed


@answers_guesses
@dataclass(frozen=True, eq=False)
class TestResult:
    """A test: `statistic`, `df` (the number of restrictions) and `p_value`, and what was tested against what.

    `distribution` is "F", on `df` and `df_residual` degrees of freedom, or "chi2", where `df_residual` is infinite
    ("chibar2", where the restricted model lies at the edge of the larger one: half chi2(df - 1), half chi2(df)).
    For Wald tests `difference` holds R theta - q and `se` its standard errors, shape (k,); they are empty otherwise.
    `print(result)` is a sentence or two; `table()` is one row.

    >>> test = TestResult("likelihood ratio", 5.99, 2, 0.050, ("x1 = 0", "x2 = 0"))
    >>> print(test)
    Likelihood ratio test of x1 = 0, x2 = 0
    chi2(2) = 5.99, p = 0.050
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

    def table(self) -> pd.DataFrame:
        """One row: test, hypothesis, distribution, statistic, df, df_residual, p_value, cov."""
        row = {"test": self.kind, "hypothesis": ", ".join(self.hypothesis), "distribution": self.distribution}
        row |= {"statistic": self.statistic, "df": self.df, "df_residual": self.df_residual}
        return pd.DataFrame([row | {"p_value": self.p_value, "cov": self.cov}])

    @printed
    def __str__(self) -> str:
        df = f"{self.df}" if self.distribution != "F" else f"{self.df}, {self.df_residual:,.0f}"
        lines = [f"{self.kind[0].upper()}{self.kind[1:]} test of {', '.join(self.hypothesis)}"]
        lines.append(f"{self.distribution}({df}) = {number(self.statistic)}, {p_words(self.p_value)}")
        if len(self.difference) == 1:
            lines.append(f"difference {number(self.difference[0])} (standard error {number(self.se[0], 4)})")
        if self.kind == "Wald":
            lines.append(f"Covariance: {self.cov}.")
        return "\n".join([*lines, self.note] if self.note else lines)


def p_words(p: float) -> str:
    """`p = 0.050`, or `p <0.001`."""
    text = p_text(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"
