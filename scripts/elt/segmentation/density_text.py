"""The map of segments in the report: its title, the figure with a text for who does not see it, and how to read it."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.report.figure_ledger import Told
from elt.report.markdown import escape
from elt.segmentation import origins

FIGURE = "../figures/segment_density.svg"


def section(model: Mapping[str, Any], words: Told) -> Iterator[str]:
    """The section of the map; nothing where no place has enough customers. `model` is model_metadata.json."""
    found, text = model.get("map"), words["map"]
    if not found or not found["cells"]:
        return
    explained = origins.place("map", "explained", "*", function="sum")
    yield f"## {text['title'].format(share=words.share('map.explained', sum(found['explained']), explained, 0))}\n\n"
    segments = [segment for segment in model["segments"] if not segment["is_suppressed"]]
    centres = ", ".join(centre(segment, found, words) for segment in segments)
    yield f"![{escape(text['alternative'].format(segments=centres))}]({FIGURE})\n\n"
    names = ("least", "more", "most")
    levels = {
        name: words.number(f"map.{name}", found["levels"][place], origins.place("map", "levels", place), unit="people")
        for place, name in enumerate(names)
    }
    yield text["reading"].format(**levels) + "\n\n"


def centre(segment: Mapping[str, Any], found: Mapping[str, Any], words: Told) -> str:
    """Where a segment lies, in words."""
    label = str(segment["label"])
    x, y = (
        words.number(
            f"map.centre.{label}.{place}", value, origins.place("map", "centres", label, place), 1, "deviations"
        )
        for place, value in enumerate(found["centres"][label])
    )
    return words["map"]["centre"].format(name=segment["name"][words.language], x=x, y=y)
