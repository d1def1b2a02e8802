"""The checks of a fit as a table: a data frame that prints as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks.check import LIMITS, LOOK, NO, OK, in_words
from stattools.inference.diagnostics.checks.of_regressions import Looked, checks_of
from stattools.inference.diagnostics.checks.of_series import checks_of_series
from stattools.inference.estimates import Estimates
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

COLUMNS = ("check", "value", "verdict", "advice", "measure")


class CheckTable(Faces, pd.DataFrame):
    """One row per check: check, value, verdict ("ok", "look" or "no"), advice (empty where it is ok), measure (what the
    value is). What is not ok stands first.

    Several fits have a column `category` before these. It is a pandas frame, and `print` shows it with its advice as a
    page. `attrs` have "unchecked", the reason for each check that could not be made, "limits", the sizes above which a
    check says look and no, and "p_value", how often chance makes such a size. What is taken from it, and `table()`, are
    plain frames.
    """

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def table(self) -> pd.DataFrame:
        """The plain frame."""
        return pd.DataFrame(self)

    @property
    def _counts(self) -> str:
        verdicts = list(self["verdict"])
        return ", ".join(f"{verdicts.count(one)} {one}" for one in (NO, LOOK, OK) if one in verdicts)

    def _headline(self) -> str:
        return headline(self, "", self.attrs["subject"], self._counts)

    def _page(self) -> Page:
        chance = self.attrs["p_value"]
        rows = []
        for row in self.to_dict("records"):
            key = _key(row.get("category", ""), row["check"])
            said = in_words(row["measure"], row["advice"], chance.get(key))
            rows.append([key, _shown(float(row["value"])), row["verdict"], said])
        reasons: dict[str, list[str]] = {}
        for name, why in self.attrs["unchecked"].items():
            reasons.setdefault(why, []).append(name)
        unchecked = [f"Not checked: {', '.join(names)}. Reason: {why}" for why, names in reasons.items()]
        body = Grid(("check", "value", "verdict", "what it is, what to do"), rows, "lrlp")
        title = f"Checks of {self.attrs['subject']}: {self._counts}"
        return Page(title, "", body, *([""] if unchecked else []), *unchecked)


def check_table(looked: Mapping[str, Looked], subject: str) -> CheckTable:
    """The table of checks and of what could not be checked, by category, or under "" where there is one fit."""
    rows = [(label, one) for label, found in looked.items() for one in found.checks]
    rows.sort(key=lambda row: (NO, LOOK, OK).index(row[1].verdict))
    several = {"category": [label for label, _ in rows]} if set(looked) != {""} else {}
    made = CheckTable(several | {name: [getattr(one, name) for _, one in rows] for name in COLUMNS})
    unchecked = {_key(label, name): why for label, found in looked.items() for name, why in found.unchecked.items()}
    made.attrs["unchecked"] = unchecked
    made.attrs["limits"] = {one.check: tuple(LIMITS[one.check][:2]) for _, one in rows}
    chance = {_key(label, one.check): one.p_value for label, one in rows}
    made.attrs["p_value"] = {key: float(p) for key, p in chance.items() if p is not None}
    made.attrs["subject"] = subject
    return made


def _shown(value: float) -> str:
    return number(round(value, 4), 4) if abs(value) >= 5e-5 or not value else number(value, 1)


def _key(label: str, check: str) -> str:
    return f"{label}: {check}" if label else check


def check(fit: Estimates, order: Any = None) -> CheckTable:
    """The table of the checks of a fit: see `stattools.Fit.check`."""
    if not fit.model.is_series:
        return check_table({"": checks_of(fit, order)}, fit.model.formula or fit.model.title)
    if order is not None:
        raise IncompatibleError(f"check looks at {fit.model.title} in the order that its series has; leave order= out.")
    return check_table({"": checks_of_series(fit)}, fit.model.title)


def check_parts(fits: Mapping[str, Estimates], order: Any, subject: str) -> CheckTable:
    """The checks of several fits, by category."""
    return check_table({label: checks_of(fit, order) for label, fit in fits.items()}, subject)
