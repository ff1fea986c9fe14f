"""For the data protection officer: record of processing, data map and criteria of an impact assessment, de and en.

Inputs: _meta/data_policy.json, _meta/privacy/data_map.json, exploration, model; what only the controller can know comes
from the company's privacy.yaml, and what is missing there stands in the documents as to be filled in.
Outputs: _meta/privacy/{record_of_processing,data_map,impact_assessment}.{en,de}.{md,html}.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import read_json, read_yaml
from elt.privacy import assessment, assessment_text, data_map_text, record_text
from elt.privacy.document_text import RunFacts, Wording, personal_fields
from elt.report import pages
from elt.run.company import Contract
from elt.run.controller import ControllerStatements

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(
    *,
    contracts: Mapping[str, Contract],
    stated: ControllerStatements,
    facts: RunFacts,
    policy: str,
    data_map: str,
    summary: str,
    model: str,
    words: Sequence[str],
    template: str,
    folder: Path,
) -> None:
    """Write the three documents in each language; `words`: a file a language."""
    rules, mapped = read_json(policy), read_json(data_map)
    found = assessment.measured(contracts, mapped, rules, read_json(summary), read_json(model))
    for texts in map(read_yaml, words):
        documents = {
            "record_of_processing": record_text.document(Wording(texts, facts), contracts, rules, stated),
            "data_map": data_map_text.document(Wording(texts, facts), contracts, mapped),
            "impact_assessment": assessment_text.document(Wording(texts, facts), found, stated.impact_assessment),
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
        stated=params.stated,
        facts=RunFacts(params.run_id, params.company, params.statements_file),
        policy=given.policy,
        data_map=given.map,
        summary=given.summary,
        model=given.model,
        words=given.words,
        template=given.template,
        folder=Path(snakemake.output[0]).parent,
    )
