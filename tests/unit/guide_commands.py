"""The commands of docs/bring_your_own_data.md that lead a second company to its exposé, as a newcomer types them."""

import re
import shlex
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/bring_your_own_data.md"


def typed() -> list[list[str]]:
    """The words of each command, in order."""
    (block,) = re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return [shlex.split(line) for line in block.splitlines()]
