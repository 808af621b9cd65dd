"""The engine's entry point."""

import subprocess
import sys
from pathlib import Path

from runner.kernel.plugin import InsidersEngine
from runner.reading import notebooks
from runner.values import declarations


def test_papermill_finds_the_engine() -> None:
    """Papermill loads the entry point while it is itself half imported, and nothing heavy comes with it."""
    program = (
        "import sys; from papermill.engines import papermill_engines as engines; "
        "engine = engines.get_engine('insiders'); "
        "sys.exit(engine.__module__ != 'runner.kernel.plugin' or 'runner.kernel.engine' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_papermill_shows_every_parameter(checkout: Path) -> None:
    """Also those that may be None, which papermill's own reading of a parameters cell leaves out."""
    notebook = checkout / "notebooks" / "01_eda.ipynb"
    command = [sys.executable, "-m", "papermill", "--help-notebook", str(notebook)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = declarations.declared(notebooks.read(notebook))
    assert len(names) > 15
    assert not [name for name in names if f"  {name}: " not in said]


def test_it_passes_on_to_the_engine() -> None:
    """Papermill's questions are answered by the engine itself."""
    book = {"metadata": {"kernelspec": {"name": "python3", "language": "python"}}}
    assert InsidersEngine.nb_kernel_name(_Book(book), None) == "python3"
    assert InsidersEngine.nb_language(_Book(book), None) == "python"


class _Book(dict[str, object]):
    """A notebook whose parts are attributes, as papermill expects them."""

    def __getattr__(self, name: str) -> object:
        value = self[name]
        return _Book(value) if isinstance(value, dict) else value
