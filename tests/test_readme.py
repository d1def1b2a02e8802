"""The README tells the truth: its script runs and prints what it shows, and CI runs its test command."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install uv && python3 -m uv run "
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def test_the_script_prints_what_the_readme_shows(capsys):
    (script,) = [text for language, text in BLOCKS if language == "python"]
    shown = BLOCKS[[language for language, _ in BLOCKS].index("python") + 1][1]
    exec(script, {})
    assert capsys.readouterr().out.strip() == shown.strip()
    lines = [line for line in script.splitlines() if line.strip() and not line.startswith(("import", "from"))]
    assert len(lines) <= 10


def test_the_two_commands_install_uv_themselves():
    commands = [text.strip() for language, text in BLOCKS if not language and "uv run" in text]
    assert len(commands) == 2
    assert all(command.startswith(INSTALL) for command in commands)


def test_ci_runs_the_readmes_test_command():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "grep -m1 'uv run pytest' README.md" in ci
    assert next(line for line in README.splitlines() if "uv run pytest" in line).startswith(INSTALL)


@pytest.mark.parametrize("target", re.findall(r"(?:\]\(|(?:src|href)=\")((?!http)[^)#\"]+)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_the_layout_is_the_agreed_one():
    allowed = {"pyproject.toml", "uv.lock", "stattools", "tests", "reports", "README.md", "benchmarks", "docs"}
    allowed |= {"CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "mkdocs.yml"}
    tracked = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert tracked - {"dist", "build"} <= allowed
