"""A grouping made by hand, for tests of what is found of one."""

from __future__ import annotations

import numpy as np

from insiders.clusters import Labels
from insiders.segments.grouping import Grouping
from insiders.segments.groups import Flags
from insiders.segments.portrait import assign
from insiders.spaces import Space
from insiders.spaces.space import NO_IMPORTANCE
from tests.insiders.demo_lines import regulars


def grouping(member: Flags, eligible: Flags) -> Grouping:
    """Insiders by hand; the space says nothing."""
    nowhere = np.zeros((len(member), 2), "float32")
    space = Space("none", nowhere, nowhere, ("x", "y"), NO_IMPORTANCE, sees_revenue=False, how="by hand")
    labels: Labels = member.astype("int16")
    kept = tuple("kept for now" if mine and not now else "" for mine, now in zip(member, eligible, strict=True))
    assigned = assign(regulars(), labels, member)
    return Grouping(assigned, labels, labels, eligible, space, "none", 2, 0.0, "by hand", kept=kept)
