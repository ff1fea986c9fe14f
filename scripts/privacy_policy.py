"""What personal data there are, where, and what was done with them: computed, and every sentence of it checked.

Inputs: published tables (features, segments), exploration, model, number ledger, modes of
the protected layers.
Outputs: _meta/data_policy.json, _meta/privacy/data_map.json, _meta/privacy/published_groups.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import read_json, write_json
from elt.privacy import policy_checks, publications
from elt.privacy.data_map import Knowledge, data_map
from elt.privacy.policy import Checks, Settings, gold_tables, personal_columns, policy, raw_tables
from elt.privacy.policy_checks import check_classes
from elt.protection import people_behind
from elt.run import run_folders
from elt.run.controller import ClassException

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(
    *,
    known: Knowledge,
    tables: Sequence[str],
    summary: str,
    model: str,
    numbers: str,
    people: Mapping[str, str],
    reports: Sequence[str],
    settings: Settings,
    policy_file: str,
    map_file: str,
    groups_file: str,
    excepted: Sequence[ClassException] = (),
) -> None:
    """Compute map and policy, check what they claim, write them; raises Fault where a claim does not hold.

    `reports`: paths in the run under which reports will be published.
    """
    mirror, contracts, marts = Path(policy_file).parents[1], known.contracts, known.marts
    classes = check_classes(contracts, marts)
    inside = {Path(path).relative_to(mirror).as_posix(): path for path in tables}
    evidence = [Path(path).relative_to(mirror).as_posix() for path in (summary, model, numbers)]
    explored, segmented = read_json(summary), read_json(model)
    headers = {name: policy_checks.header(path) for name, path in inside.items()}
    figures = read_json(numbers)["figures"]
    items = publications.published(headers, explored, segmented, figures, marts)
    found = {name: read_json(path) for name, path in people.items()}
    behind = [*people_behind.of_others(explored, segmented, **found), *people_behind.of_numbers(figures)]
    mapped, personal = data_map(known, items), personal_columns(contracts, marts)
    checks = Checks(
        classes=classes,
        published={Path(path).name: policy_checks.check_published(path, personal) for path in tables},
        groups=policy_checks.check_groups(behind, explored, segmented, settings.minimum_group),
        exploration=policy_checks.check_exploration(items, marts),
        modes=policy_checks.check_modes(run_folders.run_of(Path(policy_file))),
        retention=policy_checks.check_retention([*inside], [*evidence, *reports], settings.retention_days),
    )
    write_json(map_file, mapped)
    write_json(groups_file, [asdict(one) for one in behind])
    described = raw_tables(contracts, mapped), gold_tables(marts, mapped)
    write_json(policy_file, policy(*described, checks, settings, excepted))
    rulelog.log.info("%d columns, %d published items", classes["columns"], len(items))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        known=Knowledge(params.contracts, params.marts, params.sql, params.formulas, params.star),
        tables=given.published,
        summary=given.summary,
        model=given.model,
        numbers=given.numbers,
        people={"uniqueness": given.uniqueness, "dictionary": given.dictionary},
        reports=params.reports,
        settings=Settings(params.key_id, params.minimum_group, params.retention_days, params.acknowledged),
        excepted=params.excepted,
        policy_file=snakemake.output.policy,
        map_file=snakemake.output.map,
        groups_file=snakemake.output.groups,
    )
