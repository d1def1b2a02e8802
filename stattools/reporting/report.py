"""`report(*parts, to=PATH)`: fits, posteriors, agreements and words become one Markdown report with figures.

The answer stands first, a box for each result. The parts follow in the order given. Words before the first result are
the question; words after it stand where they were put. A fit brings results, data, likelihood, fit and diagnostics; a
posterior its own section. Agreements and provenance close the report, as an appendix.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from stattools.bayes.conjugate.distribution import Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.sampling.draws import Posterior
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.interface.arguments import require_truth
from stattools.models.samples.proportions import BernoulliTrials
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.reporting import draws, networks, sections, sentences
from stattools.reporting.accounts import account
from stattools.reporting.beliefs import section_of
from stattools.reporting.document import (
    Block,
    Box,
    Bullets,
    Document,
    Figure,
    Listing,
    Math,
    Paragraph,
    Picture,
    Quote,
    Section,
    Table,
    code,
)
from stattools.reporting.files import write
from stattools.reporting.labelled import labelled, require_labels
from stattools.reporting.labels import labels_of
from stattools.reporting.posteriors import SEED, belief, posterior
from stattools.reporting.provenance import byline
from stattools.reporting.results import Told, told
from stattools.reporting.shown import shown
from stattools.validation.checks.samples import NetworkAgreement
from stattools.validation.verdict import Agreement, PosteriorAgreement

BLOCKS = (Section, Paragraph, Box, Quote, Math, Listing, Bullets, Table, Figure, Picture)

type Part = Any


def report(
    *parts: Part,
    to: str | os.PathLike[str],
    title: str | None = None,
    command: str | None = None,
    by: str | None = None,
    labels: Mapping[str, str] | str | os.PathLike[str] | None = None,
    author: str | None = None,
    date: str | datetime.date | None = None,
    html: bool = False,
    png: bool = False,
) -> Path:
    """Write the report PATH.md with its figures in the folder PATH, and return its path.

    Parts are fits, exact posteriors, agreements (`st.validate`), what `st.prior_sensitivity`, `st.tipping_prior`,
    `st.surprise`, `st.ledger` and `st.empirical_bayes` return, every other result that prints as a page (`st.compare`,
    `st.audit`, `fit.check()`), frames such as `fit.anova()`, figures of Matplotlib, strings (paragraphs, in which
    `code`, $maths$ and **strong** are marks and everything else is literal) and the blocks of
    `stattools.reporting.document`. `to` is the path with or without ".md", or that of one file that has everything
    inside: "x.html", or "x.docx" and "x.pdf", which pandoc or Quarto write. `command` is printed as what writes the
    report again. `by` names a column of the table whose groups the data section puts side by side. `labels` are what
    columns are called in sentences, tables and figures, with a unit in brackets, {"lwt": "Weight [lb]"}, or the path of
    a file of them (CSV with name, label and unit, JSON, or lines name=label [unit]). `author` and `date` stand under
    the title where they are given. `html` writes PATH.html too, the same report in one file that needs no other and no
    network; `png` writes a PNG beside each SVG figure. Same inputs give the same bytes; a report that fails leaves the
    old one as it was. Raises IncompatibleError for anything else, and where pandoc is not installed, which Word and PDF
    need, FileError with path and reason where it cannot write.

    >>> import tempfile, stattools as st
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = st.report(st.fit(st.coin([1, 0, 1, 1])), to=f"{folder.name}/coin")
    >>> path.read_text().splitlines()[0]
    '# Coin: 3 ones in 4 flips'
    >>> folder.cleanup()
    """
    require_truth(html, "html= of report")
    require_truth(png, "png= of report")
    document = compose(*parts, title=title, command=command, by=by, labels=labels, author=author, date=date)
    return write(document, to, html=html, png=png)


def compose(
    *parts: Part,
    title: str | None = None,
    command: str | None = None,
    by: str | None = None,
    labels: Mapping[str, str] | str | os.PathLike[str] | None = None,
    author: str | None = None,
    date: str | datetime.date | None = None,
) -> Document:
    """The report as a document, before it has a format."""
    for name, text in (("title", title), ("command", command)):
        if not isinstance(text, str | None):
            raise DomainError(f"report needs {name}= as text; got {quoted(text)}.")
    draft, front = _Draft(by), byline(author, date)
    words = labels_of(labels)
    add: dict[type, Callable[[Any], None]] = {
        Fit: draft.add_fit,
        NetworkFit: draft.add_network,
        NetworkEnsemble: draft.add_network,
        OneVsRestFit: draft.add_separate_fits,
        Posterior: draft.add_draws,
        Agreement: lambda agreement: draft.checked.append(sections.validation(agreement)),
        NetworkAgreement: lambda agreement: draft.checked.append(networks.validation(agreement)),
        PosteriorAgreement: lambda agreement: draft.checked.append(draws.validation(agreement)),
        Updatable: draft.add_posterior,
        Improper: attrgetter("table"),  # which says what an improper prior lacks
        str: lambda words: draft.add_block(Paragraph(words)),
        **dict.fromkeys(BLOCKS, draft.add_block),
    }
    for part in parts:
        take = next((take for kind, take in add.items() if isinstance(part, kind)), None)
        if take is None and (section := section_of(part)) is not None:
            take, part = draft.add_told, section
        found = None if take is not None else told(part)
        if found is not None:
            draft.add_result(found, vars(part).get("seed"))
            continue
        if take is None and (block := shown(part)) is not None:
            draft.add_block(block)
            continue
        if take is None:
            raise IncompatibleError(
                "report takes fits, posteriors, agreements, results with a page (st.compare, st.audit, fit.check()), "
                "frames, figures, strings and document blocks; got "
                f"{type(part).__name__}. Pass st.fit(model) for a model, str(x) or a Table for anything else."
            )
        take(part)
    document = draft.document(title, command)
    models = [chapter.model for chapter in draft.chapters if chapter.model is not None]
    if by is not None and not models:
        raise IncompatibleError("by= compares the columns of a fit's table; give report a fit, st.fit(model).")
    if isinstance(labels, Mapping):  # a file may hold those of many tables
        require_labels(words, models)
    return replace(labelled(document, words, models), byline=front)


@dataclass
class _Chapter:
    """One model with everything that is said about it."""

    model: Any = None
    blocks: list[Block] = field(default_factory=list)
    title: str = "Further results"


class _Draft:
    """The report as it grows, part by part."""

    def __init__(self, by: str | None = None) -> None:
        self.by = by
        self.opening: list[Block] = []
        self.chapters: list[_Chapter] = []
        self.titles: list[str] = []
        self.boxes: list[Box] = []
        self.seeds: list[int] = []
        self.checked: list[Section] = []

    def add_block(self, block: Block) -> None:
        (self.chapters[-1].blocks if self.chapters else self.opening).append(block)

    def add_fit(self, fit: Fit) -> None:
        chapter = _Chapter(fit.model)
        answered, named = sections.answered(fit), account(fit.model).named(fit.model)
        evidence = (
            sections.data(fit.model, by=self.by),
            sections.likelihood(fit.model),
            sections.maximum(fit, *answered.note),
        )
        chapter.blocks = [*answered.results, *evidence, *answered.diagnosis]
        self.boxes.append(replace(answered.box, title=f"{len(self.chapters) + 1}. {named}"))
        self.chapters.append(chapter)
        self.titles.append(named)

    def add_separate_fits(self, fits: OneVsRestFit) -> None:
        for fit in fits.fits:
            self.add_fit(fit)
        del self.titles[-len(fits.fits) :]
        self.titles.append(f"{fits.model.title} of {code(fits.model.outcome_name)}")
        words: list[Block] = [Paragraph(sentences.normalized(fits))]
        self.chapters.append(_Chapter(blocks=words, title="All categories"))

    def add_told(self, section: Section) -> None:
        if not self.chapters:
            self.chapters.append(_Chapter())
        self.chapters[-1].blocks.append(section)

    def add_result(self, found: Told, seed: object) -> None:
        """A result in the chapter before it; alone, it is a chapter with its question, its answer and its data."""
        self.seeds += [seed] if isinstance(seed, int) else []
        if self.chapters or self.opening:
            self.add_block(found.section)
            return
        data = () if found.model is None else (sections.data(found.model, by=self.by),)
        self.chapters.append(_Chapter(found.model, blocks=[*data, found.section], title=found.title))
        self.titles.append(found.title)
        if said := tuple(filter(None, (found.asked, found.answer))):
            self.boxes.append(Box(said, found.title))

    def add_network(self, fit: NetworkFit | NetworkEnsemble) -> None:
        self.chapters.append(_Chapter(fit.model, blocks=list(networks.network(fit))))
        self.titles.append(account(fit.model).named(fit.model))
        self.boxes.append(Box((networks.question(fit.model), networks.conclusion(fit)), self.titles[-1]))
        if fit.seed is not None:
            self.seeds.append(fit.seed)

    def add_posterior(self, beta: Any) -> None:
        if (
            not self.chapters
            or self.chapters[-1].model is None
            or not isinstance(self.chapters[-1].model, BernoulliTrials)
        ):
            self.chapters.append(_Chapter())
        self.seeds.append(SEED)
        model = self.chapters[-1].model
        asked = () if model is None else (sentences.question(model),)
        self.boxes.append(Box((*asked, belief(beta)), "Posterior"))
        self.chapters[-1].blocks.append(posterior(beta))

    def add_draws(self, posterior: Posterior) -> None:
        """A posterior that was drawn, in the chapter of its model."""
        model = posterior.model
        if not self.chapters or self.chapters[-1].model is not model:
            chapter = _Chapter(model, blocks=[sections.data(model, by=self.by), sections.likelihood(model)])
            self.chapters.append(chapter)
            self.titles.append(account(model).named(model))
        self.seeds.append(posterior.seed)
        said = sentences.question(model), draws.belief(posterior)
        self.boxes.append(Box(said, f"Posterior of {account(model).named(model)}"))
        self.chapters[-1].blocks.append(draws.drawn(posterior))

    def document(self, title: str | None, command: str | None) -> Document:
        models = [chapter.model for chapter in self.chapters if chapter.model is not None]
        blocks: list[Block] = [*self.answer()]
        if len(self.chapters) == 1:
            blocks += self.chapters[0].blocks
        else:
            blocks += [_numbered(i, chapter) for i, chapter in enumerate(self.chapters, 1)]
        made = sections.provenance(models, command=command, seeds=self.seeds)
        blocks.append(sections.appendix(*self.checked, made))
        return Document(title or " and ".join(self.titles) or "Report", _distinct(blocks, Counter()))

    def answer(self) -> tuple[Section, ...]:
        """The boxes, and the words of the author before the first result: one paragraph is what was asked."""
        boxes, words = list(self.boxes), tuple(self.opening)
        if boxes and len(boxes[0].sentences) > 1 and len(words) == 1 and isinstance(words[0], Paragraph):
            boxes[0], words = replace(boxes[0], sentences=(words[0].text, *boxes[0].sentences[1:])), ()
        if len(boxes) == 1:
            boxes = [replace(boxes[0], title="")]
        asked = (Section("Question", words),) if words else ()
        return (*((Section("Answer", tuple(boxes)),) if boxes else ()), *asked)


def _numbered(number: int, chapter: _Chapter) -> Section:
    """A chapter of several, under its own heading."""
    title = account(chapter.model).named(chapter.model) if chapter.model is not None else chapter.title
    return Section(f"{number}. {title}", tuple(chapter.blocks))


def _distinct(blocks: Sequence[Block], seen: Counter[str]) -> tuple[Block, ...]:
    """The blocks with a number in the name of every figure whose name came before."""
    renamed: list[Block] = []
    for block in blocks:
        if isinstance(block, Section):
            block = replace(block, blocks=_distinct(block.blocks, seen))
        elif isinstance(block, Figure):
            seen[block.name] += 1
            if seen[block.name] > 1:
                block = replace(block, name=f"{block.name}-{seen[block.name]}")
        renamed.append(block)
    return tuple(renamed)
