"""What a file of stages may not say."""

from pathlib import Path

import pytest

from bot.domain.errors import BadConfig
from bot.stages import load_stages

FLOW = Path(__file__).parents[2] / "flows" / "post_interview.yaml"


def test_no_outcome_may_offer_whatsapp(tmp_path: Path) -> None:
    told = FLOW.read_text().replace(
        "prompt: rejection\n", "prompt: rejection\n    offers_whatsapp: true\n"
    )
    path = tmp_path / "flow.yaml"
    path.write_text(told)

    with pytest.raises(BadConfig, match="leave out `offers_whatsapp`"):
        load_stages(path)
