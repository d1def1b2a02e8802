"""The result of a test, as numbers, as a row and as a sentence.

P-values of several hypotheses, adjusted for their number.

    bonferroni  m p                                           of the family-wise error rate, as those up to hommel
    sidak       1 - (1 - p)^m                                 of independent tests
    holm        the largest (m - j + 1) p_(j) up to its place  never less powerful than bonferroni
    hochberg    the smallest (m - j + 1) p_(j) from its place  of independent tests
    hommel      by Simes' test of every subset
    fdr         the smallest m p_(j) / j from its place        Benjamini & Hochberg: the share of false discoveries
    by          the same times 1 + 1/2 + ... + 1/m             Benjamini & Yekutieli: under any dependence

Source: Holm (1979); Hochberg (1988); Hommel (1988); Wright, Biometrics 48 (1992); Benjamini & Hochberg (1995);
Benjamini & Yekutieli (2001).

Several tests at once: one that cannot be made is named with its reason, and the others stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IdentificationError, IncompatibleError, StattoolsError, quoted
from stattools.interface.arguments import as_numbers
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number, p_text
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

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

    __test__: ClassVar[bool] = False  # what pytest asks of a class with such a name

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
        df = f"{self.df}" if self.distribution != "F" else f"{self.df}, {df_text(self.df_residual)}"
        law = WITHOUT_DF.get(self.distribution, f"{self.distribution}({df})")
        told = f"{law} = {number(self.statistic)}"
        return headline(self, self.kind, ", ".join(self.hypothesis), told, p_words(self.p_value))

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
        said = [f"Covariance: {self.cov}."] * (self.kind == "Wald") + [self.note] * bool(self.note)
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


def p_words(p: float, digits: int | None = None) -> str:
    """`p = 0.050`, or `p <0.001`; of these significant digits where they are given."""
    text = p_text(p, digits)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


Method = Literal["none", "bonferroni", "sidak", "holm", "hochberg", "hommel", "fdr", "by"]


def _hommel(p: Floats) -> Floats:
    m = len(p)
    adjusted = np.maximum(p, (m * p / np.arange(1, m + 1)).min())
    for size in range(m - 1, 1, -1):
        first = m - size + 1  # the largest of the smaller p-values beside which this subset stands
        low = (size * p[first:] / np.arange(2, size + 1)).min()
        adjusted[:first] = np.maximum(adjusted[:first], np.minimum(size * p[:first], low))
        adjusted[first:] = np.maximum(adjusted[first:], min(size * p[first - 1], low))
    return adjusted


def _stepped_up(factors: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """Each p-value times its factor, of the places from the last to the first, and the smallest of it and those after
    it.
    """
    return lambda p: np.minimum.accumulate(factors(np.arange(len(p), 0.0, -1.0)) * p[::-1])[::-1]


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "none": lambda p: p,
    "bonferroni": lambda p: len(p) * p,
    "sidak": lambda p: -np.expm1(len(p) * np.log1p(-np.minimum(p, 1.0 - 1e-16))),
    "holm": lambda p: np.maximum.accumulate(np.arange(len(p), 0.0, -1.0) * p),
    "hochberg": _stepped_up(lambda place: len(place) + 1.0 - place),
    "hommel": _hommel,
    "fdr": _stepped_up(lambda place: len(place) / place),
    "by": _stepped_up(lambda place: (1.0 / place[::-1]).sum() * len(place) / place),
}
"""Each adjustment, of p-values from the smallest to the largest."""

FOREIGN = {"bh": "fdr", "fdrbh": "fdr", "fdrby": "by", "simeshochberg": "hochberg", "b": "bonferroni", "h": "holm"}
"""What R and statsmodels call them."""


def p_adjust(p_values: ArrayLike, method: Method = "holm") -> Any:
    """P-values adjusted for their number, in their order: an array of their shape, a series of a pandas series.

    `method` is "holm" (the default), "bonferroni", "sidak", "hochberg", "hommel", "fdr" (Benjamini-Hochberg), "by"
    (Benjamini-Yekutieli) or "none"; an adjusted value below 0.05 rejects at a family-wise error rate, for "fdr" and
    "by" at a false discovery rate, of 0.05. Equal to R's `p.adjust` and statsmodels' `multipletests`. Raises
    DomainError for numbers that are no p-values and methods that do not exist.

    >>> import stattools as st
    >>> st.p_adjust([0.01, 0.04, 0.03], "holm").round(3).tolist(), st.p_adjust([0.01, 0.04, 0.03], "fdr").tolist()
    ([0.03, 0.06, 0.06], [0.03, 0.04, 0.04])
    """
    return adjusted(p_values, method_of(method))


def method_of(method: object) -> str:
    """The name of a method, of R's and statsmodels' too; DomainError for another."""
    plain = "".join(letter for letter in method.lower() if letter.isalnum()) if isinstance(method, str) else method
    found = FOREIGN.get(plain, method) if isinstance(plain, str) else method
    return str(one_of(found, METHODS, "p_adjust has method= {}"))


def adjusted(p_values: ArrayLike | pd.Series, method: str) -> Any:
    """Adjusted p-values, by a method that exists."""
    try:
        p = np.asarray(as_numbers(p_values, "p_adjust needs p-values"), dtype=float)
    except ValueError:  # DomainError is one
        p = np.array([np.nan])
    if not ((p >= 0) & (p <= 1)).all():
        raise DomainError(
            f"p_adjust needs p-values, numbers from 0 to 1 and none missing; got {quoted(p_values)}. Leave out what "
            "has none."
        )
    if p.ndim > 1:
        raise IncompatibleError(f"p_adjust needs one family of p-values, in one dimension; got shape {p.shape}.")
    flat = np.atleast_1d(p)
    order = np.argsort(flat, kind="stable")
    found = np.empty_like(flat)
    if flat.size:
        found[order] = np.minimum(METHODS[method](flat[order]), 1.0)
    answer = found.reshape(p.shape)
    return pd.Series(answer, index=p_values.index, name=p_values.name) if isinstance(p_values, pd.Series) else answer


SINGULAR = "the information about its coefficients is singular to round-off: the data do not determine all of them."


def several[Answer](tests: Mapping[str, Callable[[], Answer]]) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answers by the name of the test, and the reason for each that could not be made.

    Raises the reason of the first where none could be made.

    >>> several({"one": lambda: 1.0, "other": lambda: float(np.linalg.inv(np.zeros((1, 1)))[0, 0])})[1]["other"][:33]
    'the information about its coeffic'
    """
    made: dict[str, Answer] = {}
    unmade: dict[str, StattoolsError] = {}
    for name, test in tests.items():
        try:
            made[name] = test()
        except StattoolsError as error:
            unmade[name] = error
        except np.linalg.LinAlgError:
            unmade[name] = IdentificationError(SINGULAR)
    if unmade and not made:
        raise next(iter(unmade.values()))
    return made, {name: error.message for name, error in unmade.items()}


def by_reason(unmade: Mapping[str, str]) -> dict[str, list[str]]:
    """The names of what could not be made, by the reason for it."""
    found: dict[str, list[str]] = {}
    for name, reason in unmade.items():
        found.setdefault(reason, []).append(name)
    return found


def not_made(unmade: Mapping[str, str]) -> str:
    """The tests that could not be made and their reasons, as a note; "" where there is none.

    >>> not_made({"x": "it is constant.", "z": "it is constant."})
    'Not made: x, z: it is constant.'
    """
    said = [f"{', '.join(names)}: {reason}" for reason, names in by_reason(unmade).items()]
    return "Not made: " + " ".join(said) if said else ""
