"""The code of docs/bootstrap.md runs."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs" / "bootstrap.md").read_text(encoding="utf-8")


def test_the_blocks_run_in_order(capsys):
    exec("\n".join(re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)), {})
    assert "1,000 replicates" in capsys.readouterr().out
