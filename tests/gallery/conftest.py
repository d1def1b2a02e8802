"""All documents of the gallery, computed once for all its tests, and written once to a folder."""

import pytest

from stattools.gallery import ANALYSES, INDEX, Gallery
from stattools.reporting.files import write
from stattools.reporting.markdown import markdown


@pytest.fixture(scope="session")
def gallery():
    return Gallery()


@pytest.fixture(scope="session")
def text_of(gallery):
    return lambda name: markdown(gallery.document(name), figures=name)


@pytest.fixture(scope="session")
def reports(gallery, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name in (*ANALYSES, INDEX):
        write(gallery.document(name), folder / name)
    return folder
