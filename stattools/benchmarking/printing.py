"""A comparison in a terminal: medians, ratios, what was promised and whether it held."""

from __future__ import annotations

from collections.abc import Iterable

from stattools.benchmarking.comparison import SpeedComparison, Timing
from stattools.text.columns import PAGE, aligned
from stattools.text.printing import width


def show(comparisons: Iterable[SpeedComparison]) -> None:
    """Print each comparison as soon as it is measured."""
    for comparison in comparisons:
        print("\n".join(lines(comparison)), end="\n\n", flush=True)


def lines(comparison: SpeedComparison) -> list[str]:
    """A table of text; where names would be cut on a page, what is stated beside the times is a table of its own.

    >>> loop = Timing("loop", (0.01,), target=4.0)
    >>> print("\\n".join(lines(SpeedComparison("sum", (Timing("ours", (0.001,)), loop)))))
    sum
           median  times ours           promised
    ────────────────────────────────────────────
    ours  1.00 ms         1.0
    loop  10.0 ms        10.0  4.0 or more, held
    """
    head, body = cells(comparison)
    times = 3 + ("promised" in head)
    wide = sum(max(width(line[j]) + 2 for line in [head, *body]) for j in range(len(head))) - 2 > PAGE
    parts = [range(times), [0, *range(times, len(head))]] if wide else [range(len(head))]
    tables = [aligned([head[j] for j in part], [[line[j] for j in part] for line in body], left=1) for part in parts]
    shown = [line for k, table in enumerate(tables) for line in ([""] if k else []) + table]
    return [comparison.title, *shown, *comparison.notes]


def cells(comparison: SpeedComparison) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a comparison's table: a column for each fact that somebody states."""
    stated = list(dict.fromkeys(name for timing in comparison.timings for name in timing.facts))
    promised = any(timing.target is not None for timing in comparison.timings)
    head = ["", "median", "times ours", *["promised"] * promised, *stated]
    body = [
        [
            timing.name,
            duration(timing.median),
            ratio(comparison.ratio(timing)),
            *[promise(comparison, timing)] * promised,
            *(fact(timing.facts.get(name, "")) for name in stated),
        ]
        for timing in comparison.timings
    ]
    return head, body


def promise(comparison: SpeedComparison, timing: Timing) -> str:
    """The least ratio that was promised, and whether it held."""
    if timing.target is None:
        return ""
    return f"{ratio(timing.target)} or more, {'held' if comparison.held(timing) else 'missed'}"


def duration(seconds: float) -> str:
    """Seconds with three digits and a unit that suits them.

    >>> duration(0.0123), duration(4.5e-6), duration(75.0)
    ('12.3 ms', '4.50 µs', '75.0 s')
    """
    unit, name = next(pair for pair in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")) if seconds >= pair[0])
    return f"{_three(seconds / unit)} {name}"


def ratio(value: float) -> str:
    """Three digits below 100, whole above.

    >>> ratio(0.7692), ratio(17.25), ratio(331.4)
    ('0.77', '17.2', '331')
    """
    return f"{value:.2f}" if value < 10 and value % 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def fact(value: float | str) -> str:
    """A stated fact: text as it is, a number with three digits."""
    return value if isinstance(value, str) else f"{value:.3g}"


def _three(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
