"""The gallery writes what it computes again."""

import pytest

from tests.cli.test_application import run


@pytest.mark.nightly
def test_the_gallery_writes_what_verify_accepts_and_tells_drift(tmp_path):
    result = run("gallery", "coin", "--out", tmp_path)
    path = tmp_path / "coin.md"
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"wrote {path}\n", "")
    good = run("verify", path)
    assert (good.exit_code, good.stdout) == (0, f"{path}: the same text\n")
    path.write_text(path.read_text().replace("0.583", "0.594"))
    bad = run("verify", path)
    assert bad.exit_code == 1
    assert bad.stdout.startswith(f"{path}: moved: numbers (in Posterior")
    assert "0.594" in bad.stdout
