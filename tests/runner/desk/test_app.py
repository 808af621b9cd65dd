"""The application of `runner serve`, in a real browser and as whoever sends it bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page

from runner.desk import defences
from runner.desk.app import application
from runner.desk.rights import Rights
from runner.outcomes import Status
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner.desk.archives import PNG, a_step, code, fails, of_kind, prints, put, settings_in, shows, words
from tests.runner.desk.serving import Site, served

BEGAN = datetime(2026, 1, 15, tzinfo=UTC)
PLOT = {"data": [{"type": "scatter", "x": [1, 2], "y": [3, 4], "name": "sales"}], "layout": {}}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
STATE = {
    "bar": {"model_name": "FloatProgressModel", "state": {"description": "rows", "value": 3, "max": 4}},
    "box": {"model_name": "HBoxModel", "state": {"children": ["IPY_MODEL_bar"]}},
}
ALL_KINDS = [
    words("# A heading\n\nA *word*, $x^2$\n\n![d](attachment:d)", attachments={"d": {"image/png": PNG}}),
    code("value = 1\nvalue", prints("\x1b[31mred\x1b[0m line"), shows(text_plain="plain words")),
    code("frame", shows(text_html="<table><tr><th>head</th></tr><tr><td>inside</td></tr></table>", text_plain="t")),
    code("picture", shows(image_png=PNG), shows(image_svg_xml=SVG)),
    code("tex", of_kind("text/latex", "$\\frac{1}{2}$"), of_kind("text/markdown", "**bold**")),
    code("bar", of_kind("application/vnd.jupyter.widget-view+json", {"model_id": "box"})),
    code("plot", of_kind("application/vnd.plotly.v1+json", PLOT)),
    code("metric", of_kind("application/vnd.insiders.metric+json", {"name": "share", "value": 0.25})),
    code("raise", fails("KeyError", "'revenue'", "\x1b[0;31mKeyError\x1b[0m: 'revenue'")),
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An archive that the tests of this file look at."""
    return settings_in(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[Site]:
    """A read-only desk on it."""
    with served(application(settings, index=settings.checkout / "index.sqlite")) as made:
        yield made


@pytest.fixture(scope="module")
def plain(settings: Settings) -> Path:
    """A run of the archive that nothing is wrong with."""
    return put(settings)


def run_of(folder: Path) -> str:
    return f"/runs/{folder.parent.name}/{folder.name}"


def inner(page: Page) -> Frame:
    """The frame of the copy, once it is loaded."""
    found = page.locator("iframe.copy").element_handle().content_frame()
    assert found is not None
    found.wait_for_url("**/document*")
    return found


def arrives(copy: Frame, mark: str) -> bool:
    """Whether the copy soon stands at that mark; no script of a page could wait for it there."""
    for _ in range(50):
        if abs(copy.locator(f"#{mark}").evaluate("one => one.getBoundingClientRect().top")) < 100:
            return True
        copy.page.wait_for_timeout(50)
    return False


def test_a_benign_notebook_shows_every_kind_of_element(browser: Browser, settings: Settings, site: Site) -> None:
    """Text, tables, pictures, formulas, colours, widgets, metrics, errors and plots are there, without a network."""
    step = a_step(status=Status.FAILED, copy="all.ipynb", stopped_at=8, reason="KeyError", cells=())
    folder = put(settings, step, status="failed", copies={"all.ipynb": []})
    told = {"nbformat": 4, "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": STATE}}}}
    (folder / "all.ipynb").write_text(json.dumps({**told, "cells": ALL_KINDS}))
    page = browser.new_page()
    page.goto(f"{site.url}{run_of(folder)}/steps/1")
    assert page.get_by_role("heading", name="Cell 8: KeyError").is_visible()
    copy = inner(page)
    assert copy.url.endswith("#cell-9"), "a failed step opens at the failing cell"
    assert copy.locator("h1").inner_text() == "A heading"
    assert copy.get_by_text("inside", exact=True).is_visible()
    assert copy.get_by_text("plain words").is_visible()
    assert copy.locator("span[style]", has_text="red").count() == 1
    pictures = copy.locator("img").evaluate_all("all => all.map(one => one.naturalWidth > 0)")
    assert pictures == [True] * 5, "two formulas, an attachment, a PNG and an SVG"
    assert copy.locator("progress").get_attribute("value") == "0.7500"
    assert copy.locator(".figure").inner_text() == "share 0.25"
    assert copy.locator("strong", has_text="bold").is_visible()
    page.get_by_role("link", name="scatter: sales").click()
    drawn = page.frame_locator("iframe.plot").locator(".main-svg").first
    drawn.wait_for()
    assert drawn.is_visible()
    page.close()


def test_a_link_to_a_cell_opens_the_copy_there(browser: Browser, settings: Settings, site: Site) -> None:
    """`?cell=40` shows that cell at once, and so does a click in the outline."""
    cells = [words(f"## Part {number}\n\n{'words ' * 200}") for number in range(1, 61)]
    folder = put(settings, a_step(copy="long.ipynb"), copies={"long.ipynb": cells})
    page = browser.new_page()
    page.goto(f"{site.url}{run_of(folder)}/steps/1?cell=40")
    copy = inner(page)
    assert arrives(copy, "cell-40")
    page.get_by_role("link", name="Part 12", exact=True).click()
    assert arrives(copy, "cell-12")
    page.close()


def test_why_a_run_changed_is_found_by_clicks_and_keys(browser: Browser, tmp_path: Path) -> None:
    """From the start page: what changed, the cell that shows it; `/`, Escape, `j`, `k` and Enter go about the list."""
    settings = settings_in(tmp_path)
    for number in (1, 2):
        cells = [words("text " * 3000), code("members", prints(f"{number} Insiders")), words("text " * 3000)]
        put(settings, a_step(copy="a.ipynb"), copies={"a.ipynb": cells}, title=f"run {number}")
    with served(application(settings, index=tmp_path / "index.sqlite")) as desk:
        page = browser.new_page()
        page.goto(desk.url)
        page.keyboard.press("/")
        assert page.locator("#find").evaluate("one => one === document.activeElement")
        page.keyboard.press("Escape")
        for key in "jjk":
            page.keyboard.press(key)
        assert page.locator("a.open").first.evaluate("one => one.matches(':focus-visible')")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="run 2").wait_for()
        page.get_by_role("link", name="What changed since 2026-01-15").click()
        assert page.get_by_text("+ 2 Insiders").is_visible()
        page.get_by_role("link", name="cell 1").click()
        copy = inner(page)
        assert copy.url.endswith("#in-1")
        assert arrives(copy, "in-1")
        page.close()


def test_the_headers_are_those_that_the_tests_of_the_browser_were_made_under(settings: Settings, site: Site) -> None:
    """Pages, documents, plots and files have the policies that isolate them."""
    folder = put(
        settings,
        a_step(copy="a.ipynb"),
        copies={"a.ipynb": [code("x", of_kind("application/vnd.plotly.v1+json", PLOT))]},
    )
    home, policy = run_of(folder), "content-security-policy"
    for path, wanted in {
        "/": defences.PAGE,
        "/nothing": defences.PAGE,
        home: defences.PAGE,
        f"{home}/steps/1/document": defences.DOCUMENT,
        f"{home}/steps/1/plots/1-0/frame": defences.PLOT,
        f"{home}/files/a.ipynb": defences.FILE,
    }.items():
        headers = site.get(path).headers
        assert headers[policy] == wanted, path
        assert headers["x-content-type-options"] == "nosniff"
    kept = site.get(f"{home}/files/a.ipynb")
    assert kept.content == (folder / "a.ipynb").read_bytes()
    assert kept.headers["content-disposition"].startswith("attachment")
    assert kept.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/runs/monthly/../../etc/passwd", 404),
        ("/runs/%2e%2e/%2e%2e", 404),
        ("/runs/monthly/%2e%2e%2f%2e%2e%2fledger.jsonl", 404),
        (f"/runs/monthly/{'a' * 4000}", 404),
        (f"/runs/monthly/{'a' * 9000}", 414),
        ("/runs/monthly/RUN/steps/99", 404),
        ("/runs/monthly/RUN/steps/99999999999999999999999999", 404),
        ("/runs/monthly/RUN/steps/x", 404),
        ("/runs/monthly/RUN/files/..%2f..%2f..%2fledger.jsonl", 409),
        ("/runs/monthly/RUN/files/%00", 409),
        ("/runs/monthly/RUN/files/run.json", 409),
        ("/runs/monthly/RUN/steps/1/plots/9-9/frame", 409),
        ("/runs/spool/RUN", 404),
        ("/static/..%2fapp.py", 404),
        ("/?page=99999999999999999999&sort=%27;DROP&status=x&since=yesterday&metric=a&parameter=b", 200),
        ("/compare?a=x&b=../..", 404),
        ("/search?q=%00%ff", 200),
        ("/metrics?pipeline=monthly&metric=x&by=y", 200),
    ],
)
def test_what_is_not_there_is_said_on_a_clear_page(plain: Path, site: Site, path: str, status: int) -> None:
    """No path leads out of the archive, and nothing that a URL says makes the desk stumble."""
    answer = site.get(path.replace("RUN", plain.name))
    assert answer.status == status
    assert "Traceback" not in answer.text
    if status != 414:
        assert "<main" in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"cells": 5}',
        b'{"cells": [1, null, {"source": {}}]}',
        b'{"cells": [{"cell_type": "code", "outputs": [{"output_type": "error"}, 5, {"data": []}]}]}',
        b'{"cells": [{"cell_type": "markdown", "source": ["\\ud800", 7]}]}',
    ],
)  # fmt: skip
def test_a_broken_copy_gives_a_clear_page(settings: Settings, site: Site, content: bytes) -> None:
    """Whatever lies in the place of a copy, its page says so or shows what there is."""
    folder = put(settings, a_step(copy="broken.ipynb"), files={"broken.ipynb": content})
    for path in ("steps/1", "steps/1/document"):
        assert site.get(f"{run_of(folder)}/{path}").status == 200


def test_broken_lost_and_half_written_runs_are_listed(settings: Settings, site: Site) -> None:
    """A run whose manifest is none, or is missing, stands in the list with the reason; one that is gone, too."""
    broken, empty, gone = (put(settings, pipeline="weekly") for _ in range(3))
    (broken / "run.json").write_text('{"run_id": 5')
    (empty / "run.json").unlink()
    for path in sorted(gone.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    gone.rmdir()
    half = settings.output / "weekly" / new_run_id()
    half.mkdir()
    site_now = application(settings, index=settings.checkout / "fresh.sqlite")
    with served(site_now) as fresh:
        shown = fresh.get("/?pipeline=weekly").text
        assert shown.count('<span class="status broken">') == 3
        assert shown.count('<span class="status missing">') == 1
        answer = fresh.get(run_of(broken))
        assert (answer.status, "is broken" in answer.text) == (409, True)


def test_an_empty_archive_says_what_to_do_next(tmp_path: Path) -> None:
    """Every page of an archive without runs names the command that makes one."""
    with served(application(settings_in(tmp_path), index=tmp_path / "index.sqlite")) as empty:
        for path in ("/", "/calendar", "/metrics"):
            assert "runner run monthly" in empty.get(path).text


def test_another_name_of_the_host_is_refused(site: Site) -> None:
    """A page that had its own name pointed at this address reads nothing."""
    assert site.get("/", Host="evil.example").status == 421
    assert site.get("/", Host=f"localhost:{site.port}").status == 200


def test_a_word_is_given_with_the_token_and_from_the_page_only(tmp_path: Path) -> None:
    """Approving needs a session, its secret and a form of ours; then the ledger has the word and the person's name."""
    settings = settings_in(tmp_path)
    folder = put(settings)
    rights = Rights(token="a token of some length")
    with served(application(settings, index=tmp_path / "index.sqlite", rights=rights)) as desk:
        home = run_of(folder)
        assert desk.post("/sign-in", {"token": "guess"}).status == 403
        entered = desk.post("/sign-in", {"token": rights.token})
        cookie = entered.headers["set-cookie"]
        assert (entered.status, "HttpOnly" in cookie, "SameSite=strict" in cookie) == (303, True, True)
        session = {"Cookie": cookie.split(";")[0]}
        page = desk.get(home, **session).text
        hidden = dict(
            part.split('" value="')[:2] for part in page.replace('"><', '">\n<').split('type="hidden" name="')[1:]
        )
        fields = {name: value.split('"')[0] for name, value in hidden.items()} | {"why": "figures agree"}
        for wrong in (
            desk.post(f"{home}/approve", fields),
            desk.post(f"{home}/approve", {**fields, "secret": "x"}, **session),
            desk.post(f"{home}/approve", fields, **session, Origin="http://evil.example"),
            desk.post(f"{home}/approve", fields, **session, Sec_Fetch_Site="cross-site"),
        ):
            assert wrong.status == 403
        assert desk.post(f"{home}/approve", {**fields, "digest": "0" * 64}, **session).status == 409
        assert "approved" not in (settings.output / "ledger.jsonl").read_text()
        assert desk.post(f"{home}/approve", fields, **session).status == 200
        last = json.loads((settings.output / "ledger.jsonl").read_text().splitlines()[-1])
        assert (last["event"], last["who"], last["facts"]) == ("approved", "Ada", {"why": "figures agree"})
        assert "approved" in desk.get("/").text


def test_a_read_only_desk_takes_no_word(settings: Settings, site: Site) -> None:
    """Without write rights there is no form, and sending one is refused."""
    folder = put(settings)
    assert "<textarea" not in site.get(run_of(folder)).text
    assert site.post(f"{run_of(folder)}/approve", {"why": "x", "secret": "x"}).status == 403


def test_verified_is_said_of_what_was_just_recomputed(tmp_path: Path) -> None:
    """The proof recomputes: the same run is verified, and damaged once a byte of it is changed."""
    settings = settings_in(tmp_path)
    folder = put(settings, files={"tables/a.bin": b"abcd"})
    with served(application(settings, index=tmp_path / "index.sqlite")) as desk:
        assert ">Verified</h1>" in desk.get(f"{run_of(folder)}/proof").text
        (folder / "tables" / "a.bin").write_bytes(b"abcx")
        after = desk.get(f"{run_of(folder)}/proof").text
        assert ">Damaged</h1>" in after
        assert "tables/a.bin" in after
        assert "erified<" not in desk.get(run_of(folder)).text


def test_a_reviewer_signs_in_and_rejects_a_run_in_the_browser(browser: Browser, tmp_path: Path) -> None:
    """The forms work as a browser sends them: token, text, word, and the list tells of it."""
    settings = settings_in(tmp_path)
    folder = put(settings)
    rights = Rights(token="a token of some length")
    with served(application(settings, index=tmp_path / "index.sqlite", rights=rights)) as desk:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{desk.url}/sign-in")
        page.get_by_label("Token").fill(rights.token)
        page.get_by_role("button", name="Sign in").click()
        page.locator("a.open").click()
        page.get_by_label("Your word").fill("October is missing")
        page.get_by_role("button", name="Reject").click()
        assert page.get_by_role("heading", name="rejected").is_visible()
        page.get_by_role("link", name="Back to the run").click()
        page.get_by_role("link", name="Runs", exact=True).first.click()
        assert page.locator(".said").inner_text() == "rejected"
        page.get_by_role("button", name="Sign out").click()
        page.goto(desk.url + run_of(folder))
        assert page.locator("textarea").count() == 0
        context.close()
