"""A Slurm of one node for tests: munged, slurmctld and slurmd of their own on loopback, in a temporary folder."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT
from database_server import free_port

PLUGIN = ROOT / ".venv-cluster/bin/python"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel")
SETTINGS = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmctldPort={control_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=7200
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def lacking() -> str | None:
    """Why there can be no Slurm here; None if there can."""
    found = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in PROGRAMS}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        return f"Slurm is not installed: {', '.join(missing)} (Debian: apt-get install slurm-wlm munge)"
    if not PLUGIN.exists():
        return "Snakemake's executor for Slurm is not installed (docs/scale.md: .venv-cluster)"
    return None if os.geteuid() == 0 else "the daemons of Slurm need root"


@dataclass
class Cluster:
    """A running Slurm."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which the programs of Slurm find it; the plugin takes SLURM_CONF from srun, ours gives it back."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}:/usr/sbin"
        return {**os.environ, "PATH": path, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def call(self, *command: str) -> subprocess.CompletedProcess:
        """Run one of its programs."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def jobs(self) -> list[str]:
        """States of all jobs that it remembers."""
        return self.call("squeue", "--noheader", "--states=all", "--format=%T").stdout.split()

    def start(self) -> None:
        """Write the settings and start the daemons; returns when the node is idle."""
        for name, mode in (("munge", 0o755), ("state", 0o700), ("spool", 0o755), ("bin", 0o755)):
            (self.folder / name).mkdir(mode=mode)
        self.folder.chmod(0o755)
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        places = {"host": socket.gethostname(), "folder": self.folder}
        settings = SETTINGS.format(**places, control_port=free_port(), node_port=free_port())
        (self.folder / "slurm.conf").write_text(settings)
        srun = self.folder / "bin/srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        munge = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed", "log-file": "log"}
        options = [f"--{option}={self.folder}/munge/{name}" for option, name in munge.items()]
        for command in (["munged", "--force", *options], ["slurmctld", "-c"], ["slurmd"]):
            done = self.call(*command)
            assert done.returncode == 0, f"{command[0]}: {done.stderr}"
        for _ in range(150):
            if "idle" in self.call("sinfo", "--noheader", "--format=%T").stdout:
                return
            time.sleep(0.2)
        raise AssertionError(self.call("sinfo", "--Node", "--long").stdout)

    def stop(self) -> None:
        """End the daemons that `start` has started, by their numbers."""
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid"):
            file = self.folder / name
            if file.exists():
                subprocess.run(["kill", file.read_text().strip()], check=False)
        time.sleep(1)  # they write their state


@contextmanager
def running() -> Iterator[Cluster]:
    """Start a Slurm, stop and remove it; skips with the reason where it cannot be."""
    if reason := lacking():
        pytest.skip(reason)
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="elt-slurm-")))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
