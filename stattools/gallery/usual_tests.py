"""The data of the usual tests, and a table of p-values beside those of another package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.qualification.agreements import shipped
from stattools.reporting.document import Table, code
from stattools.reporting.tables import agreeing, number, p_value

FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
APPROVAL = ((794, 150), (86, 570))


@dataclass(frozen=True)
class UsualTest:
    """A test by its usual name, the call that makes it, and its p-value, beside another package's."""

    name: str
    call: str
    p: float
    theirs: float
    other: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of a table."""
        apart = abs(self.p - self.theirs) / self.theirs
        digits = agreeing(-np.log10(max(apart, 1e-16)))
        return self.name, code(self.call), p_value(self.p), code(self.other), digits


HEAD = ("test", "one call", "p", "compared with", "digits")


def data() -> Any:
    """Hours of sleep, a row for each patient and drug; the same side by side; the class."""
    import pandas as pd

    patients = [f"{k + 1}" for k in range(10)]
    sleep = pd.DataFrame({"patient": patients * 2, "drug": ["1"] * 10 + ["2"] * 10, "more": [*FIRST, *SECOND]})
    wide = pd.DataFrame({"first": FIRST, "second": SECOND})
    class_ = shipped("spector").rename(columns=str.lower)
    return sleep, wide, class_.assign(psi=class_.psi.astype(int), grade=class_.grade.astype(int))


def hours(wide: Any) -> Table:
    """The hours of the ten patients, a row for each drug."""
    rows = [(code(name), *(number(value, 1) for value in wide[name])) for name in wide]
    return Table(("drug", *(str(k + 1) for k in range(10))), tuple(rows), "l" + 10 * "r")


def compared(*rows: UsualTest) -> Table:
    """A row for each test."""
    return Table(HEAD, tuple(row.cells for row in rows), "llrlr")


def third(class_: Any) -> Any:
    """The third of the class by the test before."""
    return np.array(list("abc"))[np.searchsorted(np.quantile(class_.tuce, [1 / 3, 2 / 3]), class_.tuce)]


def nights() -> Any:
    """Hours of each patient without a drug, with the first, and with the second."""
    import pandas as pd

    hours = np.concatenate([np.zeros(10), FIRST, SECOND])
    return pd.DataFrame({"patient": np.tile(np.arange(10), 3), "night": np.repeat(list("abc"), 10), "hours": hours})
