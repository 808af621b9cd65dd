"""What the tests of the dashboard share: one small published shop, looked at as Streamlit's harness shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.dashboard import shop

Show = Callable[..., AppTest]
scan_once = cache(manifest_scanner.scan_component_manifests)
"""Streamlit's harness reads the metadata of all installed packages at every look at a page; here it does so once."""


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs of a small published shop, its SQLite database in it; nobody changes it."""
    folder = tmp_path_factory.mktemp("shop")
    shop.fill(f"sqlite:///{folder}/insiders.db", folder).dispose()
    return folder


@pytest.fixture
def shop_engine(shop_folder: Path) -> Iterator[sa.Engine]:
    """An engine of its database, for the test's own looking."""
    engine = sa.create_engine(f"sqlite:///{shop_folder}/insiders.db", poolclass=sa.NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, shop_folder: Path) -> Iterator[Show]:
    """Shows a page by name, or one part of it, on the small shop unless the environment says otherwise."""

    def shown(name: str, part: str | None = None) -> AppTest:
        harness = AppTest.from_function(page, args=(name,), default_timeout=30)
        if part is not None:
            harness.query_params["part"] = part
        return harness.run()

    monkeypatch.setenv("INSIDERS_OUTPUT", str(shop_folder))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", f"sqlite:///{shop_folder}/insiders.db")
    monkeypatch.delenv("INSIDERS_HISTORY_URL", raising=False)
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", scan_once)
    st.cache_resource.clear()
    yield shown
    st.cache_resource.clear()


def page(name: str) -> None:
    """A page as the app shows it; the harness runs the source of this function by itself."""
    import importlib  # noqa: PLC0415 - see above

    importlib.import_module(f"dashboard.screens.{name}").show()


def texts(shown: AppTest, *kinds: str) -> str:
    """All texts of some kinds on a page."""
    return "\n".join(str(one.value) for kind in kinds for one in getattr(shown, kind))
