"""Tables of a page that a benchmark writes: each stands between two comments that name it.

    <!-- measured: rows -->
    | | 100 rows | 10,000 rows | memory, MB |
    ...
    <!-- end -->

A table has a row for each way, the median at each size, and what was said of the largest size beside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from stattools.benchmarking.comparison import SpeedComparison
from stattools.benchmarking.printing import duration, fact
from stattools.errors import DomainError
from stattools.reporting.document import literal

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
