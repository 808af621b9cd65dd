"""The corpus of attacks, on every page, in a real browser: no script, no request to others, no page that leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from runner.comparison.comparing import compare
from runner.comparison.page import page as comparison_page
from runner.comparison.side import Side
from runner.desk import export
from runner.desk.app import application
from runner.desk.catalogue import answers
from runner.desk.catalogue.index import Index
from runner.desk.desk import Desk
from runner.outcomes import Status
from runner.records.record import AttemptRecord
from runner.settings import Settings
from tests.attacks import notebooks as attacks
from tests.attacks.listening import listening
from tests.attacks.notebooks import Attack
from tests.attacks.vectors import ACTIVE
from tests.runner.desk.archives import a_file, a_step, put, settings_in, write_copy
from tests.runner.desk.serving import Site, served

TABS = 8
"""So many pages stay open side by side: what an attack does late is still seen."""
TOGETHER = int(os.environ.get("ATTACKS_TOGETHER", "12"))
"""Attacks of one notebook; with 1 each stands alone, which takes minutes."""
BEGAN = datetime(2026, 1, 15, tzinfo=UTC)
NOWHERE = ("", "about:blank", "about:srcdoc", "chrome-error://chromewebdata/")


@dataclass
class Hostile:
    """An archive of hostile runs, and what a foreign server and the browser's console heard of it."""

    settings: Settings
    evil: str
    asked: list[str]
    corpus: Sequence[Attack]
    notebooks: Sequence[Attack]
    """Several attacks together, where they can stand in one notebook."""
    home: str
    """Of the run with one step for each notebook."""
    named: tuple[Path, Path]
    """Runs whose every name is an attack."""
    heard: list[str] = field(default_factory=list)

    def harmless(self, page: Page, url: str) -> None:
        """Fail if a page is not the one that was opened, or holds a frame of somebody else."""
        assert page.url.split("#")[0] == url.split("#")[0]
        own = {urlsplit(url)[:2]}
        strangers = [one.url for one in page.frames if one.url not in NOWHERE and urlsplit(one.url)[:2] not in own]
        assert not [url for url in strangers if not url.startswith(("data:", "blob:"))], strangers

    def nothing_came(self) -> None:
        """Fail with the names of the attacks that succeeded."""
        assert self.asked == []
        assert [text for text in self.heard if text.startswith("OWNED")] == []


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """Three runs: the corpus, and two whose names are attacks."""
    settings = settings_in(tmp_path_factory.mktemp("hostile"))
    with listening() as (evil, asked):
        corpus = attacks.all_of(evil)
        notebooks = attacks.together(corpus, TOGETHER)
        steps = [a_step(f"a{number}", copy=f"{number}.ipynb") for number in range(1, len(notebooks) + 1)]
        folder = put(settings, *steps, listed=False, copies={step.copy: [] for step in steps})
        for step, notebook in zip(steps, notebooks, strict=True):
            write_copy(folder / step.copy, notebook.cells, **notebook.metadata)
        names = tuple(_named(settings, f"{evil}/names-{one}", corpus, one) for one in ("succeeded", "failed"))
        home = f"/runs/monthly/{folder.name}"
        yield Hostile(settings, evil, asked, corpus, notebooks, home, (names[0], names[1]))


@pytest.fixture(scope="module")
def site(hostile: Hostile) -> Iterator[Site]:
    """A read-only desk on it."""
    with served(application(hostile.settings, index=hostile.settings.checkout / "index.sqlite")) as made:
        yield made


def _named(settings: Settings, evil: str, corpus: Sequence[Attack], status: str) -> Path:
    """A run in which every text that a record can hold is an attack."""
    name = attacks.bad_name(evil)
    step = a_step(
        name,
        status=Status.FAILED,
        copy="hostile.ipynb",
        figures={name: 1.0},
        parameters={name: {"value": name, "from": name}},
        reason=name,
        why=name,
        stopped_at=1,
        needs=(name,),
        item={name: name},
        overridden=(name,),
        attempts=(AttemptRecord(1, Status.FAILED, name, 1, BEGAN, 1.0, name),),
        files=(a_file(name),),
    )
    origin = {"git": {"commit": name, "branch": name, "dirty": True}, "host": name, "user": name, "platform": name}
    cells = [{**cell, "source": f"{cell.get('source')} {name}"} for attack in corpus for cell in attack.cells]
    return put(
        settings,
        step,
        status=status,
        listed=False,
        copies={"hostile.ipynb": cells},
        title=name,
        command=name,
        reason=name,
        provenance=origin,
        parent={name: name},
    )


@contextmanager
def watched(browser: Browser, hostile: Hostile) -> Iterator[BrowserContext]:
    """A window whose console is heard; new pages that open by themselves are heard, too."""
    context = browser.new_context()
    context.on("console", lambda message: hostile.heard.append(message.text))
    context.on("dialog", lambda dialog: hostile.heard.append(f"OWNED {dialog.message}"))
    yield context
    context.close()


def visit(
    browser: Browser, hostile: Hostile, urls: Sequence[str], act: Callable[[Page, int], None] = lambda *_: None
) -> None:
    """Open pages one after the other in a few tabs; each stays open until its tab is needed again."""
    hostile.asked.clear()
    hostile.heard.clear()
    with watched(browser, hostile) as context:
        tabs = [context.new_page() for _ in range(TABS)]
        for number, url in enumerate(urls):
            tab = tabs[number % TABS]
            if number >= TABS:
                hostile.harmless(tab, urls[number - TABS])
            tab.goto(url)
            act(tab, number)
        tabs[0].wait_for_timeout(500)
        for number, url in islice(enumerate(urls), max(0, len(urls) - TABS), None):
            hostile.harmless(tabs[number % TABS], url)
        assert len(context.pages) == TABS, "a page opened another one"
    hostile.nothing_came()


def test_there_are_enough_attacks(hostile: Hostile) -> None:
    """The corpus holds at least 150, and no two by one name."""
    assert len({attack.name for attack in hostile.corpus}) == len(hostile.corpus) >= 150


def test_no_attack_of_a_notebook_does_anything_on_its_page(browser: Browser, hostile: Hostile, site: Site) -> None:
    """Inside the desk's page, where a reviewer reads it; what waits for a click gets one."""
    home = f"{site.url}{hostile.home}/steps"

    def act(page: Page, number: int) -> None:
        if hostile.notebooks[number].clicked:
            page.frame_locator("iframe.copy").locator("#go").first.click(force=True)

    visit(browser, hostile, [f"{home}/{number}" for number in range(1, len(hostile.notebooks) + 1)], act)


def test_no_plot_reaches_anything(browser: Browser, hostile: Hostile, site: Site) -> None:
    """Drawn by plotly's own script in a frame of its own, each of the hostile plots stays in it."""
    urls = [
        f"{site.url}{hostile.home}/steps/{number}/plots/{place}-0"
        for number, notebook in enumerate(hostile.notebooks, start=1)
        for place, cell in enumerate(notebook.cells, start=1)
        if "application/vnd.plotly.v1+json" in json.dumps(cell)
    ]
    assert len(urls) > 5
    visit(browser, hostile, urls)


def test_no_name_of_a_record_does_anything(browser: Browser, hostile: Hostile, site: Site) -> None:
    """Names, reasons, parameters, metrics and commands on every page of the desk."""
    first, second = hostile.named
    home = f"/runs/monthly/{second.name}"
    paths = ["/", home, f"{home}/proof", f"{home}/steps/1", f"{home}/steps/1?cell=3&code=folded", "/search?q=OWNED"]
    paths += [f"/compare?a={first.name}&b={second.name}", "/calendar", "/metrics?pipeline=monthly"]
    paths += [f"/?text=%3Cscript%3E&parameter={'%22%3E'}x&metric=%3Cb%3E&show=%3Ci%3E"]
    visit(browser, hostile, [site.url + path for path in paths])


def test_no_exported_page_does_anything_when_it_is_opened_from_disk(
    browser: Browser, hostile: Hostile, tmp_path: Path
) -> None:
    """Neither the pages nor the copies by themselves, nor the page of a comparison."""
    desk = Desk(hostile.settings, Index(hostile.settings.output, tmp_path / "index.sqlite"))
    with desk.index.asked() as connection:
        export.write(desk, tmp_path / "pages", answers.rows_of(connection, "1"))
    desk.index.close()
    alone = tmp_path / "difference.html"
    alone.write_text(comparison_page(compare(*map(Side.of, hostile.named), draw=True)), errors="replace")
    home = tmp_path / "pages" / "runs" / "monthly"
    names = [tmp_path / "pages" / "index.html", alone, *(home / f"{folder.name}.html" for folder in hostile.named)]
    names += [home / folder.name / "steps" / "1.html" for folder in hostile.named]
    names += sorted(home.glob("*/steps/*/document.html"))
    names.append(home / hostile.named[1].name / "changes.html")
    visit(browser, hostile, [name.as_uri() for name in names])


def test_the_same_attacks_succeed_where_nothing_holds_them_back(browser: Browser) -> None:
    """The attacks are real: HTML as a page like any other, most of them tell of themselves."""
    with listening() as (evil, asked):
        texts = {name: attacks.told(text, f"{evil}/{name.replace(' ', '-')}") for name, text in ACTIVE.items()}
        heard: list[str] = []
        context = browser.new_context()
        context.on("console", lambda message: heard.append(message.text))
        for text in texts.values():
            page = context.new_page()
            with suppress(Error):  # some lead the page away at once, which is what they are for
                page.set_content(text.replace("top.location", "window.x").replace("window.open", "String"))
            if len(context.pages) > TABS:
                context.pages[0].close()
        page.wait_for_timeout(500)
        context.close()
    tells = [*asked, *(text.partition(evil)[2] for text in heard if "OWNED" in text)]
    succeeded = {path.split("/")[1] for path in tells if path.startswith("/")}
    assert len(succeeded) >= 45, sorted(set(texts) - {name.replace("-", " ") for name in succeeded})
