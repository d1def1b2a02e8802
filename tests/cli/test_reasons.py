"""Why something failed: ours in our words, the operating system's with the file, anything else as it is."""

from pathlib import Path

import pytest

import stattools as st
from stattools.cli.failures import reason


def test_a_reason_has_words_and_no_number_of_an_error(tmp_path):
    assert reason(st.DomainError("y needs numbers.")) == "y needs numbers."
    assert reason(OSError("gone")) == "gone"
    with pytest.raises(OSError, match="No such file") as caught:
        Path(tmp_path / "away.csv").read_text()
    assert reason(caught.value) == f"{tmp_path / 'away.csv'}: No such file or directory."
