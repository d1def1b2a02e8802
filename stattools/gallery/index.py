"""The front page of the gallery: each report with its conclusion and its first figure."""

from __future__ import annotations

from collections.abc import Mapping

from stattools.gallery import INDEX, command
from stattools.reporting.document import Block, Document, Listing, Paragraph, Picture, Quote, Section
from stattools.reporting.provenance import code_version, environment
from stattools.reporting.tables import facts

VALIDATED = (
    "[Is it right? The package against its references](validation.md), by `stattools validate`: every model, with the "
    "digits that it shares with an independent package or an exact answer."
)

BENCHMARKED = (
    "[How fast is it? Ours and the peers on the same data](benchmarks.md), by `stattools bench`: ratios of medians, "
    "what was promised, and where we lose."
)


def document(reports: Mapping[str, Document]) -> Document:
    """The index of reports that stand beside it."""
    opening = (
        "Each report begins with its answer, states the problem as a likelihood, fits it, and checks the fit against "
        "an independent reference. All numbers are computed by the command at the end of each page; "
        "`stattools verify` computes them again and compares."
    )
    return Document(
        "Reports",
        (
            Paragraph(opening),
            Paragraph(VALIDATED),
            Paragraph(BENCHMARKED),
            *(_entry(name, report) for name, report in reports.items()),
            _provenance(),
        ),
    )


def _entry(name: str, report: Document) -> Section:
    blocks: list[Block] = [Quote(sentence) for sentence in report.quotes()[:1]]
    blocks += [Picture(f"{name}/{figure.name}.svg", figure.alt) for figure in report.figures()[:1]]
    return Section(report.title, (*blocks, Paragraph(f"[Read the report]({name}.md)")))


def _provenance() -> Section:
    return Section(
        "Provenance",
        (
            Paragraph("This command writes all reports and this page again, to the same text:"),
            Listing(command(INDEX), "sh"),
            facts({"stattools": code_version()}, ("input", "value")),
            facts(environment(), ("environment", "version")),
        ),
    )
