"""An example for Airflow: a delta every night, in the container of this project, then a look at what Splynx holds.

Needs the provider `apache-airflow-providers-docker` and the image of the Dockerfile. Settings come from an env file on
the Docker host, so that no secret stands in the DAG.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.decorators import dag
from airflow.providers.docker.operators.docker import DockerOperator
from docker.types import Mount

COMMON = {
    "image": "sonar-to-splynx",
    "auto_remove": "success",
    "mount_tmp_dir": False,
    "mounts": [Mount(target="/project/workspace", source="migration-workspace", type="volume")],
    "env_file": "/etc/migration.env",
    "network_mode": "migration",
}


@dag(schedule="30 2 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)  # noqa: DTZ001
def sonar_to_splynx() -> None:
    """One run at a time; a second one would be refused anyhow."""
    delta = DockerOperator(
        task_id="delta",
        command=["run", "tap-sonar", "target-splynx"],
        execution_timeout=timedelta(hours=5),
        # A run that was stopped goes on when it is started again: nothing is lost or doubled.
        retries=2,
        **COMMON,
    )
    verify = DockerOperator(task_id="verify", command=["invoke", "target-splynx:verify"], **COMMON)
    delta >> verify


sonar_to_splynx()
