"""A document in which columns have their labels and units: in sentences, tables, headings, and in figures at axes,
ticks, legends and titles.

Names enter a document as code (`document.code`), so a label takes the place of the code span that is its column, or a
term made of it: `race[T.2]` becomes "Race: 2", `log(age)` "log(Age)". A cell that is a name has the unit beside it, and
so has an axis; in sentences a unit more is one of the unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from stattools.data.design.design import Design
from stattools.figures.house_style import plain
from stattools.reporting.comparisons import factors_of
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
from stattools.reporting.labels import Label, require_names

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawn

SHORTEST = 3
"""Names of fewer letters are replaced where they stand alone, not within a text: "x" and "of" are words of others."""

LONGEST = 76
"""Letters of a line below a figure of the house's width."""


def relabelled(figure: Drawn, words: Mapping[str, str]) -> Drawn:
    """The figure, in which every text that is or holds a name has what stands in its place.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> figure.add_subplot().set_xlabel("mean of age")
    Text(0.5, 0, 'mean of age')
    >>> relabelled(figure, {"age": "Age (years)"}).axes[0].get_xlabel()
    'mean of Age (years)'
    """
    from matplotlib.text import Text
    from matplotlib.ticker import FixedLocator, FuncFormatter

    words = {plain(name): plain(word, LONGEST // 2) for name, word in words.items()}
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_locator(), FixedLocator):  # ticks that are names
                ticks = axis.get_major_formatter()
                named = FuncFormatter(lambda value, at, ticks=ticks: instead(ticks(value, at), words))
                axis.set_major_formatter(named)
    for text in figure.findobj(Text):
        if isinstance(text, Text) and (said := instead(text.get_text(), words)) != text.get_text():
            text.set_text(said)
    for axes in figure.axes:
        across = int(LONGEST * axes.get_position().width / 0.9)
        for text, width in ((axes.xaxis.label, across), (axes.yaxis.label, LONGEST // 2), (axes.title, across)):
            if len(text.get_text()) > width:
                text.set_text("\n".join(wrap(text.get_text(), max(width, 16), break_long_words=False)))
    return figure


def instead(text: str, words: Mapping[str, str]) -> str:
    """A text in which what is or holds a name has what stands in its place.

    >>> instead("mean of lwt by smoke", {"lwt": "Weight", "smoke": "Smoker"})
    'mean of Weight by Smoker'
    """
    if text in words:
        return words[text]
    names = sorted((name for name in words if len(name) >= SHORTEST), key=len, reverse=True)
    if not names or not text:
        return text
    either = "|".join(map(re.escape, names))
    return re.sub(rf"(?<![\w.])(?:{either})(?![\w.])", lambda found: words[found[0]], text)


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
        design = _design(model)
        used = () if design is None or design.whole is None else (*design.whole.outcome.columns, *design.whole.columns)
        terms = () if design is None else design.names
        known |= dict.fromkeys((model.outcome_name, *used, *columns_of(model), *model.names, *terms))
    require_names(labels, tuple(known))


def _design(model: Any) -> Design | None:
    """The design of a model that has one: a regression, or one of its kin."""
    return vars(model).get("design")


class _Words:
    """What stands in the place of each name: in a sentence, and where it stands alone."""

    def __init__(self, labels: Mapping[str, Label], models: Sequence[Any]) -> None:
        self.labels = labels
        self.outcomes = {model.outcome_name for model in models if model.facts.is_regression and model.has_scale}
        self.said = {name: label.text for name, label in labels.items()}
        self.alone = {name: label.titled for name, label in labels.items()}
        for model in models:
            self._add_terms(model, _design(model))

    def _add_terms(self, model: Any, design: Design | None) -> None:
        for term in () if design is None else design.names:
            parts = factors_of(design, term)
            called = " × ".join(self._of_part(part.name, part.high) for part in parts)
            if term not in self.said and called != term:
                self.said[term] = self.alone[term] = called
        for factor in () if design is None else design.levels:
            if (column := re.sub(r"^C\((\w+)\)$", r"\1", factor)) in self.labels:
                self.said[factor] = self.alone[factor] = self.labels[column].text
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
            marked = _as_code(marked, name)
            if label.unit:
                marked = _with_units(marked, code(name), label)
                if name in self.outcomes and f"mean of {code(name)}" in marked:
                    marked = _with_own_unit(marked, code(name), label.unit)
        whole = MARK.fullmatch(marked.strip()) if alone else None
        known = self.alone if whole is not None and whole["code"] else self.said

        def labelled(mark: re.Match[str]) -> str:
            if mark["code"]:
                name = mark["code"].strip()
                if name not in known and ":" in name and any(part in self.said for part in name.split(":")):
                    return " × ".join(
                        literal(self.said[part]) if part in self.said else code(part) for part in name.split(":")
                    )
                return literal(known[name]) if name in known else mark[0]
            return f"**{self.text(mark['strong'])}**" if mark["strong"] else mark[0]

        return MARK.sub(labelled, marked)

    def heading(self, cell: str) -> str:
        """A heading of a table, with the unit of what the column has: that of the one outcome where it has its mean."""
        units = [self.labels[name].unit for name in self.outcomes if name in self.labels and self.labels[name].unit]
        if len(units) == 1 and cell == "difference":
            return f"{cell} ({literal(units[0])})"
        named = re.fullmatch(r"mean of (\S.*)", cell)
        if named and named[1].strip("`") in self.labels:
            return f"mean of {literal(self.labels[named[1].strip('`')].titled)}"
        return self.text(cell, alone=True)

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
                rows = tuple(tuple(self.text(cell, alone=True) for cell in row) for row in block.rows)
                header = tuple(map(self.heading, block.header))
                return replace(block, header=header, rows=rows, caption=self.text(block.caption))
            case Figure():
                draw = block.draw
                return replace(
                    block,
                    draw=lambda: relabelled(draw(), self.alone),
                    alt=self.text(instead(block.alt, {name: literal(word) for name, word in self.said.items()})),
                    caption=self.text(block.caption),
                )
            case Math() | Listing() | Picture():
                return block


def _as_code(marked: str, name: str) -> str:
    """The name as code where figures and tables have it as a word: "mean of age", "that sick is"."""
    bare = re.escape(name)
    word = rf"(?<=\bmean of ){bare}(?![\w.(`])|(?<=\bthat ){bare}(?= is\b)"
    return re.sub(word, lambda found: code(name), marked)


def _with_units(marked: str, name: str, label: Label) -> str:
    """A unit more of a column is one of its unit, and seven more are seven of them."""
    for phrase in PER_UNIT:
        marked = marked.replace(phrase.format(name), phrase.replace("unit", label.one).format(name))
    marked = re.sub(rf"({re.escape(name)} \([^()]*\bper )unit(?=\))", lambda found: f"{found[1]}{label.one}", marked)
    several = rf"(\bper -?[\d.,]*\d)( of {re.escape(name)})"
    return re.sub(several, lambda found: f"{found[1]} {label.unit}{found[2]}", marked)


def _with_own_unit(marked: str, name: str, unit: str) -> str:
    """The unit of an outcome after the sizes of what moves its mean: "by 3.2 kg", "1 kg lower"."""
    moved = rf"\bmean of {re.escape(name)}(?: (?:rises|falls|changes))? by -?[\d,.]*\d(?![\d,.]*\d)(?! %)"
    marked = re.sub(moved, lambda found: f"{found[0]} {unit}", marked)
    held = rf"\bmean of {re.escape(name)} is -?[\d,.]*\d(?= \()(?: \([^()]*\d(?=\)))?"  # not behind a change
    marked = re.sub(held, lambda found: f"{found[0].replace(' (', f' {unit} (', 1)} {unit}", marked)
    return re.sub(r"(?<![\w.,])(\d[\d,.]*)(?= (?:lower|higher)\b)", lambda found: f"{found[1]} {unit}", marked)
