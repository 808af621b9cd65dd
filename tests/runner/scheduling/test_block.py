"""A marked block among other people's lines."""

from __future__ import annotations

import pytest

from runner.errors import UsageError
from runner.scheduling import block

OTHERS = "MAILTO=ops@example.com\n\n# a comment\n5 4 * * * /usr/bin/backup --all\n"


def test_a_block_is_put_found_and_taken_out() -> None:
    """Whatever else there is stays byte for byte."""
    text = block.put(OTHERS, "monthly in /srv", ["one", "two"])
    assert text.startswith(OTHERS)
    assert block.found(text, "monthly in /srv") == ["one", "two"]
    assert block.found(text, "monthly in /srv2") is None
    assert block.taken_out(text, "monthly in /srv") == OTHERS
    assert block.taken_out(OTHERS, "monthly in /srv") == OTHERS


def test_putting_it_again_changes_its_lines_in_its_place() -> None:
    """The same lines change nothing; other blocks and lines behind it stay where they are."""
    both = block.put(block.put(OTHERS, "a", ["one"]), "b", ["two"]) + "6 * * * * late\n"
    assert block.put(both, "a", ["one"]) == both
    changed = block.put(both, "a", ["three"])
    assert changed == both.replace("\none\n", "\nthree\n")
    moved = block.put(both, "a", ["one"], at_end=True)
    assert moved.index("late") < moved.index("one")
    assert block.put(moved, "a", ["one"], at_end=True) == moved
    assert block.taken_out(block.taken_out(moved, "a"), "b") == OTHERS + "6 * * * * late\n"


def test_an_empty_text_has_the_block_alone() -> None:
    """And is empty again without it."""
    text = block.put("", "a", ["one"])
    assert text.count("\n") == 3
    assert block.taken_out(text, "a") == ""


@pytest.mark.parametrize("lost", [0, -1])
def test_a_block_without_its_marks_is_left_alone(lost: int) -> None:
    """Where somebody took a mark away, nobody can tell what is in the block."""
    lines = block.put("", "a", ["one"]).splitlines()
    del lines[lost]
    text = "\n".join(lines)
    for act in (lambda: block.put(text, "a", ["two"]), lambda: block.taken_out(text, "a")):
        with pytest.raises(UsageError, match="mend its marks by hand"):
            act()
