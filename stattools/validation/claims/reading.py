"""Reads a claim of any form: a dict of estimates, a table, a file, or text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stattools.data.tables.table import axes
from stattools.errors import DomainError
from stattools.interface.paths import path_of, require_regular
from stattools.validation.claims import given
from stattools.validation.claims.formats import cells_of
from stattools.validation.claims.page_numbers import left_over
from stattools.validation.claims.printed import Claim, column_of
from stattools.validation.claims.r_fits import claim_of_r, is_r_fit, r_fit_in
from stattools.validation.claims.rows import claim_of


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
        said_beside["se"] = given.beside(se, found.terms, "se=")
    if p is not None:
        said_beside["p"] = given.beside(p, found.terms, "p=")
    if ci is not None:
        said_beside["lower"], said_beside["upper"] = given.ends(ci, found.terms)
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
        facts[key] = given.fact(value, f"{key}=")
    return replace(found, columns=columns, facts=facts)


def _read(claim: Any, name: str | None, column: str | int | None) -> Claim:
    if is_r_fit(claim):
        return claim_of_r(claim, name or "the claim")
    claim = given.by_label(claim)
    if isinstance(claim, Mapping) and not any(
        type(value) not in (float, str) and axes(value) for value in claim.values()
    ):
        if column is not None:
            raise DomainError(
                f"column= picks a column of a table; the claim is a dict of estimates by term, got {column!r}."
            )
        return given.of_estimates(claim, name or "the claim")
    if isinstance(claim, str) and ("\n" in claim or "\r" in claim):
        return _of_text(claim.lstrip(chr(0xFEFF)), name or "the claim", column)
    if isinstance(claim, str | Path):
        path = path_of(claim, "a claim")
        return _of_text(_text(path), name or path.name, column)
    if isinstance(claim, list) and claim and all(isinstance(row, Mapping) for row in claim):
        return claim_of(given.of_records(claim, name or "the claim"), column)
    return claim_of(given.of_frame(claim, name or "the claim"), column)


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
