"""Several fits side by side, as papers print them: one column per model, one row per term, the fits in numbers below.

An estimate is rounded by its standard error. A term that a model does not have is an empty cell; a coefficient at
infinity is ∞.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stattools.bayes.sampling.draws import Posterior
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.fitted import Fit
from stattools.interface.arguments import is_one_of, names_of, word_of
from stattools.interface.interval import require_level
from stattools.reporting import html, latex, markdown
from stattools.reporting.document import Table, code, literal
from stattools.reporting.tables import between, count, decimals, number, percent

FACES: dict[str, Callable[[Table], str]] = {"markdown": markdown.table, "html": html.table, "latex": latex.table}

NUMBERS = ("model", "method", "n", "log-likelihood", "AIC", "R²", "McFadden R²", "penalty", "covariance")
"""The rows under the coefficients, in their order."""

type Term = tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    """One model: a cell per term, the model in numbers."""

    title: str
    cells: dict[Term, str]
    numbers: dict[str, str]


def report_table(
    *results: Any,
    format: Literal["markdown", "html", "latex"] = "markdown",
    names: Sequence[str] | None = None,
    spread: Literal["se", "interval"] = "se",
    level: float = 0.95,
) -> str:
    """Fits or posteriors side by side: estimates with their uncertainty in brackets, then n, log-likelihood, AIC, R².

    `names` are the headings of the columns, numbers if none; `spread` is what stands in brackets, the standard error
    or the Wald interval at `level`; of a posterior, the posterior standard deviation or the interval of highest
    density. Every row of numbers says what it is, the covariance included. LaTeX needs booktabs. Names are escaped in
    every format. Raises DomainError for an unknown format or the wrong number of names, IncompatibleError for what is
    neither a fit nor a posterior that was drawn.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]}
    >>> print(st.report_table(st.fit(st.ols("y ~ 1", data)), st.fit(st.ols("y ~ x", data)), names=["mean", "line"]))
    | term           |       mean        |       line        |
    | :------------- | :---------------: | :---------------: |
    | `Intercept`    |    5.10 (1.44)    |   1.100 (0.490)   |
    | `x`            |                   |   2.000 (0.200)   |
    | model          | Linear regression | Linear regression |
    | n              |         5         |         5         |
    | log-likelihood |      -12.367      |      -3.527       |
    | AIC            |       26.73       |       11.05       |
    | R²             |      0.0000       |      0.9709       |
    | covariance     |    information    |    information    |
    <BLANKLINE>
    *Estimate (standard error).*
    """
    format = word_of(format, FACES)
    if not is_one_of(format, FACES):
        raise DomainError(f"report_table needs format= one of {', '.join(FACES)}; got {quoted(format)}.")
    face = FACES[format]
    spread = word_of(spread, ("se", "interval"))
    if not is_one_of(spread, ("se", "interval")):
        raise DomainError(f'report_table needs spread="se" or "interval"; got {quoted(spread)}.')
    require_level(level)
    if not results:
        raise DomainError("report_table needs one fit or more; got none.")
    given = names_of(results, names, "report_table")
    titles = [f"({name})" if names is None else literal(name) for name in given]
    columns = [_column(result, title, spread, level) for result, title in zip(results, titles, strict=True)]
    return face(_table(columns, _caption(results, spread, level)))


def _table(columns: Sequence[_Column], caption: str) -> Table:
    terms = list(dict.fromkeys(term for column in columns for term in column.cells))
    wide = max(map(len, terms))
    rows = [(*("",) * (wide - len(term)), *map(code, term)) for term in terms]
    body = [(*row, *(column.cells.get(term, "") for column in columns)) for row, term in zip(rows, terms, strict=True)]
    told = {name for column in columns for name in column.numbers}
    for said in (name for name in NUMBERS if name in told):
        blank = ("",) * (wide - 1)
        body.append((said, *blank, *(column.numbers.get(said, "") for column in columns)))
    header = ("category", "term") if wide == 2 else ("term",)
    align = "l" * wide + "c" * len(columns)
    return Table((*header, *(column.title for column in columns)), tuple(body), align, caption)


def _caption(results: Sequence[Any], spread: str, level: float) -> str:
    fits = [isinstance(result, Fit) for result in results]
    said = []
    if any(fits):
        said.append("estimate " + ("(standard error)" if spread == "se" else f"({percent(level)} Wald interval)"))
    if not all(fits):
        bracket = "standard deviation" if spread == "se" else f"{percent(level)} HDI"
        said.append(f"of a posterior, mean ({bracket})")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _column(result: Any, title: str, spread: str, level: float) -> _Column:
    if isinstance(result, Fit):
        rows = result.table(level).to_dict("records")
        cells = {
            tuple(str(row[name]) for name in ("category", "term") if name in row): _cell(
                row["estimate"], row["se"], row["lower"], row["upper"], spread
            )
            for row in rows
        }
        return _Column(title, cells, _numbers(result))
    if isinstance(result, Posterior):
        ends = tuple(result.interval(level))
        cells = {
            (name,): _cell(float(mean), float(sd), float(lower), float(upper), spread)
            for name, mean, sd, lower, upper in zip(result.names, result.mean, result.sd, *ends, strict=True)
        }
        return _Column(title, cells, {"model": "posterior", "method": literal(result.method)})
    raise IncompatibleError(
        f"report_table takes fits of st.fit and posteriors that st.posterior drew; got {type(result).__name__}. "
        "Pass st.fit(model) for a model; st.report shows everything else."
    )


def _cell(estimate: float, se: float, lower: float, upper: float, spread: str) -> str:
    places = decimals(se)
    if not np.isfinite(se):
        return number(estimate, places)
    return f"{number(estimate, places)} ({number(se, places) if spread == 'se' else between(lower, upper, places)})"


def _numbers(fit: Any) -> dict[str, str]:
    numbers = {
        "model": literal(fit.model.title),
        "n": count(fit.n) if fit.n is not None else "",
        "log-likelihood": number(fit.loglik, 3),
        "AIC": number(fit.aic, 2),
    }
    if np.isfinite(fit.r_squared):
        numbers["R²" if fit.model.has_scale else "McFadden R²"] = number(fit.r_squared, 4)
    if fit.penalty is not None:
        numbers["penalty"] = code(fit.penalty)
    return numbers | {"covariance": literal(fit.cov)}
