import os
import subprocess
import sys
from pathlib import Path

import pytest

from stattools.gallery import network
from stattools.gallery.network import by_hand, sample


def test_the_report_has_the_five_causes_and_their_numbers(text_of):
    text = text_of("network")
    for place in range(1, 6):
        assert f"**{place}. " in text
    assert "grows by a factor of 299 an epoch" in text
    assert f"in epoch {by_hand().broke}" in text


def test_the_fixed_network_reads_what_a_line_cannot():
    rows, fit = sample(), network.fixed()
    assert fit.accuracy((rows.new_label, rows.new_X)) > 0.97


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["Haswell", "Prescott"])
def test_text_and_figures_are_the_committed_ones_on_another_blas_kernel(kernel, tmp_path):
    committed = Path(__file__).parents[2] / "reports"
    command = [sys.executable, "-m", "stattools", "gallery", "network", "--out", str(tmp_path)]
    subprocess.run(command, env=os.environ | {"OPENBLAS_CORETYPE": kernel}, check=True, capture_output=True)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    figures = [path.relative_to(committed) for path in (committed / "network").iterdir()]
    assert made == sorted([*figures, Path("network.md")])
    for path in made:
        assert (tmp_path / path).read_bytes() == (committed / path).read_bytes(), path
