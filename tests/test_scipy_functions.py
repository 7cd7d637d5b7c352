"""docs/scipy.md names every public function of these parts of SciPy, and says what is true."""

from __future__ import annotations

import pytest

scipy = pytest.importorskip("scipy")

from tests.numpy_functions import MISSING, REFUSED, Row  # noqa: E402
from tests.scipy_functions import PAGE, page, sections  # noqa: E402

ROWS = [row for rows in sections().values() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.names[0])
def test_every_function_is_known(row: Row) -> None:
    if scipy.__version__ not in PAGE.read_text():
        pytest.skip("the page was written with another SciPy")
    assert row.how != MISSING, f"{row.names[0]}: add a rule, or a reason in tests/scipy_functions"
    assert row.why or row.how != REFUSED


def test_the_page_is_up_to_date() -> None:
    if scipy.__version__ not in PAGE.read_text():
        pytest.skip("the page was written with another SciPy")
    assert PAGE.read_text() == page(), "python -m tests.scipy_functions --write"
