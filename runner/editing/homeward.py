"""What a person has changed in a notebook that was brought back, taken home to the notebook in the checkout.

The base is the notebook as it was given. Where the checkout has moved on since, both changes are merged, cell by cell.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import nbformat
from nbdime.merging.notebooks import merge_notebooks  # type: ignore[import-untyped]  # it has no types

from runner.editing.marks import FOLDED, RUNNERS_OWN, STOPPED
from runner.editing.scratch import Attached
from runner.errors import UsageError
from runner.files import write_aside
from runner.reading import notebooks


@dataclass(frozen=True)
class Changes:
    """The cells that a person has changed, by id."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    there: bool = False
    """Whether the checkout has all of it already, as after an earlier call."""

    @property
    def told(self) -> str:
        """In words; empty where nothing was changed."""
        parts = {"changed": self.changed, "added": self.added, "removed": self.removed}
        return "; ".join(f"{word} {', '.join(ids)}" for word, ids in parts.items() if ids)


def take(attached: Attached) -> Changes:
    """Write what was changed into the notebook of the checkout, and say which cells those are.

    Values of the injected cell, outputs and the runner's own marks stay behind. A `UsageError` where the checkout has
    other changes of the same cells, or the notebook is no longer there; nothing is written then.
    """
    if not attached.source.is_file():
        raise UsageError(f"{attached.source} is no longer there; your notebook is {attached.notebook}")
    notebooks.read(attached.source)  # a file that is no notebook is told as everywhere else
    base, now = _read(attached.base), _read(attached.source)
    mine = _without_marks(_read(attached.notebook), base)
    found = _changes(base, mine)
    if not found.told:
        return found
    merged, decisions = merge_notebooks(base, now, mine)
    if conflicts := [str(one.common_path) for one in decisions if one.conflict]:
        ids = dict.fromkeys(_id_at(base, one.common_path) for one in decisions if one.conflict)
        raise UsageError(
            f"{attached.source.name} has other changes of the same cells since the run ({', '.join(ids)}; "
            f"{len(conflicts)} conflicts), and nothing was written; yours are in {attached.notebook}"
        )
    if merged == now:
        return dataclasses.replace(found, there=True)
    write_aside(attached.source, f"{nbformat.writes(nbformat.from_dict(merged))}\n".encode())
    return found


def _read(path: object) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _without_marks(edited: nbformat.NotebookNode, base: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A person's notebook without what the runner and JupyterLab have added to it."""
    before = {cell.get("id"): cell for cell in base.cells}
    cells = (cell for cell in edited.cells if not RUNNERS_OWN & set(cell.metadata.get("tags", ())))
    # An empty cell is what JupyterLab puts below the last one when that is run.
    edited.cells = [cell for cell in cells if cell.source.strip() or cell.get("id") in before]
    for cell in edited.cells:
        if cell.get("id") in before:
            cell.metadata = before[cell.id].metadata
        else:
            own = {FOLDED, "execution", "trusted"}
            cell.metadata = {name: one for name, one in cell.metadata.items() if name not in own}
            if tags := [one for one in cell.metadata.pop("tags", []) if one != STOPPED]:
                cell.metadata["tags"] = tags
    edited.metadata, edited.nbformat_minor = base.metadata, base.nbformat_minor
    return edited


def _changes(base: nbformat.NotebookNode, mine: nbformat.NotebookNode) -> Changes:
    old = {str(cell.get("id", place)): cell.source for place, cell in enumerate(base.cells, start=1)}
    new = {str(cell.get("id", place)): cell.source for place, cell in enumerate(mine.cells, start=1)}
    return Changes(
        changed=tuple(one for one in new if one in old and new[one] != old[one]),
        added=tuple(one for one in new if one not in old),
        removed=tuple(one for one in old if one not in new),
    )


def _id_at(base: nbformat.NotebookNode, path: tuple[object, ...]) -> str:
    """The id of the cell at a path such as `("cells", 3, "source")`."""
    place = path[1] if len(path) > 1 else None
    cells = base.cells
    return str(cells[place].get("id", place)) if isinstance(place, int) and place < len(cells) else "its end"
