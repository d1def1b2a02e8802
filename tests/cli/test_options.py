"""What a shell completes."""

import os
import subprocess
import sys


def _offered(line):
    words = {"_STATTOOLS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    program = "from stattools.cli import app; app(prog_name='stattools')"
    run = subprocess.run([sys.executable, "-c", program], env=os.environ | words, capture_output=True, text=True)
    return run.stdout.split()


def test_commands_families_and_words_are_offered():
    assert _offered("stattools po") == ["posterior"]
    assert "negative_binomial" in _offered("stattools fit ne")
    assert _offered("stattools fit ols a.csv y --cov HC") == ["HC0", "HC1", "HC2", "HC3", "HC4"]
