"""For the data protection officer: record of processing, data map, threshold check, impact assessment, uniqueness.

Inputs: _meta/data_policy.json, _meta/privacy/data_map.json, exploration, model, _meta/uniqueness_report.json; what only
the controller can know comes from the company's privacy.yaml, and what is missing there is marked as open.
Outputs: _meta/privacy/<document>.{en,de}.{md,html}: record_of_processing, data_map, threshold_check, impact_assessment,
uniqueness_report.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import read_json, read_yaml
from elt.privacy import data_map_text, impact, impact_text, record_text, threshold, threshold_text, uniqueness_text
from elt.privacy.combined import combinations
from elt.privacy.document_text import Wording, personal_fields
from elt.report import pages
from elt.run.contract import Contract
from elt.run.controller import ControllerStatements
from elt.run.surroundings import Surroundings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(
    *,
    contracts: Mapping[str, Contract],
    stated: ControllerStatements,
    facts: Surroundings,
    policy: str,
    data_map: str,
    summary: str,
    model: str,
    uniqueness: str,
    words: Sequence[str],
    template: pages.Template,
    folder: Path,
) -> None:
    """Write the five documents in each language; `words`: a file a language."""
    rules, mapped, alone = read_json(policy), read_json(data_map), read_json(uniqueness)
    sources = combinations(mapped, contracts, rules["published_row_level_tables"])
    criteria = threshold.measured(contracts, rules, read_json(summary), read_json(model), sources)
    known = impact.measured(contracts, mapped, rules, criteria, alone)
    for texts in map(read_yaml, words):
        record, mapping, check, frame, unique = (Wording(texts, facts) for _ in range(5))
        documents = {
            "record_of_processing": record_text.document(record, contracts, rules, stated, sources),
            "data_map": data_map_text.document(mapping, contracts, mapped),
            "threshold_check": threshold_text.document(check, criteria, stated.threshold_check),
            "impact_assessment": impact_text.document(frame, known, rules, stated, sources),
            "uniqueness_report": uniqueness_text.document(unique, alone),
        }
        language = texts["language"]
        for name, text in documents.items():
            target = folder / f"{name}.{language}"
            pages.write(text.rstrip() + "\n", f"{target}.md", f"{target}.html", template=template, language=language)
    rulelog.log.info("%d personal fields", len(personal_fields(contracts)))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        contracts=params.contracts,
        stated=params.told["controller"],
        facts=params.told["surroundings"],
        policy=given.policy,
        data_map=given.map,
        summary=given.summary,
        model=given.model,
        uniqueness=given.uniqueness,
        words=given.words,
        template=given.template,
        folder=Path(snakemake.output[0]).parent,
    )
