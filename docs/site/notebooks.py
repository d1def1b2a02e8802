"""The tutorials as notebooks, made from the same Markdown, with what each block prints stored below it.

The site offers them on each page; `python docs/site/notebooks.py FOLDER` writes them without the site.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

DOCS = Path(__file__).parents[1]
FOLDER = "tutorials/"
CODE = re.compile(r"^```python\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", flags=re.DOTALL | re.MULTILINE)
RELATIVE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")
"""A link to another page, which a downloaded notebook does not stand beside."""


def notebook(page: str) -> dict[str, Any]:
    """A page as a notebook: its text, its blocks of code, and what they print.

    >>> [cell["source"] for cell in notebook("# A\\n\\n```python\\nprint(1)\\n```\\n\\n```text\\n1\\n```\\n")["cells"]]
    ['# A', 'print(1)']
    """
    cells, end = [], 0
    for found in CODE.finditer(page):
        cells += [_text(page[end : found.start()]), _code(found[1].strip("\n"), found[2])]
        end = found.end()
    cells.append(_text(page[end:]))
    kept = [cell for cell in cells if cell["source"]]
    return {
        "cells": [cell | {"id": f"cell-{k}"} for k, cell in enumerate(kept, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _text(markdown: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": RELATIVE.sub(r"\1", markdown).strip()}


def _code(source: str, printed: str | None) -> dict[str, Any]:
    outputs = [] if printed is None else [{"name": "stdout", "output_type": "stream", "text": printed}]
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": outputs, "source": source}


def notebooks() -> dict[str, str]:
    """The text of each notebook by its path on the site."""
    return {
        path.relative_to(DOCS).with_suffix(".ipynb").as_posix(): json.dumps(
            notebook(path.read_text(encoding="utf-8")), ensure_ascii=False, indent=1
        )
        + "\n"
        for path in sorted((DOCS / FOLDER).glob("*.md"))
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the notebooks."""
    from mkdocs.structure.files import File  # not needed by those who only write notebooks

    for uri, text in notebooks().items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(text: str, page: Any, **_: Any) -> str:
    """A link to the notebook below the title of each tutorial."""
    if not page.file.src_uri.startswith(FOLDER):
        return text
    name = f"{Path(page.file.src_uri).stem}.ipynb"
    title, _, rest = text.partition("\n")
    return f'{title}\n\n[This page as a notebook]({name}){{: download="{name}" }}\n{rest}'


def main() -> None:
    """Write the notebooks to a folder."""
    for uri, text in notebooks().items():
        path = Path(sys.argv[1]) / Path(uri).name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
