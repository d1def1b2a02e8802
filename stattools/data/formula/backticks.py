"""Names of columns as formulas write them: between backticks, where they may look like anything."""

from __future__ import annotations


def in_backticks(name: str) -> str:
    """A name as a formula writes it where it may look like anything: a backtick inside is doubled.

    >>> in_backticks("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def column_of(identifier: str) -> str:
    """The column that a name in a syntax tree means: the inverse of `in_backticks`; a name without backticks means
    itself.
    """
    return identifier[1:-1].replace("``", "`") if identifier.startswith("`") else identifier
