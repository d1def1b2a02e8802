"""A ledger of batches: the posterior after each, how much it learned, how surprised it was; each can be undone.

    evidence of batch t = p(y_t | y_1 ... y_(t-1)),    their product is the evidence of all

The posterior depends on what is in the ledger, not on the order, to the last bit of the sufficient statistics: undoing
a batch gives the ledger in which it never was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.bayes.conjugate.distribution import Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.prior_checks.batches import fresh, updated
from stattools.bayes.prior_checks.surprise import CHECKS, surprise
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.owned import own
from stattools.interface.record import record
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    import pandas as pd


@record
class Entry:
    """A batch of data and the name that it goes by."""

    name: str
    batch: Any


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Ledger(Faces):
    """A prior and the batches seen since, in the order in which they came; what `st.ledger` returns.

    >>> import stattools as st
    >>> book = st.ledger(st.Beta(1, 1)).add([1, 0, 1], name="Monday").add(st.binomial(6, 10), name="Tuesday")
    >>> book.posterior, book.undo("Monday").posterior
    (Beta(9, 6), Beta(7, 5))
    """

    prior: Any
    entries: tuple[Entry, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the batches."""
        return tuple(entry.name for entry in self.entries)

    @property
    def posterior(self) -> Any:
        """The prior after all batches that are in the ledger."""
        return updated(self.prior, (entry.batch for entry in self.entries))

    def add(self, batch: object, /, *, name: str | None = None) -> Ledger:
        """The ledger with one more batch: a model, or raw data, whatever the prior's `update` takes.

        Raises DomainError for a name that is taken, and whatever `update` raises for data that it cannot take.
        """
        if name is None:
            number = len(self.entries) + 1
            while (name := f"batch {number}") in self.names:
                number += 1
        if name in self.names:
            raise DomainError(f"the ledger has a batch {name!r} already. Undo it first, or choose another name.")
        self.posterior.update(batch)
        return Ledger(self.prior, (*self.entries, Entry(name, own(batch))))

    def undo(self, name: str, /) -> Ledger:
        """The ledger without the batch of that name. Raises DomainError where there is none."""
        if name not in self.names:
            known = ", ".join(map(repr, self.names)) or "none"
            raise DomainError(f"the ledger has no batch {name!r}; it has {known}.")
        return Ledger(self.prior, tuple(entry for entry in self.entries if entry.name != name))

    def table(self, prob: float = 0.94, *, kind: str = "eti") -> pd.DataFrame:
        """One row per batch and arm: batch, the table of the posterior after it (mean, sd, interval ...), log_evidence
        of the batch given the ones before, total_log_evidence, and its surprise to the belief before it.

        log_evidence is missing (nan) where the belief before the batch is improper, and so are total and surprise.
        Families for which `st.surprise` has no predictive have no such column.
        """
        import pandas as pd

        rows, total = [], 0.0
        for name, after in self._steps():
            frame = after.table(prob, kind)
            evidence, shock = _learned(after)
            if np.ndim(evidence) == 0:
                frame = frame.drop(columns="arm", errors="ignore")
            total = total + evidence
            frame.insert(0, "batch", name)
            each = len(frame) // np.size(evidence)  # rows per arm: one per parameter
            for column, values in (("log_evidence", evidence), ("total_log_evidence", total), ("surprise", shock)):
                if values is not None:
                    frame[column] = np.repeat(np.ravel(values), each)
            rows.append(frame)
        if not rows:
            raise DomainError("the ledger is empty: add a batch first.")
        return pd.concat(rows, ignore_index=True)

    def _headline(self) -> str:
        return headline(self, "", f"{self.prior!r}", many(len(self), "batch"))

    def _page(self) -> Page:
        if not self.entries:
            return Page(f"empty ledger, prior {self.prior!r}")
        frame = self.table()
        rows = Grid.of(frame.to_dict("records"), list(frame).index("mean"))
        return Page(f"prior {self.prior!r}, posterior {self.posterior!r}", "", rows)

    def _steps(self) -> Iterator[tuple[str, Any]]:
        """Each name with the posterior after its batch, for which all before is the prior."""
        belief = self.prior
        for entry in self.entries:
            after = fresh(belief).update(entry.batch)
            yield entry.name, after
            belief = belief.update(entry.batch)


def ledger(prior: object, /) -> Ledger:
    """An empty ledger over a prior of a conjugate family, proper or improper.

    `add(batch, name=)` and `undo(name)` return new ledgers; `posterior`, `table()` and `print` say what it holds.

    >>> import stattools as st
    >>> print(ledger(st.Beta(1, 1)).add(st.binomial(6, 10)).add(st.binomial(1, 10)))
    prior Beta(1, 1), posterior Beta(8, 14)
    <BLANKLINE>
    batch       mean       sd   median    lower    upper  log_evidence
    ──────────────────────────────────────────────────────────────────
    batch 1  0.58333  0.13674  0.58811  0.31822  0.82476       -2.3979
    batch 2  0.36364   0.1003  0.35943  0.18711  0.56124       -4.2552
    <BLANKLINE>
    batch    total_log_evidence  surprise
    ─────────────────────────────────────
    batch 1             -2.3979         1
    batch 2             -6.6531  0.017028
    """
    if not isinstance(prior, Updatable | Improper):
        raise IncompatibleError(
            f"ledger needs a prior of a conjugate family, such as st.Beta(1, 1); got {type(prior).__name__}."
        )
    return Ledger(fresh(prior))


def _learned(after: Any) -> tuple[Floats, float | Floats | None]:
    """Evidence and surprise of the data that `after` has seen since its prior; nan where that is improper."""
    if not after.prior.is_proper:
        missing = np.full(np.shape(after.mean), np.nan)
        return missing, missing if type(after).__name__ in CHECKS else None
    try:
        return np.asarray(after.log_evidence), surprise(after).probability
    except IncompatibleError:
        return np.asarray(after.log_evidence), None
