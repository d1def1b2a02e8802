"""Columns that no memory holds are refused before they are made."""

from __future__ import annotations

import pytest

from stattools.data.formula.formula import parse
from stattools.data.room import require_room
from stattools.errors import StattoolsError


def test_the_widest_term_is_named():
    formula = parse("y ~ x + g:h", ["y", "x", "g", "h"])
    levels = {"g": tuple(range(1000)), "h": tuple(range(1000))}
    require_room(formula, {}, 1000)
    with pytest.raises(StattoolsError, match=r"1,000,002 columns .* in 10,000,000 rows.*'g:h' alone has 1,000,000"):
        require_room(formula, levels, 10_000_000)
