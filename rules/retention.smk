"""Retention. Needs: runs. Gives: less of them: expiry, erasure of persons; the check of a run, and what two differ in."""


localrules:
    retention_expire,
    retention_erase,
    retention_verify,
    retention_compare,
    retention_sign,


rule retention_expire:
    """Delete the row-level files of runs that are older than `retention_days`; evidence and tombstones stay."""
    input:
        [],
    output:
        summary="<meta>/expire.json",
    log:
        "<logs>/retention_expire.log",
    benchmark:
        "<benchmarks>/retention_expire.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("retention_expire.py"),
        days=config.get("retention_days"),
        today=lambda wildcards: retention.today(config["today"], call.now).isoformat(),
        when=call.now.isoformat(timespec="seconds"),  # whenever it is asked for, it looks again
    script:
        "../scripts/retention_expire.py"


rule retention_erase:
    """Erase the persons that `erase_from` names (a file, or - for standard input) from all runs and from later ones."""
    input:
        [],
    output:
        summary="<meta>/erase.json",
    log:
        "<logs>/retention_erase.log",
    benchmark:
        "<benchmarks>/retention_erase.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("retention_erase.py"),
        source=config.get("erase_from"),
        contracts=call.erasable,
        raw=config.get("raw"),
        runs=lambda wildcards: retention.of_company(config),
        key_file=str(invocation.KEY_FILE),
        when=call.now.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_erase.py"


rule retention_verify:
    """Hash the files of a run again and compare them with its manifest; what was deleted on purpose may be missing."""
    input:
        [],
    output:
        summary="<meta>/verify.json",
    log:
        "<logs>/retention_verify.log",
    benchmark:
        "<benchmarks>/retention_verify.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("retention_verify.py"),
        run_id=lambda wildcards: retention.verified_run(config),
        public_key=config.get("public_key"),
        when=call.now.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_verify.py"


rule retention_sign:
    """Sign the manifest of a run, and by its root hash all of its files, with a key that the auditor keeps."""
    input:
        [],
    output:
        summary="<meta>/sign.json",
    log:
        "<logs>/retention_sign.log",
    benchmark:
        "<benchmarks>/retention_sign.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("retention_sign.py"),
        run_id=lambda wildcards: retention.verified_run(config),
        secret=config.get("sign_with"),
        when=call.now.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_sign.py"


rule retention_compare:
    """Tell what two runs differ in, from their manifests, receipts, metadata and tables, without the content of a cell."""
    input:
        template=page_template,
        style="scripts/templates/style.css.j2",
        words=f"scripts/templates/comparison.{config['language']}.yaml",
        console="scripts/templates/comparison.en.yaml",
        phrases=f"scripts/templates/silver_report.{config['language']}.yaml",
        console_phrases="scripts/templates/silver_report.en.yaml",
    output:
        markdown="<meta>/comparison.md",
        page="<meta>/comparison.html",
        summary="<meta>/compare.json",
    log:
        "<logs>/retention_compare.log",
    benchmark:
        "<benchmarks>/retention_compare.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("retention_compare.py"),
        run_id=lambda wildcards: retention.verified_run(config),
        compare_to=config.get("compare_to"),
        memory_gb=config["warehouse_memory_gb"],
        when=call.now.isoformat(timespec="seconds"),
    script:
        "../scripts/retention_compare.py"


rule expire:
    """On request: delete row-level files of runs that are older than `retention_days`; evidence stays."""
    input:
        rules.retention_expire.output,


rule erase:
    """On request: erase the persons that `--config erase_from=<file>` names from all runs and from later ones."""
    input:
        rules.retention_erase.output,


rule verify:
    """On request: hash a run again and compare it with its manifest."""
    input:
        rules.retention_verify.output,


rule sign:
    """On request: sign the manifest of a run with the secret key that `--config sign_with=<file>` names."""
    input:
        rules.retention_sign.output,


rule compare:
    """On request: tell what the run `run_id` differs in from the run `compare_to`."""
    input:
        rules.retention_compare.output,
