"""An executed copy as the desk reads it."""

from __future__ import annotations

import json

from runner.desk.notebook import copy
from tests.runner.desk.archives import code, words


def test_cells_have_the_numbers_that_the_record_gives_them() -> None:
    """Those that run nothing have none, as in Jupyter; else the failing cell would be looked for in a wrong place."""
    cells = [code("one"), code(" \n"), words("text"), code("two")]
    found = copy.parsed(json.dumps({"nbformat": 4, "cells": cells}).encode()).cells
    assert [(cell.position, cell.number) for cell in found] == [(1, 1), (2, None), (3, None), (4, 2)]
