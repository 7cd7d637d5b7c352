"""docs/numpy.md names every public function of the installed NumPy, and says what is true."""

from __future__ import annotations

import numpy as np
import pytest

from tests.numpy_functions import MISSING, PAGE, REFUSED, Row, page, sections

ROWS = [row for rows in sections().values() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.names[0])
def test_every_function_is_known(row: Row) -> None:
    assert row.how != MISSING, f"{row.names[0]}: add a rule, or a reason in tests/numpy_functions"
    assert row.why or row.how != REFUSED


def test_the_page_is_up_to_date() -> None:
    if np.__version__ not in PAGE.read_text():
        pytest.skip("the page was written with another NumPy")
    assert PAGE.read_text() == page(), "python -m tests.numpy_functions --write"
