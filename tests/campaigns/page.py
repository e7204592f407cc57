"""Where a campaign's last results stand in the documentation: between two comments that name it."""

import re
from pathlib import Path


def put(page: Path, section: str, told: str) -> None:
    """Replace what stands in `section` of `page`. Raises ValueError: there is no such section."""
    begin = re.escape(f"<!-- {section}: written by ")
    between = re.compile(rf"({begin}.*? -->\n).*?(<!-- end of {re.escape(section)} -->)", re.DOTALL)
    text, count = between.subn(
        lambda found: f"{found[1]}{told.rstrip()}\n{found[2]}", page.read_text(encoding="utf-8")
    )
    if count != 1:
        raise ValueError(f"{page} has no section `{section}`")
    page.write_text(text, encoding="utf-8")
