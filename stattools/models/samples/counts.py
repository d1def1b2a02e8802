"""Coin flips and binomial counts as likelihoods of one probability theta.

    coin      log p(flips)     = k log theta + (n - k) log(1 - theta)                the ordered sequence
    binomial  log p(successes) = log C(n, k) + k log theta + (n - k) log(1 - theta)  the count alone

The two differ by a constant, so estimates, intervals and posteriors agree; log-likelihoods and evidences do not. Both
depend on the data through k and n only: constructing costs one pass over the flips, everything else is O(1).
Source: Casella & Berger, Statistical Inference (2002), ch. 6-7.
"""

from __future__ import annotations

from numbers import Real
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.outcome import grouped_formula
from stattools.data.tables.table import axes
from stattools.errors import DomainError, quoted
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.arms import columns, counts, grouping
from stattools.models.samples.arms_of_formula import ArmRows, arm_rows, require_formula
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.binomial_arms import BinomialArms


@overload
def coin(flips: Any, /) -> BernoulliTrials: ...
@overload
def coin(flips: Any, /, *, by: Any, data: Any = None) -> BinomialArms: ...
@overload
def coin(flips: Any, table: Any = None, /, *, by: Any = None, data: Any = None) -> Any: ...


def coin(flips: Any, table: Any = None, /, *, by: Any = None, data: Any = None) -> BernoulliTrials | BinomialArms:
    """The Bernoulli likelihood of an ordered sequence of flips, each 0 or 1 (or False, True).

    Takes a list, an array, or a pandas, Polars or Arrow series, or the name of a column of `data`. With `by`, labels or
    the name of a column, the flips of each arm are a sequence of their own; so they are from a formula and a `table`,
    `coin("y ~ arm", table)`, which drops and counts rows with a missing value. Raises DomainError for anything that is
    not 0 or 1, for missing flips outside of a formula, and for an empty or two-dimensional input.

    >>> import numpy as np
    >>> model = coin([0, 1, 0, 1, 1, 1, 0, 0, 1, 1])
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # 0.2^6 0.8^4
    2.62144e-05
    >>> coin("y ~ arm", {"y": [1, 0, None, 1], "arm": ["A", "A", "A", "B"]})
    <BinomialArms binomial arms: 3 trials, 2 successes, 2 arms>
    """
    if (rows := arm_rows("coin", flips, table, by, data)) is not None:
        return rows.model(lambda: coin(rows.outcome, by=rows.by))
    require_formula("coin", table)
    if by is not None or data is not None:
        found = columns("coin", data, flips=flips, by=by)
        flips, by = found["flips"], found["by"]
    heads = _heads(flips)
    if by is None:
        return BernoulliTrials(int(np.count_nonzero(heads)), len(heads), "coin")
    groups = grouping("coin", by, flips, len(heads))
    one = heads.astype(np.int64)
    return BinomialArms(groups.total(one), groups.total(np.ones_like(one)), groups.labels, "coin")


@overload
def binomial(successes: int, trials_or_table: int, /) -> BernoulliTrials: ...
@overload
def binomial(
    successes: Any, trials_or_table: Any = None, /, *, trials: Any = None, by: Any = None, data: Any = None
) -> Any: ...


def binomial(
    successes: Any, trials_or_table: Any = None, /, *, trials: Any = None, by: Any = None, data: Any = None
) -> BernoulliTrials | BinomialArms:
    """The binomial likelihood of a count: `binomial(successes, trials)`, the order unknown or ignored.

    Both are whole numbers, 0 <= successes <= trials, trials >= 1. Given columns (lists, arrays, series, or names of
    columns of `data`) there is one arm per entry, labelled by the index of a series, or one per label of `by`: counts
    of the same label are summed. So they are from a formula and a table: `binomial("successes + failures ~ arm",
    table)`, as in `st.logistic`, or `binomial("successes ~ arm", table, trials="trials")`; `~ 1` sums all rows to one
    count; rows with a missing value are dropped and counted. Raises DomainError otherwise, with the arm.

    >>> import numpy as np
    >>> model = binomial(6, 10)
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # C(10, 6) 0.2^6 0.8^4
    0.005505024
    >>> binomial([6, 2, 3], [10, 8, 5], by=["B", "A", "B"])
    <BinomialArms binomial arms: 23 trials, 11 successes, 2 arms>
    >>> binomial("dead + alive ~ arm", {"dead": [6, 2, 3], "alive": [4, 6, 2], "arm": ["B", "A", "B"]})
    <BinomialArms binomial arms: 23 trials, 11 successes, 2 arms>
    """
    formula, failures = grouped_formula(successes)
    rows = arm_rows("binomial", formula, trials_or_table, by, data, trials=trials, failures=failures)
    if rows is not None:
        return rows.model(lambda: _from_rows(rows, failures))
    if trials is not None and trials_or_table is not None:
        raise DomainError("binomial got trials twice, second and as trials=; give one of them.")
    every = trials if trials_or_table is None else trials_or_table
    if by is not None or data is not None or axes(successes) == 1 or axes(every) == 1:
        return _arms(successes, every, by, data)
    n = whole_number(every, "trials", at_least=1)
    k = whole_number(successes, "successes", at_least=0)
    if k > n:
        raise DomainError(f"binomial needs successes <= trials; got {k} successes in {n} trials. Check their order.")
    return BernoulliTrials(k, n, "binomial")


def _arms(successes: Any, trials: Any, by: Any, data: Any) -> BinomialArms:
    found = columns("binomial", data, successes=successes, trials=trials, by=by)
    ones = found["successes"]
    if axes(ones) == 0:
        raise DomainError(f"binomial needs successes, one count per arm; got {quoted(ones)}.")
    every = found["trials"] if axes(found["trials"]) else np.full(len(ones), found["trials"])
    if axes(every) != 1 or axes(ones) != 1 or len(every) != len(ones):
        shapes = f"{len(ones)} successes and {len(every)} trials"
        raise DomainError(f"binomial needs one number of trials per number of successes; got {shapes}.")
    groups = grouping("binomial", found["by"], ones if hasattr(ones, "iloc") and data is None else every, len(ones))
    k, n = counts(ones, "successes", groups), counts(every, "trials", groups)
    if (k > n).any():
        first = int(np.argmax(k > n))
        where = groups.name(groups.index[first]) if groups.size < len(k) else groups.name(first)
        raise DomainError(
            f"binomial needs successes <= trials; got {k[first]} successes in {n[first]} trials, {where}. "
            "Check their order."
        )
    k, n = groups.total(k), groups.total(n)
    if (n == 0).any():
        empty = groups.name(int(np.argmax(n == 0)))
        raise DomainError(f"binomial needs at least one trial in each arm; {empty} has none. Leave it out.")
    return BinomialArms(k, n, groups.labels)


def _from_rows(rows: ArmRows, failures: str | None) -> BernoulliTrials | BinomialArms:
    """The counts of a formula, summed by arm; over all rows without arms."""
    trials = rows.beside["trials"]
    if (failures is None) is (trials is None):
        raise DomainError(
            f'binomial needs "successes + failures ~ arm", or successes and trials=; got '
            f"{'neither failures nor trials=' if trials is None else 'failures and trials= as well'}."
        )
    if failures is not None:
        trials = counts(rows.outcome, "successes") + counts(rows.beside["failures"], "failures")
    by = np.zeros(len(rows.outcome)) if rows.by is None else rows.by
    model = _arms(rows.outcome, trials, by, None)
    return BernoulliTrials(int(model.successes[0]), int(model.trials[0]), "binomial") if rows.by is None else model


def _heads(flips: Any) -> NDArray[np.bool_]:
    if np.ma.isMaskedArray(flips):
        flips = np.ma.filled(np.ma.asarray(flips, dtype=object), np.nan)
    try:
        values = as_array(flips, "coin")
        if values.dtype.kind in "US" and not isinstance(flips, np.ndarray):
            values = np.asarray(flips, dtype=object)  # NumPy has turned the numbers of a mixed list into strings
    except DomainError:  # rows of unequal length, a foreign column
        raise DomainError(f"coin needs one sequence of flips; got {quoted(flips)}. {_FLAT}") from None
    if values.ndim != 1:
        got = f"shape {values.shape}" if values.ndim else f"{quoted(flips)}"
        raise DomainError(f"coin needs one sequence of flips; got {got}. {_FLAT}")
    if not len(values):
        raise DomainError("coin needs at least one flip; got an empty sequence. Check the filter that made it.")
    values = values.astype(object) if values.dtype.kind in "mMV" else values
    if values.dtype.kind in "biuf":
        good = (values == 0) | (values == 1)
    else:
        good = np.fromiter((_is_flip(v) for v in values), dtype=bool, count=len(values))
    if not good.all():
        position = int(np.argmin(good))
        bad = values[position].item() if isinstance(values[position], np.generic) else values[position]
        raise DomainError(f"coin needs flips that are 0 or 1; got {quoted(bad)} at position {position}. {_remedy(bad)}")
    return values.astype(bool)


def _is_flip(value: Any) -> bool:
    # NumPy counts durations among the whole numbers.
    return isinstance(value, Real | np.bool_) and not isinstance(value, np.timedelta64) and value in (0, 1)


def _remedy(bad: Any) -> str:
    if isinstance(bad, str):
        return f"Code the flips first, for example [flip == {quoted(bad)} for flip in flips]."
    if isinstance(bad, Real) and bad == bad:
        return "For a count of heads use st.binomial(successes, trials)."
    return "Missing flips are not dropped for you: drop them first."


_FLAT = "Give a flat list or a column, such as [0, 1, 1]."
