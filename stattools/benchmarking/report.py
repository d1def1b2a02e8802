"""The report on benchmarks: for each script a figure of ratios and its tables, and first of all where we lose.

Timings differ from run to run, so this report cannot be verified; it says on which machine it was made.
"""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from stattools import figures
from stattools.benchmarking.comparison import SpeedComparison
from stattools.benchmarking.printing import cells, ratio
from stattools.benchmarking.scripts import Script
from stattools.reporting.document import Block, Bullets, Document, Figure, Listing, Paragraph, Section, Table, literal
from stattools.reporting.provenance import code_version, environment
from stattools.reporting.tables import facts

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PEERS = ("scikit-learn", "glum", "pymc", "numba", "threadpoolctl")

OPENING = (
    "Each table compares ways to the same answer on the same data, timed in turns in one process, on one thread unless "
    "it says otherwise. Printed are medians, and how many times as long as ours each takes: above 1 we are faster. "
    "What was promised is the smallest ratio that is good enough; for a limit, such as one product of matrices, it is "
    "below 1. Facts beside the times, such as the Newton decrement of an answer, are measured by the same runs."
)


def document(measured: Mapping[Script, Sequence[SpeedComparison]], command: str) -> Document:
    """The report of what was measured, script by script."""
    sections = [_section(script, comparisons) for script, comparisons in measured.items()]
    every = [comparison for comparisons in measured.values() for comparison in comparisons]
    return Document("Benchmarks", (Paragraph(OPENING), _losses(every), *sections, _provenance(command, every)))


def _losses(comparisons: Sequence[SpeedComparison]) -> Section:
    items = tuple(
        f"{literal(comparison.title)}: **{literal(timing.name)}** takes {ratio(comparison.ratio(timing))} times as "
        f"long as ours{'' if timing.target is None else f', where {ratio(timing.target)} was promised'}."
        for comparison in comparisons
        for timing in comparison.losses
    )
    nothing = Paragraph("Nowhere: all that was promised is reached, and no peer is faster.")
    return Section("Where we lose, or miss what was promised", (Bullets(items) if items else nothing,))


def _section(script: Script, comparisons: Sequence[SpeedComparison]) -> Section:
    blocks: list[Block] = []
    if any(comparison.peers for comparison in comparisons):
        blocks.append(_figure(script.name, comparisons))
    for comparison in comparisons:
        head, body = cells(comparison)
        rows = tuple(tuple(literal(cell) for cell in row) for row in body)
        header = (literal(comparison.title), *head[1:])
        blocks.append(Table(header, rows, "l" + "r" * (len(header) - 1)))
        blocks += [Paragraph(literal(note)) for note in comparison.notes]
    return Section(script.summary, tuple(blocks))


def _figure(name: str, comparisons: Sequence[SpeedComparison]) -> Figure:
    """The ratios of a script; where all have one and the same peer, its name is said once, in the caption."""
    pairs = [(comparison, timing) for comparison in comparisons for timing in comparison.peers]
    groups, names = [comparison.title for comparison, _ in pairs], [timing.name for _, timing in pairs]
    alone = len(set(names)) == 1 and len(set(groups)) == len(groups)
    values = [comparison.ratio(timing) for comparison, timing in pairs]
    low = [min(timing.seconds) / comparison.ours.median for comparison, timing in pairs]
    high = [max(timing.seconds) / comparison.ours.median for comparison, timing in pairs]
    lost = [timing in comparison.losses for comparison, timing in pairs]
    promised = [math.nan if timing.target is None else timing.target for _, timing in pairs]

    def draw() -> Drawing:
        return figures.ratios(
            [re.sub(r" \([^()]*\)$", "", group) for group in groups] if alone else names,  # the table has the rest
            values,
            low,
            high,
            xlabel="times as long as ours (logarithmic)",
            groups=() if alone else groups,
            lost=lost,
            promised=promised,
        )

    return Figure(
        name,
        draw,
        f"{names[0] if alone else f'{len(pairs)} ways'} from {ratio(min(values))} to {ratio(max(values))} times as "
        "long as ours",
        f"{f'How long {literal(names[0])} takes. ' if alone else ''}Points are ratios of medians, lines the range of "
        "the rounds, orange ticks what was promised.",
    )


def _provenance(command: str, comparisons: Sequence[SpeedComparison]) -> Section:
    machine = {
        "cores": str(os.cpu_count()),
        "machine": platform.machine(),
        "system": platform.system(),
        "BLAS": _blas(),
    }
    peers = {name: found for name in PEERS if (found := _version(name))}
    apart = sorted({one.program for comparison in comparisons for one in comparison.timings if one.program})
    peers |= {"in processes of their own": "; ".join(apart)} if apart else {}
    return Section(
        "Provenance",
        (
            Paragraph("Timings move from run to run. This command measures again:"),
            Listing(command, "sh"),
            facts(machine, ("machine", "value")),
            facts({"stattools": code_version(), **environment(), **peers}, ("package", "version")),
        ),
    )


def _blas() -> str:
    from threadpoolctl import threadpool_info

    found = [f"{one['internal_api']} {one['version']} ({one.get('architecture', '')})" for one in threadpool_info()]
    return ", ".join(dict.fromkeys(found))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
