import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.qualification.exact_answers import certified_checks, read_certified
from stattools.qualification.qualification import run

LINE = """NIST/ITL StRD
Dataset Name:  Line (Line.dat)

     Parameter          Estimate             of Estimate
        B0        {estimate}     {se}
        B1         2.50000000000000      0.500000000000000E+00

     R-Squared   0.9
Data:       y          x
           1.0        0
           4.0        1
           6.0        2
"""
MEAN = """Sample Mean                                ybar:  2.0
Sample Standard Deviation (denom. = n-1)      s:  {spread}
Data: Y
---------
1
2
3
"""


def test_a_line_is_read_and_checked(tmp_path):
    X, y = np.array([[1, 0], [1, 1], [1, 2.0]]), np.array([1.0, 4.0, 6.0])
    b = np.linalg.solve(X.T @ X, X.T @ y)
    rss = float(np.sum((y - X @ b) ** 2))
    se = np.sqrt(rss * np.diag(np.linalg.inv(X.T @ X)))
    text = LINE.format(estimate=f"{b[0]:.15E}", se=f"{se[0]:.15E}").replace("0.500000000000000E+00", f"{se[1]:.15E}")
    (tmp_path / "Line.dat").write_text(text.replace("\n", "\r\n"))
    read = read_certified(tmp_path / "Line.dat")
    assert (read.has_intercept, read.is_polynomial, read.rows.shape) == (True, False, (3, 2))
    (found,) = run(certified_checks(tmp_path))
    assert found.ok, found.row()


def test_a_sample_and_a_certified_value_that_is_wrong(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Good.dat").write_text(MEAN.format(spread="1"))
    (tmp_path / "Wrong.dat").write_text(MEAN.format(spread="1.001"))
    found = {finding.check.data: finding.ok for finding in run(certified_checks(tmp_path))}
    assert found == {"NIST Good": True, "NIST Wrong": False}


@pytest.mark.parametrize(
    "text, message", [("hello\n", "has none"), (MEAN.format(spread="1").split("Data")[0], "no rows")]
)
def test_a_file_of_another_kind_is_refused(tmp_path, text, message):
    (tmp_path / "a.dat").write_text(text)
    with pytest.raises(DomainError, match=message):
        read_certified(tmp_path / "a.dat")


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(DomainError, match="has none"):
        certified_checks(tmp_path)
