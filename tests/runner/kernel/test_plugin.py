"""The engine's entry point."""

import subprocess
import sys

from runner.kernel.plugin import InsidersEngine


def test_the_entry_point_imports_nothing_of_papermill() -> None:
    """Papermill loads it while it is itself half imported."""
    program = "import sys, runner.kernel.plugin; sys.exit(any('papermill' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


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
