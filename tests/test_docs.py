"""The pages under docs/ tell the truth: their code runs, and prints what they show."""

import re
from pathlib import Path

import matplotlib as mpl
import pytest

import stattools

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
CODE = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", flags=re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if CODE.search((DOCS / page).read_text(encoding="utf-8"))])
def test_the_code_prints_what_the_page_shows(page, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    names = {"__name__": page}
    for script, shown in CODE.findall((DOCS / page).read_text(encoding="utf-8")):
        exec(compile(script, page, "exec"), names)
        printed = [line.rstrip() for line in capsys.readouterr().out.strip().splitlines()]
        assert printed == shown.strip().splitlines()


def test_the_reference_has_every_public_name():
    listed = re.findall(r"::: stattools\.(\w+)", "\n".join(path.read_text() for path in DOCS.glob("reference/*.md")))
    assert sorted(listed) == sorted(set(stattools.__all__) - {"__version__"})
