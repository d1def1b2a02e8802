"""Who wrote a report, and when: what was said, and nothing where nothing was."""

from __future__ import annotations

import datetime

from stattools.errors import DomainError, quoted
from stattools.reporting.document import literal


def byline(author: str | None, date: str | datetime.date | None) -> str:
    """The line under the title, as text with marks; empty without author and date. DomainError for what is neither
    text nor a day.

    >>> byline("A. Turing", datetime.date(1950, 10, 1)), byline(None, None)
    ('A. Turing, 1950-10-01', '')
    """
    if not isinstance(author, str | None):
        raise DomainError(f"report needs author= as text; got {quoted(author)}.")
    if not isinstance(date, str | datetime.date | None):
        raise DomainError(f'report needs date= as text or a day, such as "2026-11-27"; got {quoted(date)}.')
    return ", ".join(literal(" ".join(said.split())) for said in (author or "", _day(date)) if said.strip())


def _day(date: str | datetime.date | None) -> str:
    if isinstance(date, datetime.datetime):
        date = date.date()
    return date.isoformat() if isinstance(date, datetime.date) else date or ""
