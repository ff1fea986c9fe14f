"""ELT Data Warehouse: raw CRM and ERP exports in; warehouse, customer segments and an executive exposé out.

    snakemake --cores 4 --config seed=42

Everything lands in artifacts/runs/<run_id>/; docs/architecture/artifact_contract.md says what is where.
"""

from pathlib import Path
from sys import path
from snakemake.utils import min_version

min_version("9.0")
path.insert(0, str(Path(workflow.basedir) / "scripts"))


configfile: "config/config.yaml"


include: "rules/common.smk"


report: "docs/report/workflow.rst"


include: "rules/bronze.smk"
include: "rules/silver.smk"
include: "rules/gold.smk"
include: "rules/eda.smk"
include: "rules/features.smk"
include: "rules/segmentation.smk"
include: "rules/expose.smk"
include: "rules/audit.smk"
include: "rules/privacy.smk"
include: "rules/warehouse.smk"
include: "rules/release.smk"
include: "rules/retention.smk"
include: "rules/draft.smk"


rule all:
    """The Golden Path: every file of the run folder, up to the exposé and the evidence of the run."""
    default_target: True
    input:
        golden_path,
