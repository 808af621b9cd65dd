"""The plain script that the storm compares with: careful, ordinary, and started again by cron where it failed.

    python -m benchmarks.plain FOLDER SEED KILLS      plays it in the lanes of the storm

Files are uploaded with `put_object`, the manifest last; rows are appended table by table, each in one transaction, as
`to_sql` does; then the run is written down. boto3 makes requests again as it does by itself. A month that did not come
to its end is made again from its beginning.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import boto3
import psycopg2
import sqlalchemy as sa
from botocore.exceptions import BotoCoreError, ClientError

from tests.storm.ground import Ground
from tests.storm.lane import IMPATIENT, play
from tests.storm.notes import MARKED, ROWS

FILES = ("report.ipynb", "insiders.csv", "customers.parquet", "segments.parquet", "answers.parquet")
FAILED = 1


def script(ground: Ground, host: str, _deed: str, pipeline: str) -> int:
    """The next month of a pipeline; 0 once all of it is done."""
    folder = ground.output(host) / pipeline
    folder.mkdir(parents=True, exist_ok=True)
    month = next_month(folder)
    run_id = f"{pipeline}-{month:04d}"
    contents = {file: f"{file} of {run_id}\n" * 50 for file in FILES}
    for file, text in contents.items():
        (folder / file).write_text(text)
    try:
        _upload(ground, folder, run_id, FILES)
        for table in MARKED:
            _append(ground, f"INSERT INTO {table} SELECT '{run_id}', n FROM generate_series(1, {ROWS}) AS n")
        _append(ground, f"INSERT INTO runs VALUES ('{run_id}')")
        (folder / "run.json").write_text(json.dumps({"run_id": run_id, "files": FILES}))
        _upload(ground, folder, run_id, ("run.json",))
    except (BotoCoreError, ClientError, psycopg2.Error):
        return FAILED
    (folder / "next").write_text(str(month + 1))
    return 0


def next_month(folder: Path) -> int:
    """The number of the month that is to be done."""
    path = folder / "next"
    return int(path.read_text() or 0) if path.exists() else 0


def _upload(ground: Ground, folder: Path, run_id: str, files: tuple[str, ...]) -> None:
    s3 = boto3.client("s3", endpoint_url=ground.endpoint, config=IMPATIENT)
    for file in files:
        s3.put_object(Bucket=ground.bucket, Key=f"{run_id}/{file}", Body=(folder / file).read_bytes())


def _append(ground: Ground, statement: str) -> None:
    url = sa.make_url(ground.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    play(Ground.read(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]), script)
