"""Retention. Needs: runs. Gives: less of them: expiry, erasure of persons, and the check that only that is missing."""

from elt.retention import command
from elt.run import settings

# These targets work on runs that are there. No run is chosen or begun for them, and nothing is computed again, so their
# rules are read alone when they are asked for.
RETENTION = command.asked(sys.argv[1:])
RETENTION_STARTED = datetime.now(timezone.utc)
RETENTION_HOME = "artifacts/retention"

if RETENTION:
    config.update(settings.plain_dates(config))
    if config.get("erase_from") in ([""], [None]):  # what YAML takes a lone hyphen on the command line for
        config["erase_from"] = command.STANDARD_INPUT
    for _group in ("segmentation", "quarantine_budget"):
        if isinstance(config.get(_group), dict):
            config[_group] = settings.typed_texts(config[_group])
    RETENTION_CONTRACTS, _faults = settings.contracts_of(config, Path(workflow.basedir), RETENTION == "erase")
    if _faults := _faults or list(command.faults(RETENTION, config)):
        sys.exit("\n".join(["Nothing can be done. Nothing was written.", *(f"  {line}" for line in _faults)]))

    pathvars:
        logs=f"{RETENTION_HOME}/_meta/logs",
        benchmarks=f"{RETENTION_HOME}/_meta/benchmarks",

    onsuccess:
        print(command.result(RETENTION), file=sys.stderr)

    onerror:
        print(command.failure(RETENTION, RETENTION_STARTED), file=sys.stderr)


rule retention_expire:
    """Delete the row-level files of runs that are older than `retention_days`; evidence and tombstones stay."""
    input:
        [],
    output:
        summary=f"{RETENTION_HOME}/_meta/expire.json",
    log:
        "<logs>/retention_expire.log",
    benchmark:
        "<benchmarks>/retention_expire.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("retention_expire.py"),
        days=config.get("retention_days"),
        today=lambda wildcards: command.today(config["today"], RETENTION_STARTED).isoformat(),
        when=RETENTION_STARTED.isoformat(timespec="seconds"),  # whenever it is asked for, it looks again
    script:
        "../scripts/retention_expire.py"


rule retention_erase:
    """Erase the persons that `erase_from` names (a file, or - for standard input) from all runs and from later ones."""
    input:
        [],
    output:
        summary=f"{RETENTION_HOME}/_meta/erase.json",
    log:
        "<logs>/retention_erase.log",
    benchmark:
        "<benchmarks>/retention_erase.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("retention_erase.py"),
        source=config.get("erase_from"),
        contracts=lambda wildcards: RETENTION_CONTRACTS,
        runs=lambda wildcards: command.of_company(config),
        key_file=".env",
        when=RETENTION_STARTED.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_erase.py"


rule retention_verify:
    """Hash the files of a run again and compare them with its manifest; what was deleted on purpose may be missing."""
    input:
        [],
    output:
        summary=f"{RETENTION_HOME}/_meta/verify.json",
    log:
        "<logs>/retention_verify.log",
    benchmark:
        "<benchmarks>/retention_verify.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("retention_verify.py"),
        run_id=lambda wildcards: command.verified_run(config),
        when=RETENTION_STARTED.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_verify.py"
