import pandas as pd
import pytest

from stattools.cli.files import stem, table
from stattools.errors import DomainError

FRAME = pd.DataFrame({"name, long": ["a;b", "ü"], "x": [1.5, -2.25]})

WRITERS = {
    "a.csv": lambda path: FRAME.to_csv(path, index=False),
    "a.csv.gz": lambda path: FRAME.to_csv(path, index=False),
    "a.tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "a.tsv.gz": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "a.parquet": FRAME.to_parquet,
    "a.feather": FRAME.to_feather,
    "a.arrow": FRAME.to_feather,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same_table(name, tmp_path):
    WRITERS[name](tmp_path / name)
    pd.testing.assert_frame_equal(table(tmp_path / name), FRAME, check_dtype=False)


def test_a_csv_of_the_continent_has_semicolons_and_decimal_commas(tmp_path):
    frame = FRAME.rename(columns={"name, long": "name"})
    frame.to_csv(tmp_path / "a.csv", index=False, sep=";", decimal=",")
    pd.testing.assert_frame_equal(table(tmp_path / "a.csv"), frame)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.csv", b"x,y\n", "header only"),
        ("a.csv", b"", "is empty"),
        ("a.parquet", b"not parquet", "cannot be read"),
        ("a.feather", b"not arrow", "cannot be read"),
        ("a.csv.gz", b"not gzip", "cannot be read|gzip"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((DomainError, OSError), match=message):
        table(tmp_path / name)


def test_the_name_of_a_file_without_its_endings(tmp_path):
    assert stem(tmp_path / "v1.2.csv") == "v1.2"
