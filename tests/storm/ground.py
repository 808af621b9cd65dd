"""Where a storm rages: two hosts with an output folder each, one database, one bucket, and what the storm knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from runner.settings import Settings
from tests.storm import notes
from tests.storm.notes import Note

HOSTS = {"a": ("north", "south"), "b": ("west", "east", "north")}
"""Hosts and the pipelines that run there; `north` runs on both."""
LANES = (("a", "north"), ("a", "south"), ("b", "west"), ("b", "east"))
"""So many processes beside each other: on which host, and mostly for which pipeline."""
PIPELINES = tuple(sorted({name for names in HOSTS.values() for name in names}))
PREFIX = "kept"


@dataclass(frozen=True)
class Ground:
    """One storm's places; its file tells a process of its own about them."""

    root: Path
    database_url: str
    bucket: str
    endpoint: str
    """Where the runners find the bucket: behind the bad line."""

    @classmethod
    def read(cls, root: Path) -> Ground:
        """The ground that was made in the folder."""
        facts = json.loads((root / "ground.json").read_text(encoding="utf-8"))
        return cls(**{**facts, "root": root})

    def make(self) -> Ground:
        """Write the file that tells of the ground."""
        (self.root / "ground.json").write_text(json.dumps({**asdict(self), "root": ""}), encoding="utf-8")
        return self

    @property
    def pipelines(self) -> Path:
        """Folder of the pipeline files."""
        return self.root / "pipelines"

    @property
    def notes(self) -> Path:
        """What each run was going to leave."""
        return self.root / "notes.jsonl"

    def noted(self) -> Iterator[Note]:
        """Every run's note."""
        return notes.read(self.notes)

    def output(self, host: str) -> Path:
        """The output folder of a host."""
        return self.root / host

    def settings(self, host: str) -> Settings:
        """The settings of the runner on a host."""
        return Settings(
            checkout=self.root,
            output=self.output(host),
            database_url=self.database_url,
            bucket=f"{self.bucket}/{PREFIX}",
            endpoint_url=self.endpoint,
        )

    def environment(self, host: str) -> dict[str, str]:
        """The environment of a `runner` command on a host."""
        kept = ("PATH", "HOME", "LANG", "OMP_NUM_THREADS", "VIRTUAL_ENV")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "INSIDERS_OUTPUT": str(self.output(host)),
            "INSIDERS_DATABASE_URL": self.database_url,
            "INSIDERS_BUCKET": f"{self.bucket}/{PREFIX}",
            "INSIDERS_ENDPOINT_URL": self.endpoint,
        }
