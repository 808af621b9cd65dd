"""What is read from notebooks of the packages that they import."""

from __future__ import annotations

from pathlib import Path

from runner.reading import imports, notebooks
from tests.runner.kernel.small_books import write


def installed(folder: Path, *cells: str) -> tuple[str, ...]:
    """What a notebook of these cells in `folder/notebooks` imports of installed packages."""
    (folder / "notebooks").mkdir(exist_ok=True)
    return imports.installed(notebooks.read(write(folder / "notebooks" / "in.ipynb", *cells)), folder)


def test_modules_of_packages_are_found_in_their_order(tmp_path: Path) -> None:
    """Names that are modules count as such; the standard library and what is not there do not count."""
    cells = (
        "%matplotlib inline\nimport numpy as np, json\nfrom matplotlib import pyplot as plt, rcParams",
        "from sklearn.cluster import KMeans\nimport no_such_package\nimport numpy.linalg",
    )
    assert installed(tmp_path, *cells) == (
        "numpy",
        "matplotlib",
        "matplotlib.pyplot",
        "sklearn.cluster",
        "numpy.linalg",
    )


def test_imports_that_may_never_be_made_do_not_count(tmp_path: Path) -> None:
    """What stands in a function, under a condition or behind a `try` is left to the cell, and so is a broken one."""
    cells = (
        "def later():\n    import numpy\nif False:\n    import pandas",
        "try:\n    import torch\nexcept ImportError: pass",
        "import (",
        "%%bash\nimport numpy",
    )
    assert installed(tmp_path, *cells) == ()


def test_the_projects_own_modules_are_followed_and_not_named(tmp_path: Path) -> None:
    """They are read, with their relative imports and in circles, but imported only by the notebook itself."""
    shop = tmp_path / "shop"
    (shop / "deep").mkdir(parents=True)
    (shop / "__init__.py").write_text("import yaml")
    (shop / "tables.py").write_text("from . import prices\nfrom .deep import below\nimport numpy")
    (shop / "prices.py").write_text("from shop import tables\nimport pandas as pd")
    (shop / "deep" / "__init__.py").touch()
    (shop / "deep" / "below.py").write_text("from ..deep import below\nfrom .. import odd\nimport scipy.stats")
    (shop / "odd.py").write_text("this is not Python")
    (shop / "unused.py").write_text("import torch")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "psutil.py").write_text("import requests")
    found = installed(tmp_path, "import psutil\nfrom shop import tables")
    assert found == ("requests", "yaml", "pandas", "scipy.stats", "numpy")
