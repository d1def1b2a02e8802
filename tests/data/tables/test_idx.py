import gzip
import struct

import numpy as np
import pytest

import stattools as st


@pytest.mark.parametrize(("code", "dtype"), [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
@pytest.mark.parametrize("packed", [False, True])
def test_what_was_written_is_read(tmp_path, code, dtype, packed):
    values = np.arange(2 * 3 * 4).reshape(2, 3, 4).astype(dtype)
    content = bytes([0, 0, code, 3]) + struct.pack(">3I", 2, 3, 4) + values.tobytes()
    path = tmp_path / "images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    found = st.read_idx(path)
    np.testing.assert_array_equal(found, values)
    assert found.dtype.isnative


@pytest.mark.parametrize(
    "content", [b"", b"label,pixel\n1,2\n", bytes([0, 0, 8, 1, 0, 0, 0, 9, 1, 2]), bytes([0, 0, 8, 3, 0])]
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "digits"
    path.write_bytes(content)
    with pytest.raises(st.DomainError, match="digits"):
        st.read_idx(path)
    path.write_bytes(gzip.compress(content)[:-4])
    with pytest.raises(st.DomainError, match="digits"):
        st.read_idx(path)
