"""One name for arrays of numbers in all annotations."""

from pathlib import Path

import stattools


def test_no_other_file_names_arrays_of_numbers_again():
    sources = Path(stattools.__file__).parent.rglob("*.py")
    again = [path.stem for path in sources if "= NDArray[np.float64]\n" in path.read_text(encoding="utf-8")]
    assert again == ["arrays"]
