"""The output folder of the shared runs, as the commands find it."""

import pytest

from runner.run import Ended
from tests.runner.bench import Bench


@pytest.fixture
def shared_output(shared_bench: Bench, good: Ended, bad: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands look at the runs that all tests share."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(shared_bench.settings.output))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    monkeypatch.delenv("INSIDERS_BUCKET", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
