"""The pages for people: commands that the command line takes, scripts and pages that are there."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from runner import cli

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for folder in ("", "docs", "infra", "benchmarks", "output_notebooks")
    for path in (CHECKOUT / folder).glob("*.md" if folder != "infra" else "**/*.md")
)
_SERVICE = re.compile(r"^insiders [a-z]+( -\S+)* (runner|setup)\b")  # of compose, one of which is called runner
_RUNNER = re.compile(r"(?:^|\s|/)runner (?P<words>[a-z].*)")


def by_name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def lines(page: Path) -> list[str]:
    """The lines of all shell blocks, without their remarks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [re.split(r"\s+# ", line)[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def of_runner(page: Path) -> list[str]:
    """What shell blocks ask of the runner, in whatever way they call it."""
    asked = (_SERVICE.sub("", line) for line in lines(page))
    return [match["words"] for line in asked if (match := _RUNNER.search(line))]


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_the_runner_takes_every_command_of_a_page(page: Path) -> None:
    """Arguments and all; what stands in the text is at least the name of a command, with options that it has."""
    for words in of_runner(page):
        name, *arguments = shlex.split(words)
        cli.parser_for(name, cli.load(name)).parse_args(arguments)
    for name, rest in re.findall(r"`runner ([a-z]+)([^`\n]*)`", page.read_text(encoding="utf-8")):
        assert name in cli.COMMANDS, f"runner {name}"
        known = cli.parser_for(name, cli.load(name)).format_help()
        assert not [option for option in re.findall(r"--[a-z-]+", rest) if option not in known], f"runner {name}{rest}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_scripts_that_a_page_names_are_there(page: Path) -> None:
    """Each script of the project in a shell block exists and can be executed."""
    found = {path for line in lines(page) for path in re.findall(r"infra/[\w/.-]+\.sh", line)}
    assert not [path for path in sorted(found) if not os.access(CHECKOUT / path, os.X_OK)]


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_lead_to_pages_that_are_there(page: Path) -> None:
    """Each link to a place of the project leads somewhere."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]
