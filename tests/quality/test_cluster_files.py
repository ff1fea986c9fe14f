"""What a cluster is given: its packages are pinned like all others, and the pod's parts fit together and the image."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def entries(name: str) -> list[str]:
    """The packages of a lock file, each with its hashes."""
    text = (ROOT / f"envs/{name}.txt").read_text("utf-8")
    return re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]


def objects() -> dict[str, dict[str, Any]]:
    """Kind -> object of the manifest."""
    text = (ROOT / "profiles/kubernetes/run.yaml").read_text("utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def test_the_packages_for_slurm_are_those_of_every_run_and_its_executor_with_hashes():
    every, cluster = entries("requirements"), entries("requirements-cluster")
    assert all("--hash=sha256:" in entry for entry in cluster)
    assert set(every) < set(cluster)
    added = {entry.partition("==")[0] for entry in set(cluster) - set(every)}
    assert added == {"snakemake-executor-plugin-slurm", "snakemake-executor-plugin-slurm-jobstep"}


def test_the_pod_mounts_the_volume_and_the_key_that_are_claimed():
    claim, job = objects()["PersistentVolumeClaim"], objects()["Job"]
    pod = job["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["project"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    text = (ROOT / "profiles/kubernetes/run.yaml").read_text("utf-8")
    assert f"create secret generic {volumes['key']['secret']['secretName']} --from-file=.env" in text
    for container in [*pod["initContainers"], *pod["containers"]]:
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys()
        assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_pod_runs_what_the_image_runs_with_the_memory_that_it_is_given():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    pod = objects()["Job"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    folder, user = re.findall(r"^WORKDIR (\S+)$", dockerfile, re.M)[0], re.findall(r"--uid (\d+)", dockerfile)[0]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {folder}
    assert pod["securityContext"]["runAsUser"] == int(user)
    asked = [word for word in container["args"] if word != "--resources" and not word.startswith("mem_mb=")]
    assert f"CMD {asked}".replace("'", '"') in dockerfile
    [memory] = [entry for entry in container["env"] if "valueFrom" in entry]
    assert f"mem_mb=$({memory['name']})" in container["args"]
    assert memory["valueFrom"]["resourceFieldRef"] == {
        "containerName": container["name"], "resource": "limits.memory", "divisor": "1M",
    }  # fmt: skip
