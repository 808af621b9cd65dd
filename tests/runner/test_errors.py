"""Expected errors."""

import pytest

from runner import errors
from runner.errors import RunnerError, listed


@pytest.mark.parametrize(
    ("error", "number"),
    [
        ("UsageError", 2),
        ("ParameterError", 2),
        ("UnknownRunError", 2),
        ("PreflightError", 3),
        ("PlaceError", 7),
        ("RecordError", 1),
    ],
)
def test_an_error_knows_its_exit_status(error: str, number: int) -> None:
    """The exit status follows from the family."""
    assert getattr(errors, error).exit_status == number


def test_the_drawing_shows_the_whole_family() -> None:
    """Every error stands in the drawing at the top of the file."""
    family = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RunnerError)]
    assert [kind.__name__ for kind in family if kind.__name__ not in (errors.__doc__ or "")] == []


def test_faults_are_listed_below_a_title() -> None:
    """One line for each fault."""
    assert listed("wrong:", ["a", "b"]) == "wrong:\n  a\n  b"
