"""A comparison in a terminal, medians, ratios, what was promised and whether it held, and in the tables of a page.

Each table of a page stands between two comments that name it:

    <!-- measured: rows -->
    | | 100 rows | 10,000 rows | memory, MB |
    ...
    <!-- end -->

It has a row for each way, the median at each size, and what was said of the largest size beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stattools.benchmarking.comparison import SpeedComparison, Timing
from stattools.errors import DomainError
from stattools.reporting.document import literal
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


NOTHING = "–"
"""Where a way was not timed at a size."""


def by_size(comparisons: Mapping[str, SpeedComparison]) -> str:
    """A table in Markdown of comparisons of the same ways by their sizes, smallest first.

    >>> from stattools.benchmarking.comparison import Timing
    >>> few = SpeedComparison("", (Timing("ours", (0.001,)), Timing("slow", (1.0,))))
    >>> many = SpeedComparison("", (Timing("ours", (0.01,), {"memory, MB": 8.0}),))
    >>> print(by_size({"10 rows": few, "1,000 rows": many}))
    |  | 10 rows | 1,000 rows | memory, MB |
    |---|--:|--:|--:|
    | ours | 1.00 ms | 10.0 ms | 8 |
    | slow | 1.00 s | – |  |
    """
    timings = {size: {one.name: one for one in found.timings} for size, found in comparisons.items()}
    names = list(dict.fromkeys(name for found in timings.values() for name in found))
    last = {name: [found[name] for found in timings.values() if name in found][-1] for name in names}
    stated = list(dict.fromkeys(key for one in last.values() for key in one.facts))
    lines = [["", *timings, *stated]]
    for name in names:
        each = [duration(found[name].median) if name in found else NOTHING for found in timings.values()]
        lines.append(
            [literal(name).replace("|", "\\|"), *each, *(fact(last[name].facts.get(key, "")) for key in stated)]
        )
    head, *body = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, f"|---|{'--:|' * (len(lines[0]) - 1)}", *body])


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """The text of a page with these in the places that have their names. Raises DomainError for a name without one.

    >>> with_tables("<!-- measured: a -->\\nold\\n<!-- end -->\\n", {"a": "new"}).splitlines()
    ['<!-- measured: a -->', '', 'new', '', '<!-- end -->']
    """
    for name, table in tables.items():
        place = re.compile(rf"<!-- measured: {re.escape(name)} -->\n.*?<!-- end -->", flags=re.DOTALL)
        if not place.search(text):
            raise DomainError(f"the page has no place <!-- measured: {name} --> ... <!-- end -->.")
        made = f"<!-- measured: {name} -->\n\n{table}\n\n<!-- end -->"
        text = place.sub(lambda _, made=made: made, text)
    return text


def section_of(report: str, title: str) -> str:
    """What a report in Markdown says below a heading of second degree. Raises DomainError where it has none.

    >>> section_of("# A\\n\\n## B\\n\\n- one\\n\\n## C\\n", "B")
    '- one'
    """
    found = re.search(rf"^## {re.escape(title)}\n+(.*?)\n*(?=^## |\Z)", report, flags=re.DOTALL | re.MULTILINE)
    if found is None:
        raise DomainError(f"the report has no section {title!r}.")
    return found[1]
