"""A document in which columns have their labels and units: in sentences, tables, headings and figures.

Names enter a document as code (`document.code`), so a label takes the place of the code span that is its column, or a
term made of it: `race[T.2]` becomes "Race: 2", `log(age)` "log(Age)". A cell that is a name has the unit beside it, and
so has an axis; in sentences a unit more is one of the unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from stattools.models.model import Model
from stattools.reporting.comparisons import parts_of
from stattools.reporting.document import (
    MARK,
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
    literal,
)
from stattools.reporting.first_table import columns_of
from stattools.reporting.labelled_figures import relabelled
from stattools.reporting.labels import Label, require_names

PER_UNIT = ("one unit more of {}", "per unit of {}", "a unit more of {}")
"""How sentences speak of one more of a column."""


def labelled(document: Document, labels: Mapping[str, Label], models: Sequence[Any]) -> Document:
    """The document with the labels of columns in the place of their names.

    >>> said = Document("`age`", (Paragraph("One more: per unit of `age`, not of `sex`."),))
    >>> labelled(said, {"age": Label("Age", "years")}, []).blocks
    (Paragraph(text='One more: per year of Age, not of `sex`.'),)
    """
    if not labels:
        return document
    words = _Words(labels, models)
    return replace(document, title=words.text(document.title), blocks=words.blocks(document.blocks))


def require_labels(labels: Mapping[str, Label], models: Sequence[Any]) -> None:
    """DomainError for a label of what is no column of the tables that the models were fitted to."""
    known: dict[str, None] = {}
    for model in models:
        terms = model.terms if isinstance(model, Model) else ()
        known |= dict.fromkeys((model.outcome_name, *columns_of(model), *terms))
    require_names(labels, tuple(known))


class _Words:
    """What stands in the place of each name: in a sentence, and where it stands alone."""

    def __init__(self, labels: Mapping[str, Label], models: Sequence[Any]) -> None:
        self.labels = labels
        self.outcomes = {model.outcome_name for model in models if isinstance(model, Model) and model.has_scale}
        self.said = {name: label.text for name, label in labels.items()}
        self.alone = {name: label.titled for name, label in labels.items()}
        for model in models:
            if isinstance(model, Model):
                self._add_terms(model)

    def _add_terms(self, model: Model) -> None:
        for term in model.terms:
            parts = parts_of(model, term)
            called = " × ".join(self._of_part(part.name, "" if part.name == term else part.high) for part in parts)
            if term not in self.said and called != term:
                self.said[term] = self.alone[term] = called
        for name in model.names:
            category, mark, term = name.partition(": ")
            if mark and term in self.said:
                self.said.setdefault(name, f"{category}: {self.said[term]}")
                self.alone.setdefault(name, f"{category}: {self.alone[term]}")
        if model.outcome_name not in self.said:
            inside = self._inside(model.outcome_name)
            self.said[model.outcome_name] = self.alone[model.outcome_name] = inside

    def _of_part(self, name: str, high: str) -> str:
        called = self.labels[name].text if name in self.labels else self._inside(name)
        level = re.sub(r"^(-?\d+)\.0$", r"\1", high)  # whole numbers that are floats, as beside missing values
        return f"{called}: {level}" if level else called

    def _inside(self, name: str) -> str:
        """A call such as log(age) with the labels of its columns."""
        if not re.search(r"[(*/]", name):
            return name
        return re.sub(
            r"`([^`]+)`|[^\W\d]\w*",
            lambda word: self.labels[found].text if (found := word[1] or word[0]) in self.labels else word[0],
            name,
        )

    def text(self, marked: str, *, alone: bool = False) -> str:
        """A text with marks; `alone` where it is a cell or a heading of a table."""
        for name, label in self.labels.items():
            if label.unit:
                for phrase in PER_UNIT:
                    of = code(name)
                    marked = marked.replace(phrase.format(of), phrase.replace("unit", label.one).format(of))
                if name in self.outcomes:
                    marked = _with_unit(marked, name, label)
        whole = MARK.fullmatch(marked.strip()) if alone else None
        known = self.alone if whole is not None and whole["code"] else self.said

        def instead(mark: re.Match[str]) -> str:
            if mark["code"]:
                return literal(known[name]) if (name := mark["code"].strip()) in known else mark[0]
            return f"**{self.text(mark['strong'])}**" if mark["strong"] else mark[0]

        return MARK.sub(instead, marked)

    def blocks(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        return tuple(map(self.block, blocks))

    def block(self, block: Block) -> Block:
        match block:
            case Section():
                return replace(block, title=self.text(block.title), blocks=self.blocks(block.blocks))
            case Paragraph() | Quote():
                return replace(block, text=self.text(block.text))
            case Box():
                return replace(block, title=self.text(block.title), sentences=tuple(map(self.text, block.sentences)))
            case Bullets():
                return replace(block, items=tuple(map(self.text, block.items)))
            case Table():
                header, *rows = [
                    tuple(self.text(cell, alone=True) for cell in row) for row in (block.header, *block.rows)
                ]
                return replace(block, header=header, rows=tuple(rows), caption=self.text(block.caption))
            case Figure():
                draw = block.draw
                return replace(
                    block,
                    draw=lambda: relabelled(draw(), self.alone),
                    alt=self.text(block.alt),
                    caption=self.text(block.caption),
                )
            case Math() | Listing() | Picture():
                return block


def _with_unit(marked: str, name: str, label: Label) -> str:
    """The unit of an outcome after the size of what moves its mean: "by 3.2 kg"."""
    mean = rf"\bmean of {re.escape(code(name))}(?: (?:rises|falls|is))?(?: by)? -?[\d,.]*\d(?![\d,.]*\d)(?! %)"
    return re.sub(mean, lambda found: f"{found[0]} {label.unit}", marked)
