"""The four notebooks through the runner on a generated shop, with embedded defaults."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.monthly import LIGHT, Finished, GoodRun, database, outputs, run_monthly, text_of


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The pipeline on the generated shop, with embedded defaults."""
    output = tmp_path_factory.mktemp("demo")
    return run_monthly(*LIGHT, environment={"INSIDERS_OUTPUT": str(output), "INSIDERS_SOURCE": "demo:800"})


class TestDemo(GoodRun):
    """What holds for the generated shop."""

    def test_says_so_loudly(self, finished: Finished) -> None:
        """The exploration and the record say that the data are generated."""
        assert "generated" in "".join(text_of(output) for output in outputs(finished.copies()["01_eda.ipynb"])).lower()
        with database(finished).connect() as connection:
            assert connection.execute(sa.text("SELECT synthetic FROM runs")).scalar_one()
