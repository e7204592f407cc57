"""The last results of the campaigns, in the documentation."""

from pathlib import Path

import pytest

from tests.campaigns.page import put

PAGE = """# Testing
<!-- rates: written by the campaign -->
old \\1
<!-- end of rates -->
<!-- chaos: written by `make chaos` -->
<!-- end of chaos -->
The end.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "testing.md").write_text(PAGE)
    return tmp_path / "testing.md"


def test_results_replace_the_last_ones_and_leave_the_rest_alone(page: Path) -> None:
    put(page, "rates", "| new \\2 |\n")
    put(page, "chaos", "Nothing was lost.")

    assert page.read_text() == PAGE.replace("old \\1", "| new \\2 |").replace(
        "make chaos` -->\n", "make chaos` -->\nNothing was lost.\n"
    )


def test_a_section_that_is_not_there_is_named(page: Path) -> None:
    with pytest.raises(ValueError, match="no section `simulation`"):
        put(page, "simulation", "")
