"""A difference as one page, in a real browser."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from runner.comparison.comparing import compare
from runner.comparison.difference import Difference
from runner.comparison.facts import Circumstance
from runner.comparison.page import page
from tests.runner.comparison.sides import code, frame, given, markdown, metrics, picture, printed, shown, side, step

ATTACKS = (
    "<script>fetch('http://evil.test/a')</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\"'><svg onload=\"document.title='taken'\"><a href=javascript:alert(1)>x</a>",
    "</style></title></textarea></pre></table><iframe src='http://evil.test/b'></iframe>",
    "{{ 7 * 7 }}{% include 'x' %}<base href='http://evil.test/'><meta http-equiv=refresh content='0;url=//x.test'>",
    "[link=http://evil.test/d]x[/link][bold red]",
    "x' style='background:url(http://evil.test/c)' onmouseover='alert(1)\0\x1b]0;x\a\u202e",
)


def hostile(place: Path) -> Difference:
    """Two runs in which every text is an attack, whatever it should be."""
    runs = []
    for late in (False, True):
        text = "".join(ATTACKS) + ("b" if late else "a")
        image = Image.new("RGB", (60, 30), "white")
        ImageDraw.Draw(image).rectangle((5 + 9 * late, 5, 20, 20), "black")
        cells = [
            markdown(f"# {text}", id="one"),
            code(
                text,
                printed(text),
                shown(text_html=frame([text], [(text, text)])),
                shown(**{"image_svg+xml": text, text: text}),
                picture(image),
                {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]},
                id="two",
            ),
        ]
        one = step(
            "eda",
            cells,
            parameters=given(**{text: text, "k": text}),
            metrics=[*metrics(**{text: text}), {"name": "score", "value": text, "unit": text}],
            tables={text.replace("/", "").replace("\0", "")[:50]: {"id": [text], "x": [text], "is_in": [late]}},
            files=[{"path": text, "sha256": text, "bytes": 1}],
            content={"kernel": text, "code": {text: text}},
            notebook=text,
        )
        other = step(text, [], status="failed" if late else "succeeded", reason=text, copy="other.ipynb")
        source = {"parameter": text, "value": text, "sha256": text, "version": text, "rows": 1, "bytes": 1}
        origin = {**dict.fromkeys(("python", "host", "user", "platform"), text), "git": {"commit": text, "dirty": True}}
        facts: dict[str, Any] = {"reason": text, "title": text, "command": text, "logical_date": text}
        runs.append(side(place, one, other, later=late, inputs=[source], provenance=origin, **facts))
    (runs[1].folder / "results").rename(runs[1].folder / "moved")
    found = compare(*runs, draw=True)
    names = [Circumstance(text, text, text) for text in ATTACKS]
    return dataclasses.replace(found, circumstances=(*found.circumstances, *names))


def test_a_hostile_record_does_nothing_to_its_reader(tmp_path: Path, browser: Browser) -> None:
    """Opened from disk: no script runs, nothing is asked for, nothing moves; every text is there to read."""
    told = hostile(tmp_path)
    assert all((told.parameters, told.inputs, told.code, told.metrics, told.outputs, told.steps, told.gaps))
    path = tmp_path / "difference.html"
    path.write_bytes(page(told).encode("utf-8", "replace"))
    asked: list[str] = []
    heard: list[str] = []
    opened = browser.new_page(viewport={"width": 380, "height": 800})
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: heard.append(dialog.message))
    opened.goto(path.as_uri())
    opened.mouse.move(100, 300)
    opened.wait_for_timeout(100)
    assert [url for url in asked if not url.startswith("data:image/png;base64,")] == [path.as_uri()]
    assert heard == []
    assert opened.title().endswith("what differs")
    assert opened.url == path.as_uri()
    active = "script, iframe, svg, object, embed, base, form, link, [onerror], [onload], [onmouseover], [srcdoc]"
    assert opened.locator("a:not([href^='#'])").count() == 0
    assert opened.locator(active).count() == 0
    assert opened.locator("meta[http-equiv]").count() == 1
    assert "<script>fetch('http://evil.test/a')</script>" in opened.locator("main").inner_text()
    assert opened.locator(".pictures img").count() == 3
    widths = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], "a narrow screen scrolls sideways"
    pictures = "[...document.images].every(one => one.complete && one.naturalWidth > 0)"
    assert opened.evaluate(pictures)
    opened.close()


def test_equal_runs_say_so(tmp_path: Path) -> None:
    """On a page that shows the time they took, and nothing else."""
    text = page(compare(side(tmp_path, step()), side(tmp_path, step(), later=True)))
    assert "Nothing differs but the time that it took." in text
    assert text.count("<h2") == 1


def test_a_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    """Its policy forbids it, should something ever get through."""
    text = page(compare(side(tmp_path, step()), side(tmp_path, step(metrics=metrics(a=1)), later=True)))
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in text
    assert "<script" not in text
    assert "<link" not in text


def test_json_holds_whatever_a_record_says(tmp_path: Path) -> None:
    """Half characters and control characters too."""
    told = json.loads(json.dumps(hostile(tmp_path).to_json(), allow_nan=False))
    assert {one["before"] for one in told["parameters"] if one["name"] == "k"} == {repr("".join(ATTACKS) + "a")}
