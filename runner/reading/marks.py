"""How cells and outputs of a notebook are marked: what runner, notebooks and the tools around them agree on."""

from __future__ import annotations

INJECTED = "injected-parameters"
"""Papermill's tag for the cell that holds the values of a run."""
MARK = "papermill-error-cell-tag"
"""Papermill's tag for cells that only tell where a copy stopped; a rerun of the copy leaves them out."""
METRIC = "application/vnd.insiders.metric+json"
"""The kind of an output that is a metric."""
