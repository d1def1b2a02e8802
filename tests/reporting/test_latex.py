import re
import shutil
import subprocess

import pytest
from hypothesis import given

from stattools.reporting.document import Table, code, literal
from stattools.reporting.latex import escape, table
from tests.reporting.hostile import NAMES, TEXT

COMMAND = re.compile(r"\\(?:textbackslash|textasciitilde|textasciicircum|textasciigrave|textless|textgreater|textbar|"
                     r"textquotedbl)\{\}|\\[&%$#_{}]|\{[\[\]]\}|-\{\}|\$-\$|\$\\infty\$|\$\^\{2\}\$")  # fmt: skip


@given(TEXT)
def test_a_literal_has_no_live_character(text):
    assert not re.search(r"[\\{}$&#^_%~\n\[\]]", COMMAND.sub("", escape(text)))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_keeps_the_number_of_cells(name):
    lines = table(Table((code(name), "n"), ((literal(name), code(name)),), align="lr")).splitlines()
    assert len(lines) == 10
    assert [len(re.findall(r"(?<!\\)&", line)) for line in lines[4:7:2]] == [1, 1]


def test_a_minus_is_a_minus_and_a_dash_a_dash():
    assert escape("-0.5 to -∞, log-odds -- x") == r"$-$0.5 to $-$$\infty$, log-odds -{}- x"


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="needs pandoc")
def test_pandoc_reads_the_table_back():
    names = [name for name in NAMES if name.strip() and "\x00" not in name and "\u202e" not in name]
    block = Table(("term", "n"), tuple((literal(name), "1") for name in names), align="lr", caption="A caption")
    done = subprocess.run(
        ["pandoc", "-f", "latex", "-t", "plain", "--columns=2000"],
        input=table(block),
        capture_output=True,
        text=True,
        check=True,
    )
    # Pandoc's plain face has typographic quotes and rules of its own; what stands between the rules are the rows.
    rows = [line for line in done.stdout.splitlines() if line.rstrip().endswith(" 1")]
    assert len(rows) == len(names)
    assert "<script>alert(1)</script>" in done.stdout
