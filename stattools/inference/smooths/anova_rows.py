"""Curves in a table of terms: a row for each, in the place of the row of its line, which alone says nothing of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from stattools.inference.hypotheses.several import not_made, several
from stattools.inference.smooths.smooth_tests import smooth_test
from stattools.interface.when_needed import pd

NOTE = (
    "Curves: the restricted likelihood ratio of no effect, with effective degrees of freedom; its p-value is by 9,999 "
    "draws of its distribution from seed 0."
)


def with_curve_rows(fit: Any, table: pd.DataFrame) -> pd.DataFrame:
    """The table of `Fit.anova` without the lines of curves, and with a row for each curve."""
    lines = set[str]()
    for term in fit.model.smooths:
        part = term.design.part
        own = part.line.text
        lines |= {own} if part.by is None else {f"{own}:{part.by.text}", f"{part.by.text}:{own}"}
    made: Any = table[~table["term"].isin(sorted(lines))]
    rows = []
    tests = {c.term.name: partial(smooth_test, fit, c.term.name, "flat", 9999, 0) for c in fit.found.of_curves}
    tested, unmade = several(tests)
    for curve in fit.found.of_curves:
        if (test := tested.get(curve.term.name)) is None:
            continue
        row = {"term": curve.term.name, "df": curve.edf, "statistic": test.statistic, "p_value": test.p_value}
        rows.append(row | ({"df_residual": table["df_residual"].iloc[0]} if "df_residual" in table else {}))
    added = pd.DataFrame(rows, columns=table.columns)
    found = pd.concat([made.astype({"df": float}), added], ignore_index=True) if len(made) else added
    found.attrs["unmade"] = {k: why for k, why in table.attrs["unmade"].items() if k not in lines} | unmade
    found.attrs["note"] = f"{NOTE} {not_made(found.attrs['unmade'])}".strip()
    return found
