import pytest

from stattools.errors import DomainError, FileError
from stattools.reporting.labels import Label, assigned, labels_of, require_names

AGE, SEX = Label("Age", "years"), Label("Sex")


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.csv", "name,label,unit\nage,Age,years\nsex,Sex,\nempty,,\n"),
        ("a.tsv", "name\tlabel\nage\tAge [years]\nsex\tSex\n"),
        ("a.json", '{"age": "Age [years]", "sex": "Sex"}'),
        ("a.txt", "# words of the codebook\n\nage = Age [years]\nsex=Sex\n"),
    ],
)
def test_a_file_of_labels_of_each_kind(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert (
        labels_of(path) == labels_of(str(path)) == {"age": AGE, "sex": SEX} == assigned(["age=Age [years]", "sex=Sex"])
    )


@pytest.mark.parametrize(
    "given, said",
    [
        ({"age": 3}, "labels= is a dict of labels"),
        ({"age": " "}, "labels= is a dict of labels"),
        (3, "labels= is a dict of labels"),
        ("", "needs a path"),
    ],
)
def test_what_are_no_labels(given, said):
    with pytest.raises(DomainError, match=said):
        labels_of(given)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("a.csv", "column,words\nage,Age\n", "the columns name and label"),
        ("a.csv", "name,label\n", "has none"),
        ("a.json", "{", "cannot be read"),
        ("a.json", "[1]", "needs an object"),
        ("a.txt", "age\n", "name=label"),
    ],
)
def test_a_file_without_labels_is_refused(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(DomainError, match=said):
        labels_of(tmp_path / name)


def test_a_file_that_is_not_there_and_a_column_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        labels_of(tmp_path / "none.csv")
    with pytest.raises(DomainError, match=r"'agee', which is no column of the data\. Did you mean 'age'"):
        require_names({"agee": AGE}, ["age", "sex"])
