"""The `insiders` engine as papermill finds it, by the entry point `papermill.engine`: `papermill --engine insiders …`.

Papermill loads entry points while it is itself being imported, when its parts cannot be imported yet. So this module
imports nothing of it, and passes on to `runner.kernel.engine` when it is called.
"""

from __future__ import annotations

import importlib
from typing import Any


class InsidersEngine:
    """What papermill asks of an engine."""

    @classmethod
    def execute_notebook(cls, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - papermill's signature
        """Run a notebook; see `runner.kernel.engine.InsidersEngine`."""
        return _engine().execute_notebook(*arguments, **options)

    @classmethod
    def nb_kernel_name(cls, *arguments: Any, **options: Any) -> str:  # noqa: ANN401 - papermill's signature
        """The kernel that a notebook asks for."""
        return _engine().nb_kernel_name(*arguments, **options)

    @classmethod
    def nb_language(cls, *arguments: Any, **options: Any) -> str:  # noqa: ANN401 - papermill's signature
        """The language that a notebook is written in."""
        return _engine().nb_language(*arguments, **options)


def _engine() -> Any:  # noqa: ANN401 - a class of a module that is loaded late
    return importlib.import_module("runner.kernel.engine").InsidersEngine


class _Translator:
    """Papermill's translator for Python, loaded when it is first asked."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever papermill asks for
        return getattr(importlib.import_module("runner.values.translator").Translator, name)


importlib.import_module("papermill.translators").papermill_translators.register("python", _Translator())
