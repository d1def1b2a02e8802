"""Reads a claim of any form: a dict of estimates, a table, a file, or text.

A claim given as values: a dict of estimates, a frame, and what is said beside them.

A table in JSON: a list of rows, a dict of columns, or these beside one row of facts, as broom writes them.

A fit of R as a claim in full precision: what the function `fit_to_json` of the page on audits writes of `lm`, `glm`,
`glm.nb`, `polr`, `multinom`, `coxph`, `survreg`, `lmer`, `glmer` and the parametric terms of `gam`.

Every value is a list, and null where R has none.

The forms of text that a claim may have, each recognised by what is in it; the first that says yes reads it.

Frames of statsmodels' MNLogit, `summary2().tables[1:]`: a column called "y = 0" holds the terms of the first class
after the reference, "y = 1" those of the second, whatever the classes are called.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from stattools.data.tables.table import axes, table
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.files import path_of, require_regular
from stattools.validation.claims import markup, plain_text
from stattools.validation.claims.headings import fact, heading, one
from stattools.validation.claims.page_numbers import left_over
from stattools.validation.claims.printed import (
    LONGEST,
    NO_NUMBER,
    Cells,
    Claim,
    Printed,
    column_of,
    decimal_mark,
    is_number,
    narrow,
    printed,
)
from stattools.validation.claims.rows import claim_of

SINGLE = 7
"""A number of 32 bits with so many digits was not rounded for print."""


def of_estimates(claim: Mapping[object, object], name: str) -> Claim:
    """The claim of a dict of estimates by term. DomainError for an empty one, and for values that are no numbers."""
    if not claim:
        raise DomainError("a claim needs at least one term with its estimate; got an empty dict.")
    terms = tuple(str(term).strip() for term in claim)
    if len(set(terms)) < len(terms):
        raise DomainError(f"a claim needs each term once; got {', '.join(map(quoted, terms))}.")
    texts = texts_of(claim.values(), terms, "the estimate")
    column = column_of(texts, "the estimate", terms)
    if not np.isfinite(column.value).any():
        raise DomainError("a claim needs estimates; got none that is a number.")
    quotes = tuple(f"{term} {text}" for term, text in zip(terms, texts, strict=True))
    return Claim(name, terms, {"estimate": column}, quotes=quotes)


def by_label(given: Any) -> object:
    """A series with labels of words as a dict by these; everything else as it is."""
    if isinstance(given, dict | str | list | tuple | Mapping) or axes(given) != 1:
        return given
    import narwhals as nw

    one = nw.from_native(given, series_only=True, pass_through=True)
    index = nw.maybe_get_index(one) if isinstance(one, nw.Series) else None
    if index is None or index.dtype.kind in "iuf":
        return given
    labels = [": ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in index]
    return dict(zip(labels, one.to_list(), strict=True))


def beside(given: object, terms: Sequence[str], asker: str) -> list[str]:
    """The texts of what was given beside the estimates, by term or in their order; "" of a term that is not there.

    DomainError for a term that the claim has not, and for another number of values.
    """
    given = by_label(given)
    if isinstance(given, Mapping):
        by_term = {str(term).strip(): value for term, value in given.items()}
        if unknown := [term for term in by_term if term not in terms]:
            raise DomainError(f"{asker} names {quoted(unknown[0])}, and the claim has {', '.join(map(quoted, terms))}.")
        values: list[Any] = [by_term.get(term, "") for term in terms]
    else:
        values = _sequence(given, asker)
    if len(values) != len(terms):
        raise DomainError(
            f"{asker} needs one value for each of the {len(terms)} terms of the claim; got {len(values)}."
        )
    return texts_of(values, terms, asker)


def ends(given: object, terms: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts of both ends of intervals, given as pairs by term or in their order."""
    if isinstance(given, Mapping):
        pairs = [_pair(pair, term) for term, pair in given.items()]
        sides = [dict(zip(given, (pair[end] for pair in pairs), strict=True)) for end in (0, 1)]
        return beside(sides[0], terms, "ci="), beside(sides[1], terms, "ci=")
    listed = _sequence(given, "ci=")
    if len(listed) != len(terms):
        raise DomainError(f"ci= needs a pair for each of the {len(terms)} terms of the claim; got {len(listed)}.")
    pairs = [_pair(pair, term) for term, pair in zip(terms, listed, strict=True)]
    return beside([pair[0] for pair in pairs], terms, "ci="), beside([pair[1] for pair in pairs], terms, "ci=")


def _pair(given: object, term: object) -> Sequence[object]:
    """Both ends of one interval."""
    two = given if isinstance(given, str | tuple | list) else _sequence(given, f"ci= of {quoted(term)}")
    if isinstance(given, str) or len(two) != 2:
        raise DomainError(
            f"ci= needs two numbers for each term, lower and upper; got {quoted(given)} of {quoted(term)}."
        )
    return two


def given_fact(value: object, asker: str) -> Printed:
    """A single number that was given beside the table. DomainError for what is none."""
    text = text_of(value, asker)
    number, half = printed(text, asker, decimal_mark([text], asker))
    if not math.isfinite(number):
        raise DomainError(f"{asker} needs a number; got {quoted(value)}.")
    return Printed(np.asarray(number), np.asarray(half))


def of_frame(frame: object, name: str) -> Cells:
    """The cells of any table of columns, with the labels of its rows first where it has labels."""
    import narwhals as nw

    columns = table(frame)
    head: list[str] = list(columns.names)
    cells = [_texts(columns.column(label), f"the column {quoted(label)}") for label in head]
    index = (
        None if isinstance(frame, Mapping | np.ndarray) else nw.maybe_get_index(nw.from_native(frame, eager_only=True))
    )
    if index is not None and index.dtype.kind not in "iuf":
        levels = [index] if index.nlevels == 1 else [index.map(lambda labels: ": ".join(map(str, labels)))]
        head.insert(0, "")
        cells.insert(0, [str(label) for label in levels[0]])
    return by_class(Cells(name, (tuple(head),), tuple(zip(*cells, strict=True))))


def _texts(values: Iterable[object], where: str) -> list[str]:
    """The texts of a column, with a word where a number is missing among numbers, as NaN in a frame says."""
    held = list(values)
    missing = "" if any(isinstance(value, str) for value in held) else "n/a"
    return [missing if (text := text_of(value, where)) == "NaN" else text for value in held]


def of_records(records: Iterable[Mapping[str, object]], name: str) -> Cells:
    """The cells of a list of rows, each a dict by heading."""
    rows = list(records)
    head = list(dict.fromkeys(str(key) for row in rows for key in row))
    cells = tuple(tuple(text_of(row.get(key, ""), f"the column {quoted(key)}") for key in head) for row in rows)
    return Cells(name, (tuple(head),), cells)


def texts_of(values: Iterable[object], terms: Sequence[str], asker: str) -> list[str]:
    """Values of terms as they would be printed; what was given as text stands as it is."""
    found = []
    for term, value in zip(terms, values, strict=True):
        if type(value) is float and math.isfinite(value):  # as most are, which need no words for a refusal
            found.append(repr(value))
        else:
            text = value if type(value) is str else text_of(value, f"{asker} of {quoted(term)}")
            if NO_NUMBER.fullmatch(text.strip()):
                raise DomainError(
                    f"a claim needs a number in {asker} of {quoted(term)}; got {quoted(text)}. Leave out the terms "
                    "that have none, or give None for them."
                )
            found.append(text)
    return found


def text_of(value: object, where: str) -> str:
    """A value as it would be printed: text as it stands, a number in its shortest decimal form, "" for what is missing,
    "NaN" for what is not a number.

    >>> text_of("2.380", ""), text_of(2.38, ""), text_of(None, ""), text_of(float("nan"), "")
    ('2.380', '2.38', '', 'NaN')
    """
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and not isinstance(value, np.floating):
        value = value.item()
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | np.floating):
        if axes(value) == 0 and str(value) in ("<NA>", "NaT"):
            return ""
        raise DomainError(
            f"a claim needs numbers, or text of numbers, in {where}; got {quoted(value)} of type "
            f"{type(value).__name__}."
        )
    if isinstance(value, int) and value.bit_length() > 4 * LONGEST:
        raise DomainError(f"a claim needs numbers that can be printed in {where}; got {quoted(value)}.")
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        raise DomainError(f"a claim needs finite numbers in {where}; got {value}.")
    return str(value) if isinstance(value, int | Decimal) else _shortest(value)


def _shortest(value: float | np.floating) -> str:
    if isinstance(value, np.floating) and value.itemsize < 8:
        text = str(value)
        return f"{float(value):.17g}" if len(Decimal(text).as_tuple().digits) >= SINGLE else text
    return repr(float(value))


def _sequence(given: Any, asker: str) -> list[object]:
    if isinstance(given, str) or axes(given) == 0:
        raise DomainError(f"{asker} needs a dict by term or one value for each term; got {quoted(given)}.")
    return list(given)


def is_json(text: str) -> bool:
    """Whether the text opens as a list or an object of JSON.

    >>> is_json('[{"term": "x"}]'), is_json("[95% CI]")
    (True, False)
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return False
    try:
        json.loads(text, parse_int=Decimal)
    except (ValueError, RecursionError):
        return False
    return True


def json_cells(text: str, name: str) -> Cells:
    """The rows of the table that is in the text, numbers with their digits; single numbers are facts.

    DomainError where no part of it has terms and estimates.

    >>> json_cells('{"tidy": [{"term": "x", "estimate": 0.50}], "glance": {"nobs": 20}}', "a").facts["n"].value
    array(20.)
    """
    whole = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    parts = [part for part in _parts(whole) if any(heading(key) for row in part for key in row)]
    tables = [part for part in parts if _kinds(part) >= {"term", "estimate"}]
    if len(tables) != 1:
        raise DomainError(
            f"a claim needs one table of terms and estimates; the JSON of {name} has {len(tables) or 'none'}."
        )
    return replace(of_records(tables[0], name), facts=_facts(whole))


def _parts(value: object) -> list[Sequence[Mapping[str, object]]]:
    """All lists of rows and dicts of columns in a value."""
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        if any(isinstance(cell, list | Mapping) for row in value for cell in row.values()):
            return [part for row in value for part in _parts(row)]
        return [value]
    if not isinstance(value, Mapping):
        return []
    if value.keys() >= {"columns", "data"} and isinstance(value["data"], list):  # pandas' split
        rows = [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
        labels = value.get("index", [])
        named = "term" in _kinds(rows[:1]) or len(labels) != len(rows)
        return [rows if named else [{"term": label, **row} for label, row in zip(labels, rows, strict=True)]]
    inner = [row for row in value.values() if isinstance(row, Mapping)]
    if inner and len(inner) == len(value) and all("estimate" in _kinds([row]) for row in inner):  # rows by term
        return [[{"term": label, **row} for label, row in value.items()]]
    columns = {key: column for key, column in value.items() if isinstance(column, list | Mapping)}
    if columns and _kinds([dict.fromkeys(value)]) >= {"estimate"} and len({len(one) for one in columns.values()}) == 1:
        return [_transposed(columns)]
    return [part for inner in value.values() for part in _parts(inner)]


def _transposed(columns: Mapping[str, Any]) -> list[dict[str, object]]:
    """Columns as rows; columns that are dicts by term have the terms in them, as pandas writes them."""
    first = next(iter(columns.values()))
    labels = [str(label) for label in first] if isinstance(first, Mapping) else []
    rows: list[dict[str, Any]] = [{} for _ in range(len(first))]
    for key, column in columns.items():
        values = [column.get(label) for label in labels] if isinstance(column, Mapping) else column
        for row, value in zip(rows, values, strict=False):
            row[key] = value
    named = "term" in _kinds(rows[:1])
    return rows if named or not labels else [{"term": label, **row} for label, row in zip(labels, rows, strict=True)]


def _kinds(rows: Sequence[Mapping[str, object]]) -> set[str]:
    found = {one.kind for row in rows for key in row if (one := heading(key)) is not None}
    return found | ({"term"} if any(str(key).strip() in ("", "_row") for row in rows for key in row) else set())


def _facts(value: object) -> dict[str, Printed]:
    """Single numbers under names that are those of facts, wherever they stand outside of rows of terms."""
    found: dict[str, Printed] = {}
    if isinstance(value, list):
        for inner in value:
            if isinstance(inner, Mapping) and "estimate" not in _kinds([inner]):
                found |= _facts(inner)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            alone = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
            name = fact(str(key))
            if isinstance(alone, int | Decimal | str) and not isinstance(alone, bool) and name is not None:
                text = text_of(alone, quoted(key))
                if is_number(text):
                    found[name] = one(text)
            elif isinstance(inner, list | Mapping):
                found |= {key: value for key, value in _facts(inner).items() if key not in found}
    return found


KEYS = frozenset(("class", "call", "terms", "coefficients"))
"""What tells a fit of R from a dict of estimates."""
CURVE = re.compile(r"(?:s|te|ti|t2)\(.*\)(?::\w+)?\.\d+")
"""Coefficients of curves, which mean nothing alone."""
FACTS = {"loglik": "loglik", "n": "n", "df_residual": "df_resid", "sigma": "scale"}
"""Single numbers of the file, and what a claim calls them."""
SAID = ("class", "call", "formula", "family", "link", "method", "converged", "version")
MOMENTS = ("Gamma", "inverse.gaussian")
"""Families whose log-likelihood R takes at the deviance over n, which is no maximum."""


def is_r_fit(claim: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a mapping is a fit that R wrote."""
    return isinstance(claim, Mapping) and claim.keys() >= KEYS


def r_fit_in(text: str) -> Mapping[str, object] | None:
    """The fit of R that a text of JSON is; None for other texts."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if is_r_fit(found) else None


def claim_of_r(fit: Mapping[str, object], name: str) -> Claim:
    """The claim that a fit of R makes; DomainError for a file that is none.

    >>> fit = {"class": ["lm"], "call": ["lm(y ~ x)"], "terms": ["(Intercept)", "x"], "coefficients": [1.5, 2.0]}
    >>> claim_of_r(fit | {"vcov": [[0.04, 0.0], [0.0, 0.01]], "loglik": [-3.25]}, "fit.json").columns["se"].value
    array([0.2, 0.1])
    """
    terms = [str(term) for term in _listed(fit, "terms")]
    estimate, size = _numbers(fit, "coefficients"), len(terms)
    if len(estimate) != size or not size:
        raise DomainError(f"{name} has {size} terms and {len(estimate)} coefficients; write it again by fit_to_json.")
    se = _errors(fit, terms, name)
    kept = [k for k, term in enumerate(terms) if np.isfinite(estimate[k]) and not CURVE.fullmatch(term)]
    classes = _listed(fit, "class")
    if "negbin" in classes and len(theta := _numbers(fit, "theta")) == 1:
        theta_se = float(np.append(_numbers(fit, "theta_se"), np.nan)[0])  # alpha = 1 / theta
        terms, kept = [*terms, "alpha"], [*kept, size]
        estimate, se = np.append(estimate, 1.0 / theta), np.append(se, theta_se / theta**2)
    if "multinom" in classes:
        terms = [term.replace(":", ": ", 1) for term in terms]
    family = next(iter(_listed(fit, "family")), None)
    facts = {ours: _numbers(fit, theirs) for theirs, ours in FACTS.items()}
    if family in (*MOMENTS, "gaussian") and not len(facts["scale"]):
        facts["scale"] = _numbers(fit, "dispersion")
    left_out = {"loglik"} if family in MOMENTS or str(family).startswith("quasi") else set()
    left_out |= set() if family in (*MOMENTS, "gaussian") else {"scale"}
    left_out |= set() if {"lm", "glm"} & set(classes) else {"df_resid"}
    singles = {one: values[0] for one, values in facts.items() if len(values) == 1 and one not in left_out}
    said = {key: " ".join(map(str, values)) for key in SAID if (values := _listed(fit, key))}
    said |= _made(classes, family, _listed(fit, "method"))
    return Claim(
        f"R's {_function(said)} in {name}",
        tuple(terms[k] for k in kept),
        {"estimate": _printed(estimate[kept]), "se": _printed(se[kept])},
        {one: Printed(np.asarray(value), np.asarray(0.0)) for one, value in singles.items()},
        said,
        tuple(f"{terms[k]} {estimate[k]:.6g}" for k in kept),
    )


def _made(classes: list[object], family: object, method: list[object]) -> dict[str, str]:
    """How R makes the numbers of these classes: standard errors of a glm are of the expected information, at Pearson's
    dispersion where there is one, and those of a negative binomial beside a theta that is taken as known.
    """
    if "negbin" in classes:
        return {"information": "expected apart"}
    if "glm" in classes:
        return {"information": "expected"} | ({"dispersion": "X2"} if family in MOMENTS else {})
    return {"likelihood": str(method[0])} if method and method[0] in ("ML", "REML") else {}


def _function(said: Mapping[str, str]) -> str:
    """The function of R that was called, without its package; the class of its fit where it was called otherwise."""
    called = re.match(r"(?:\w+:{2,3})?([\w.]+)\(", said.get("call", ""))
    return called[1] if called else said.get("class", "fit").split()[0]


def _printed(values: Floats) -> Printed:
    return Printed(values, np.zeros(len(values)))


def _listed(fit: Mapping[str, object], key: str) -> list[object]:
    """The values under a key, without what R has not."""
    value = fit.get(key)
    values = value if isinstance(value, list) else [value]
    return [one for one in values if one not in (None, "NA")]


def _numbers(fit: Mapping[str, object], key: str) -> Floats:
    """Numbers under a key, NaN for null, none where there are none."""
    value = fit.get(key)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return np.array([np.nan if one is None else one for one in np.ravel(np.array(values, dtype=object))], dtype=float)


def _errors(fit: Mapping[str, object], terms: list[str], name: str) -> Floats:
    """Standard errors of the terms, NaN for those that the covariance has not: columns that R left out."""
    V, known = _numbers(fit, "vcov"), [str(term) for term in _listed(fit, "vcov_terms")] or terms
    if not len(V):
        return np.full(len(terms), np.nan)
    if len(V) != len(known) ** 2:
        raise DomainError(f"{name} has {len(known)} terms and {len(V)} covariances; write it again by fit_to_json.")
    with np.errstate(invalid="ignore"):
        se = dict(zip(known, np.sqrt(np.diagonal(V.reshape(len(known), -1))), strict=True))
    return np.array([se.get(term, np.nan) for term in terms], dtype=float)


FORMATS: tuple[tuple[Callable[[str], bool], Callable[[str, str], Cells]], ...] = (
    (is_json, json_cells),
    (markup.is_html, markup.html_cells),
    (markup.is_latex, markup.latex_cells),
    (plain_text.is_box, plain_text.box_cells),
    (plain_text.is_stata, plain_text.stata_cells),
    (markup.is_markdown, markup.markdown_cells),
    (markup.is_delimited, markup.delimited_cells),
    (plain_text.is_summary, plain_text.summary_cells),
    (plain_text.is_spaced, plain_text.spaced_cells),
    (plain_text.is_stacked, plain_text.stacked_cells),
    (plain_text.is_vector, plain_text.vector_cells),
)


def cells_of(text: str, name: str) -> Cells:
    """The cells of a table in text, by the first form that knows it. DomainError where none does.

    >>> cells_of("term,coef\\nx,1.5\\n", "a").rows
    (('x', '1.5'),)
    """
    text = narrow(text)
    if not text.strip():
        raise DomainError(f"a claim needs a table of terms and numbers; {name} is empty.")
    for knows, read in FORMATS:
        if knows(text):
            return read(text, name)
    raise DomainError(
        f"a claim needs a table of terms and numbers, with a heading for each column; {name} is none that is known: "
        "CSV, JSON, Markdown, LaTeX, HTML, or what R, Stata and statsmodels print."
    )


CLASS = re.compile(r".+ = (\d+)")
BESIDE = ("Coef.", "Std.Err.")
"""Headings that stand beside such a column."""


def by_class(cells: Cells) -> Cells:
    """The cells with the terms of such columns in one, each under the number of its class from 1 on; other cells as
    they are.

    >>> by_class(Cells("a", (("", "y = 0", "Coef.", "Std.Err."),), (("x", "x", "1.5", "0.2"),))).rows
    (('#1: x', '1.5', '0.2'),)
    """
    head = cells.head[-1]
    classes = {at: int(found[1]) + 1 for at, text in enumerate(head) if (found := CLASS.fullmatch(text))}
    if not classes or not all(text in head for text in BESIDE):
        return cells
    kept = [at for at, text in enumerate(head) if at not in classes and text.strip()]
    rows = []
    for row in cells.rows:
        term = next((f"#{number}: {row[at]}" for at, number in classes.items() if row[at].strip()), "")
        rows.append((term, *(row[at] for at in kept)))
    return replace(cells, head=(("", *(head[at] for at in kept)),), rows=tuple(rows))


def read_claim(
    claim: object,
    *,
    se: object = None,
    p: object = None,
    ci: object = None,
    loglik: object = None,
    n: object = None,
    column: str | int | None = None,
    name: str | None = None,
) -> Claim:
    """What somebody claims of a regression, from whatever they printed.

    `claim` is a dict of estimates by term, a frame, a path, or the table itself as text with line breaks; numbers given
    as text keep their digits. `se`, `p` and `ci` (pairs) by term or in the order of the terms, `loglik` and `n` are
    said beside it. `column` picks the model of a table that has several, or the heading of its estimates. `name` is
    what messages call it.

    Raises FileError for a file that is not there, DomainError for what is no table of terms and estimates, and for what
    is said twice.

    >>> claim = read_claim({"(Intercept)": "2.380", "x": 0.5}, se=["0.1", "0.02"])
    >>> claim.terms, claim.columns["estimate"].half.tolist()
    (('(Intercept)', 'x'), [0.0005, 0.05])
    >>> read_claim("term,estimate,std.error\\nx,0.50,0.1\\n").columns["se"].value.tolist()
    [0.1]
    """
    found = _read(claim, name, column)
    columns, facts = dict(found.columns), dict(found.facts)
    said_beside: dict[str, list[str]] = {}
    if se is not None:
        said_beside["se"] = beside(se, found.terms, "se=")
    if p is not None:
        said_beside["p"] = beside(p, found.terms, "p=")
    if ci is not None:
        said_beside["lower"], said_beside["upper"] = ends(ci, found.terms)
    for kind, texts in said_beside.items():
        if kind in columns:
            raise DomainError(
                f"{found.name} has a column of {kind} already: leave {kind if kind in ('se', 'p') else 'ci'}= out."
            )
        columns[kind] = column_of(texts, f"{kind} beside the claim", found.terms)
    for key, value in {"loglik": loglik, "n": n}.items():
        if value is None:
            continue
        if key in facts:
            raise DomainError(f"{found.name} says {key} already: leave {key}= out.")
        facts[key] = given_fact(value, f"{key}=")
    return replace(found, columns=columns, facts=facts)


def _read(claim: object, name: str | None, column: str | int | None) -> Claim:
    if is_r_fit(claim):
        return claim_of_r(claim, name or "the claim")
    claim = by_label(claim)
    if isinstance(claim, Mapping) and not any(
        type(value) not in (float, str) and axes(value) for value in claim.values()
    ):
        if column is not None:
            raise DomainError(
                f"column= picks a column of a table; the claim is a dict of estimates by term, got {column!r}."
            )
        return of_estimates(claim, name or "the claim")
    if isinstance(claim, str) and ("\n" in claim or "\r" in claim):
        return _of_text(claim.lstrip(chr(0xFEFF)), name or "the claim", column)
    if isinstance(claim, str | Path):
        path = path_of(claim, "a claim")
        return _of_text(_text(path), name or path.name, column)
    if isinstance(claim, list) and claim and all(isinstance(row, Mapping) for row in claim):
        return claim_of(of_records(claim, name or "the claim"), column)
    return claim_of(of_frame(claim, name or "the claim"), column)


def _of_text(text: str, name: str, column: str | int | None) -> Claim:
    """The claim of a page or a file, which a fit of R may be."""
    fit = r_fit_in(text)
    if fit is not None:
        return claim_of_r(fit, name)
    claim = claim_of(cells_of(text, name), column)
    return replace(claim, left=left_over(text, claim, one_model=column is not None))


def _text(path: Path) -> str:
    require_regular(path, "a claim")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(f"a claim needs a table of text in UTF-8; {path} is none.") from None
