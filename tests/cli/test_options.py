"""What a shell completes."""

import pytest
from typer.testing import CliRunner

from stattools.cli import app


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("stattools po", ["posterior"]),
        ("stattools fit nega", ["negative_binomial"]),
        ("stattools fit ols a.csv y --cov HC", ["HC0", "HC1", "HC2", "HC3", "HC4"]),
    ],
)
def test_commands_families_and_words_are_offered(line, offered):
    words = {"_STATTOOLS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    assert CliRunner().invoke(app, [], env=words, prog_name="stattools").stdout.split() == offered
