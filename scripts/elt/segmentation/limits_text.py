"""The limits of segments as a table of the report. `model` is model_metadata.json."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.features.catalogue import FEATURES
from elt.report.figure_ledger import Told
from elt.report.markdown import table
from elt.segmentation import origins
from elt.segmentation.limits import MEASURES

Model = Mapping[str, Any]
UNITS = {feature.name: feature.unit for feature in FEATURES}


def section(model: Model, words: Told) -> Iterator[str]:
    """A row a segment that has limits: share of its customers within them, and the limits of each measure."""
    text = words["limits"]
    told = [segment for segment in model["segments"] if segment.get("limits")]
    names = [name for name in MEASURES if any(name in segment["limits"]["ranges"] for segment in told)]
    if not names:
        return
    rows = [
        [
            segment["name"][words.language],
            words.share(f"segment.{segment['label']}.limits", segment["limits"]["share"], place(segment, "share"), 0),
            *(range_text(segment, name, words) for name in names),
        ]
        for segment in told
    ]
    yield f"## {text['title']}\n\n"
    yield table([text["segment"], text["share"], *(words["features"][name] for name in names)], rows)
    yield text["reading"] + "\n\n"


def place(segment: Model, *steps: Any) -> Mapping[str, Any]:
    """Where the limits of a segment stand."""
    return origins.place("segments", segment["label"], "limits", *steps)


def range_text(segment: Model, name: str, words: Told) -> str:
    """Both limits of a measure: "200 – 1,900"."""
    low, high = (
        words.number(
            f"segment.{segment['label']}.limits.{name}.{end}",
            value,
            place(segment, "ranges", name, end),
            0,
            UNITS[name],
        )
        for end, value in enumerate(segment["limits"]["ranges"][name])
    )
    return f"{low}\xa0–\xa0{high}"
