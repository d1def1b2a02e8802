"""The checks of a fit as a table: a data frame that prints as a page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stattools.inference.diagnostics.checks.check import LIMITS, LOOK, NO, OK, Check, in_words
from stattools.inference.diagnostics.checks.of_regressions import checks_of
from stattools.inference.estimates import Estimates
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

COLUMNS = ("check", "value", "verdict", "advice", "measure")


class CheckTable(Faces, pd.DataFrame):
    """One row per check: check, value, verdict ("ok", "look" or "no"), advice (empty where it is ok), measure (what the
    value is). What is not ok stands first.

    It is a pandas frame, and `print` shows it with its advice as a page. `attrs` have "unchecked", the reason for each
    check that could not be made, "limits", the sizes above which a check says look and no, and "p_value", how often
    chance makes such a size. What is taken from it, and `table()`, are plain frames.
    """

    @classmethod
    def of(cls, checks: tuple[Check, ...], unchecked: dict[str, str], subject: str) -> CheckTable:
        """The table of checks, and of what could not be checked."""
        order = sorted(checks, key=lambda one: (NO, LOOK, OK).index(one.verdict))
        made = cls({name: [getattr(one, name) for one in order] for name in COLUMNS})
        made.attrs["unchecked"] = dict(unchecked)
        made.attrs["limits"] = {one.check: tuple(LIMITS[one.check][:2]) for one in order}
        made.attrs["p_value"] = {one.check: float(one.p_value) for one in order if one.p_value is not None}
        made.attrs["subject"] = subject
        return made

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
            said = in_words(row["measure"], row["advice"], chance.get(row["check"]))
            rows.append([row["check"], _shown(float(row["value"])), row["verdict"], said])
        reasons: dict[str, list[str]] = {}
        for name, why in self.attrs["unchecked"].items():
            reasons.setdefault(why, []).append(name)
        unchecked = [f"Not checked: {', '.join(names)}. {why}" for why, names in reasons.items()]
        body = Grid(("check", "value", "verdict", "what it is, what to do"), rows, "lrlp")
        title = f"Checks of {self.attrs['subject']}: {self._counts}"
        return Page(title, "", body, *([""] if unchecked else []), *unchecked)


def _shown(value: float) -> str:
    return number(round(value, 4), 4) if abs(value) >= 5e-5 or not value else number(value, 1)


def check(fit: Estimates, order: Any = None) -> CheckTable:
    """The table of the checks of a regression: see `stattools.Fit.check`."""
    found = checks_of(fit, order)
    return CheckTable.of(found.checks, found.unchecked, fit.model.formula or fit.model.title)
