"""Which store the settings name."""

from pathlib import Path

from runner.records import digests
from runner.stores.folder import FolderStore
from runner.stores.objects import key_of
from runner.stores.s3 import S3Store
from runner.stores.store import store_of
from tests.runner import runs


def test_settings_choose_the_store(tmp_path: Path, s3_endpoint: str, bucket: str) -> None:
    """BUCKET/PREFIX is the bucket with the prefix; no bucket is the output folder."""
    file = tmp_path / "a.csv"
    file.write_text("customer_id\n14646\n")
    settings = runs.settings(tmp_path, "sqlite://", bucket=f"{bucket}/kept/here", endpoint_url=s3_endpoint)
    store = store_of(settings)
    store.ping()
    sha256 = digests.of_file(file)
    assert store.keep(file, sha256).uri == f"s3://{bucket}/kept/here/{key_of(sha256)}"
    assert store_of(runs.settings(tmp_path, "sqlite://")) == FolderStore(tmp_path / "output_notebooks")


def test_the_setting_of_retention_reaches_the_bucket(tmp_path: Path) -> None:
    """`INSIDERS_RETENTION_DAYS` is the store's to keep."""
    store = store_of(runs.settings(tmp_path, "sqlite://", bucket="shop", retention_days=30))
    assert isinstance(store, S3Store)
    assert store.retention_days == 30
