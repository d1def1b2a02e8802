"""A model as a page: what it says of which data, and the names of its parameters."""

from __future__ import annotations

from typing import Any

from stattools.text.page import Grid, Page

MANY = 20
"""A page names so many parameters and counts the others."""


def page(model: Any) -> Page:
    """The page that `print(model)` shows."""
    names = model.names
    more = f"and {len(names) - MANY:,} more; see model.names" if len(names) > MANY else ""
    grid = Grid(["parameter"], [[str(name)] for name in names[:MANY]], "l")
    return Page(*told(model), "", grid, *filter(None, [more]), "", "st.fit(model) estimates them.")


def told(model: Any) -> list[str]:
    """The first lines of a page: the model, its formula, and what was counted."""
    what = event(model)
    lines = [model.title + (f" for {what}" if what else ""), *model.formulas]
    if model.likelihood is not None and model.likelihood.by_category and model.labels is not None:
        lines.append(f"log odds against the reference {model.outcome_name} = {model.labels[0]!r}")
    if model.likelihood is not None and (said := model.likelihood.convention(model.outcome_name)):
        lines.append(said)
    return [*lines, rows_line(model), *model.not_seen]


def event(model: Any) -> str | None:
    """Which outcome counts as 1, `P(admit = 'yes')`, for a binary regression; None otherwise."""
    if model.likelihood is None or not model.likelihood.is_event:
        return None
    if "trials" in model.likelihood.parts:
        trials = model.likelihood.named(model.rows.y)["trials"].sum()
        return f"P({model.outcome_name}), successes out of {trials:,.0f} trials"
    one = 1 if model.labels is None else model.labels[1]
    return f"P({model.outcome_name} = {one!r})"


def rows_line(model: Any) -> str:
    """`397 rows, 3 dropped for missing values (gre 2, gpa 1)`."""
    if model.counted is not None:
        return model.counted + (_dropped(model) if model.n_dropped else "")
    rows = len(model.rows.X)
    counted = f"{rows:,} row{'' if rows == 1 else 's'}"
    if model.rows.weight is not None:
        counted += f" standing for {model.n:,.0f} observations (weights)"
    if model.n_events is not None:
        counted += f", {model.n_events:,.0f} event{'' if model.n_events == 1 else 's'}"
    return counted + (_dropped(model) if model.n_dropped else ", none dropped")


def _dropped(model: Any) -> str:
    """`, 3 dropped for missing values (gre 2, gpa 1)`."""
    counted = ""
    if missing := model.n_dropped - model.n_empty:
        columns = ", ".join(f"{name} {count:,}" for name, count in model.dropped.items() if count)
        counted = f", {missing:,} dropped for missing values ({columns})"
    if model.n_empty:
        lacking = "trials" if "trials" in model.likelihood.parts else "information"
        counted += f", {model.n_empty:,} dropped without {lacking}"
    return counted
