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


def test_the_code_of_the_page_on_networks_runs(tmp_path, monkeypatch, capsys):
    """Its blocks in order, in one namespace; small files stand for the 60,000 digits."""
    import gzip
    import struct

    import numpy as np
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    images, labels = (
        np.random.default_rng(0).integers(0, 256, (60, 4, 4), np.uint8),
        np.resize(np.arange(3, dtype="u1"), 60),
    )
    for name, values in {"train-images-idx3-ubyte.gz": images, "train-labels-idx1-ubyte.gz": labels}.items():
        head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        (tmp_path / name).write_bytes(gzip.compress(head + values.tobytes()))
    pd.DataFrame(images.reshape(60, 16)).add_prefix("p").assign(digit=labels).to_csv("digits.csv.gz", index=False)
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    names: dict = {}
    for script in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(script, names)
    shown = np.array(re.findall(r"-?\d+\.\d{4}", page.split("normalized, _ =")[1].split("```")[0]), dtype=float)
    np.testing.assert_allclose(names["normalized"].ravel(), shown, atol=5e-5)
    assert "Neural network 61-10-9" in capsys.readouterr().out
    assert (tmp_path / "digits.md").exists()


@pytest.mark.parametrize("target", re.findall(r"(?:\]\(|(?:src|href)=\")((?!http)[^)#\"]+)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_the_layout_is_the_agreed_one():
    allowed = {"pyproject.toml", "uv.lock", "stattools", "tests", "reports", "README.md", "benchmarks", "docs"}
    allowed |= {"CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "mkdocs.yml"}
    tracked = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert tracked - {"dist", "build"} <= allowed


def test_the_guide_to_auditing_prints_what_it_shows(capsys):
    text = (ROOT / "docs" / "auditing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\s*```text\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) == 2
    for script, shown in blocks:
        exec(script, {})
        assert capsys.readouterr().out.split() == shown.split()
