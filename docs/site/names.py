"""The index of all public names: where each stands in the reference, and the first sentence that it says of itself."""

from __future__ import annotations

import re
from inspect import getdoc
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import stattools

REFERENCE = Path(__file__).parents[1] / "reference"
PAGE = "reference/index.md"
LISTED = re.compile(r"^::: stattools\.(\w+)$", re.MULTILINE)


def index() -> str:
    """A table of the names, each with a link to its place and what it is."""
    places = {name: page.name for page in sorted(REFERENCE.glob("*.md")) for name in LISTED.findall(page.read_text())}
    rows = [
        f"| [`st.{name}`]({places[name]}#stattools.{name}) | {_sentence(getattr(stattools, name))} |"
        for name in sorted(places, key=str.casefold)
    ]
    head = ["# All names", "", "Every public name, after `import stattools as st`.", ""]
    return "\n".join([*head, "| name | what it is |", "| :-- | :-- |", *rows, ""])


def _sentence(thing: object) -> str:
    """The first sentence of a docstring, as a cell."""
    paragraph = " ".join((getdoc(thing) or "").split("\n\n")[0].split())
    end = re.search(r"(?<=[\w)`\"'\]]{2})[.:](?= [A-Z`]|$)", paragraph)
    said = paragraph[: end.start()] if end else paragraph.rstrip(".:")
    plain = (part if k % 2 else re.sub(r"([_*<])", r"\\\1", part) for k, part in enumerate(said.split("`")))
    return "`".join(plain).replace("|", "\\|")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the index."""
    files.append(File.generated(config, PAGE, content=index()))
    return files
