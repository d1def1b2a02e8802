"""The committed reports as pages of the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from stattools.reporting.html import DARK_FIGURE

ROOT = Path(__file__).parents[2]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add each report and its figures; figures of guides get their dark colors too."""
    for file in [file for file in files if file.src_uri.endswith(".svg")]:
        files.remove(file)
        files.append(File.generated(config, file.src_uri, content=_dark_too(file.content_string)))
    for path in sorted((ROOT / "reports").rglob("*")):
        uri = path.relative_to(ROOT).as_posix()
        if path.suffix == ".svg":
            files.append(File.generated(config, uri, content=_dark_too(path.read_text(encoding="utf-8"))))
        elif path.suffix in {".md", ".png"}:
            files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def _dark_too(svg: str) -> str:
    """A figure that has its own colors on a dark ground."""
    return svg.replace("</style>", f"{DARK_FIGURE}</style>", 1)


FOUND_FIRST = {"reference/": 4.0, "reports/": 0.25}
"""How a page counts in the search, by the folder it is in: the reference before guides, reports behind them."""


def on_page_markdown(text: str, page: Any, **_: Any) -> str:
    """Links that leave docs/ in the repository stay on the site; the search has the reference first."""
    for folder, boost in FOUND_FIRST.items():
        if page.file.src_uri.startswith(folder):
            page.meta["search"] = {"boost": boost}
    up = "../" * page.file.src_uri.count("/")
    return text.replace("](../" + up + "reports/", f"]({up}reports/")
