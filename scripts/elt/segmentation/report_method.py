"""How segments were found, as Markdown: features that were refused, and the method with the settings of the run.

`model` is model_metadata.json, `words` those of the segmentation in the language of the report, which enter each figure
in its ledger.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.report.figure_ledger import Told
from elt.report.markdown import escape
from elt.segmentation import origins

Model = Mapping[str, Any]
HIDDEN = "–"
SETTINGS = {  # word of the method: name among the choices, and decimals; None for a share
    "rows": ("silhouette_rows", 0),
    "samples": ("silhouette_samples", 0),
    "bootstraps": ("bootstraps", 0),
    "screened": ("screened", 0),
    "resample": ("resample_rows", 0),
    "border": ("border", None),
    "share": ("minimum_share", None),
    "minimum": ("minimum_customers", 0),
    "stable": ("stable_from", 2),
    "unstable": ("unstable_below", 2),
    "k_min": ("k_min", 0),
    "k_max": ("k_max", 0),
}


def refused_features(model: Model, words: Told) -> Iterator[str]:
    """One line a refused feature, or that none was."""
    text, language = words["report"], words.language
    labels = {feature["name"]: feature["label"][language] for feature in model["features"]}
    refused = [feature for feature in model["features"] if feature["refused"]]
    for feature in refused:
        twin = labels.get(feature["near_duplicate_of"], "")
        reason = text["refused"][feature["refused"]].format(twin=escape(twin))
        yield f"- {escape(feature['label'][language])}: {reason}\n"
    if not refused:
        yield f"- {text['none_refused']}\n"


def setting_text(name: str, choice: Model, decimals: int | None, words: Told) -> str:
    """A setting of the choice as text: a number, without decimals a share; a dash where it is none."""
    if choice[name] is None:
        return HIDDEN
    told, origin = f"choice.{name}", origins.place("choice", name)
    return (
        words.share(told, choice[name], origin, 0)
        if decimals is None
        else words.number(told, choice[name], origin, decimals)
    )


def numbered(model: Model, words: Told) -> str:
    """From what segments have their numbers."""
    text, earlier = words["report"]["numbers"], model.get("migration", {})
    return text["kept"].format(run=escape(earlier["run"])) if earlier.get("moves") else text["by_revenue"]


def method(model: Model, words: Told) -> Iterator[str]:
    """How it was done, one line a step, with the settings of this run."""
    language, choice = words.language, model["choice"]
    used = [f["label"][language] for f in model["features"] if f["is_used"]]
    logged = [f["label"][language] for f in model["features"] if f["is_logged"]]
    values = {
        "used": escape(", ".join(used)) or HIDDEN,
        "logged": escape(", ".join(logged)) or HIDDEN,
        "numbers": numbered(model, words),
        "seed": words.enter("seed", model["seed"], "count", 0, origins.place("seed")),
        "learn": model["versions"]["scikit-learn"],
        "numpy": model["versions"]["numpy"],
        **{told: setting_text(name, choice, decimals, words) for told, (name, decimals) in SETTINGS.items()},
    }
    yield from (f"- {line.format(**values)}\n" for line in words["report"]["method"])
    if "evidence_rows" in choice:
        yield f"- {words['report']['sampled'].format(rows=setting_text('evidence_rows', choice, 0, words))}\n"
