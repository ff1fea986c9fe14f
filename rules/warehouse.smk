"""Warehouse, on request. Needs: a complete run, which has passed the gate. Gives: DuckDB database, tables in PostgreSQL."""


rule warehouse_duckdb:
    """The marts as a DuckDB database: types, enforced keys and references, comments, views of the key figures."""
    input:
        intact,
        tables=expand("<gold>/parquet/{mart}.parquet", mart=company.marts),
        metadata=expand("<gold>/_meta/marts/{mart}.json", mart=company.marts),
        run="<meta>/run_manifest.json",
    output:
        database="<gold>/warehouse.duckdb",
        record="<gold>/_meta/warehouse.json",
    log:
        "<logs>/warehouse_duckdb.log",
    benchmark:
        "<benchmarks>/warehouse_duckdb.tsv"
    conda:
        "../envs/pipeline.yaml"
    threads: 4
    resources:
        mem_mb=job_memory.PROCESS + round(1000 * config["warehouse_memory_gb"]),
    params:
        code=code_version("warehouse_duckdb.py"),
        marts=company.marts,
        kpis=company.kpis,
        memory_gb=config["warehouse_memory_gb"],
    script:
        "../scripts/warehouse_duckdb.py"


rule warehouse_postgres:
    """The marts in PostgreSQL: a schema a run and views of the newest, in one transaction; done whenever asked for."""
    input:
        intact,
        tables=expand("<gold>/data/{mart}.csv", mart=company.marts),
        metadata=expand("<gold>/_meta/marts/{mart}.json", mart=company.marts),
        run="<meta>/run_manifest.json",
    output:
        "<gold>/_meta/publication.json",
    log:
        "<logs>/warehouse_postgres.log",
    benchmark:
        "<benchmarks>/warehouse_postgres.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("warehouse_postgres.py"),
        marts=company.marts,
        run_id=call.run_id,
        company=company.folder,
        views=config["postgres_schema"],
        key_file=str(invocation.KEY_FILE),
        asked_at=call.now.isoformat(timespec="seconds"),
    script:
        "../scripts/warehouse_postgres.py"


rule warehouse:
    """On request: gold as a DuckDB database; no part of the run, which has its tables as Parquet files already."""
    input:
        rules.warehouse_duckdb.output,


rule publish_postgres:
    """On request: gold in PostgreSQL (POSTGRES_URL in .env), a schema a run and views of the newest."""
    input:
        rules.warehouse_postgres.output,
