"""A static view of Jupyter's widgets: what they said and how they stood when the notebook was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
DEEPEST = 12
MOST = 500
"""So many widgets of one view are shown."""
_TEXTS = ("HTMLModel", "HTMLMathModel", "LabelModel")


@dataclass(frozen=True)
class Widget:
    """A widget as it stood."""

    kind: str
    """`progress`, `text`, `field`, `button`, `choice` or `box`."""
    label: str = ""
    value: str = ""
    share: float | None = None
    """Of a progress bar or a slider, from 0 to 1."""
    children: tuple[Widget, ...] = ()


def view(data: Mapping[str, Any], states: Mapping[str, Any]) -> Widget | None:
    """The widget that an output shows; None where its state was not kept."""
    return _widget(data.get("model_id"), states, 0, [MOST])


def _widget(model: object, states: Mapping[str, Any], depth: int, left: list[int]) -> Widget | None:
    found = states.get(model.removeprefix("IPY_MODEL_")) if isinstance(model, str) else None
    state = found.get("state") if isinstance(found, dict) else None
    if not isinstance(state, dict) or depth > DEEPEST or left[0] <= 0:
        return None
    left[0] -= 1
    name = found.get("model_name") if isinstance(found, dict) else ""
    children = state.get("children")
    if isinstance(children, list):
        inner = (_widget(child, states, depth + 1, left) for child in children[:MOST])
        return Widget("box", children=tuple(child for child in inner if child is not None))
    label, value = _told(state.get("description")), state.get("value")
    if name in _TEXTS:
        return Widget("text", label, _told(value))
    if (share := _share(state, value)) is not None:
        return Widget("progress", label, _told(value), share)
    if "_options_labels" in state:
        return Widget("choice", label, _chosen(state))
    if name in ("ButtonModel", "ToggleButtonModel"):
        return Widget("button", label)
    return Widget("field", label, _told(value))


def _share(state: Mapping[str, Any], value: object) -> float | None:
    low, high = state.get("min", 0.0), state.get("max")
    if not all(isinstance(one, int | float) and abs(one) < 1e300 for one in (value, low, high)):
        return None
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else None


def _chosen(state: Mapping[str, Any]) -> str:
    labels, index = state.get("_options_labels"), state.get("index")
    if isinstance(labels, list) and isinstance(index, int) and 0 <= index < len(labels):
        return _told(labels[index])
    return ""


def _told(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else repr(value)[:1_000]
