import shutil
import subprocess
from io import BytesIO
from zipfile import ZipFile

import pytest

from stattools.reporting.converted import CELL, PAGE, RULES, TEXT, styled


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="needs pandoc")
def test_every_edit_finds_its_place():
    reference = subprocess.run(
        ["pandoc", "--print-default-data-file", "reference.docx"], capture_output=True, check=True
    ).stdout
    made = styled(reference)
    assert made == styled(reference)
    with ZipFile(BytesIO(made)) as parts:
        styles, body = (parts.read(f"word/{name}.xml").decode() for name in ("styles", "document"))
    compact = styles.split('w:styleId="Compact"')[1].split("</w:style>")[0]
    assert f'<w:sz w:val="{CELL}"/>' in compact
    assert f'<w:sz w:val="{TEXT}"' in styles.split("</w:rPrDefault>")[0]
    assert RULES in styles
    assert body.count("<w:sectPr") == body.count(PAGE) == 1
