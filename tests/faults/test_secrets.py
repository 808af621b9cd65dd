"""A notebook that gives its secret away in every way it can: none is left in any file, nor on the console."""

from __future__ import annotations

import base64
import html
import io
import json
import os
from pathlib import Path
from urllib.parse import quote, quote_plus

import nbformat
import pytest
from rich.console import Console

from runner import copies, files
from runner.execute import execute
from runner.kernel import process
from runner.kernel.supervision import Supervision
from runner.outcomes import Status
from runner.secrecy.redaction import REDACTED, Redactor, files_holding
from tests.runner.bench import one, step
from tests.runner.conftest import bench_in

SECRETS = {
    "plain": "hunter2hunter3",
    "awkward": 's3cr3t/pä+ss "w0\'rd"\\%&',
    "key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
READ = "import os, sys\nsecret = os.environ['SHOP_KEY']\nraw = secret.encode()"
GIVEN_AWAY = {
    "plain": "print('it is', secret, 'indeed')",
    "stderr": "print(secret, file=sys.stderr)",
    "base64": (
        "import base64\nfor before in (b'', b'x', b'user:'):\n"
        "    print(base64.b64encode(before + raw).decode(), base64.urlsafe_b64encode(before + raw + b'tail'))\n"
        "    print(base64.encodebytes(bytes(50) + before + raw).decode())"
    ),
    "url": (
        "from urllib.parse import quote, quote_plus\n"
        "print(quote(secret, safe=''), quote_plus(secret), quote(secret), quote(secret, safe='!*'))"
    ),
    "hex": "print(raw.hex(), raw.hex().upper(), raw.hex(' '), raw.hex(':'))",
    "json": (
        "import json\nprint(json.dumps({'key': secret}), json.dumps(secret, ensure_ascii=False))\n"
        "print(json.dumps(json.dumps(secret)))"
    ),
    "repr": "print(repr(secret), ascii(secret), repr(raw), [secret])",
    "escapes": "print(''.join(f'\\\\u{ord(one):04x}' for one in secret))",
    "shell": "import shlex\nprint('export SHOP_KEY=' + shlex.quote(secret))",
    "two messages": "print(secret[:5], end='', flush=True)\nprint(secret[5:], flush=True)",
    "two seconds": "import time\nprint(secret[:5], end='', flush=True)\ntime.sleep(1.5)\nprint(secret[5:], flush=True)",
    "between streams": (
        "print(secret[:5], end='', flush=True)\nprint('x', file=sys.stderr, flush=True)\nprint(secret[5:])"
    ),
    "colours": "print('\\x1b[31m'.join(secret))",
    "html": (
        "import html\nfrom IPython.display import HTML, display\n"
        "display(HTML(f'<b title=\"{html.escape(secret)}\">{secret}</b>'))"
    ),
    "metric": (
        "metric = {'name': 'key', 'value': secret, 'unit': secret}\n"
        "display({'application/vnd.insiders.metric+json': metric}, raw=True)\n"
        "display({'application/json': {secret: [secret]}, 'text/plain': secret}, raw=True, metadata={'of': secret})"
    ),
    "replaced": (
        "shown = display('before', display_id='one')\n"
        "display({'text/plain': secret}, raw=True, display_id='one', update=True)"
    ),
    "result": "{'key': secret, secret: 1}",
    "file": "from pathlib import Path\nPath('told.txt').write_text(secret)",
}
ENDS = {
    "message": ("raise ValueError(f'no shop answers to {secret}')", Status.FAILED),
    "notes": ("fault = ValueError('no')\nfault.add_note(secret)\nraise fault", Status.FAILED),
    "cause": (
        "try:\n    {}[secret]\nexcept KeyError as cause:\n    raise RuntimeError(repr(secret)) from cause",
        Status.FAILED,
    ),
    "source": (
        "open('ask.py', 'w').write(f'def ask(): return {secret!r} / 0')\nsys.path.append('.')\nimport ask\nask.ask()",
        Status.FAILED,
    ),
    "last words": (
        "os.write(sys.stderr._original_stdstream_copy, b'x' * 9000 + raw + b', dying of ' + raw)\nos._exit(3)",
        Status.KERNEL_DIED,
    ),
}


def forms(secret: str) -> list[bytes]:
    """Forms made here and not by the code under test; base64 without what depends on its neighbours."""
    raw = secret.encode()
    shifted = [base64.b64encode(b"x" * shift + raw)[2 if shift else 0 : -4] for shift in range(3)]
    texts = [
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        raw.hex(),
        raw.hex().upper(),
        raw.hex(" "),
        raw.hex(":"),
    ]
    texts += [json.dumps(secret)[1:-1], repr(secret)[1:-1], ascii(secret)[1:-1], html.escape(secret)]
    return [
        *(text.encode() for text in texts),
        *shifted,
        *(one.replace(b"+", b"-").replace(b"/", b"_") for one in shifted),
    ]


def left_in(content: bytes, secret: str) -> list[bytes]:
    """The forms that stand in the content, as it is or once its JSON is read."""
    texts = [content]
    for line in [content, *content.splitlines()]:
        try:
            texts.append(json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace"))
            texts.append("\n".join(strings(json.loads(line))).encode("utf-8", "replace"))
        except ValueError:
            continue
    return [form for form in forms(secret) for text in texts if form in text]


def strings(value: object) -> list[str]:
    """All texts in a JSON value, lists of lines as one."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ["".join(value)]
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in strings(item)]


def run(folder: Path, secret: str, cells: list[str]) -> tuple[Status, Path, str]:
    """Run cells that find the secret in their environment; the status, the copy and the reason told."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in [READ, *cells]])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "in.ipynb")
    environment = process.environment(os.environ, {"SHOP_KEY": secret})
    supervision = Supervision(environment=environment, redactor=Redactor.of([secret]), folder=folder)
    done = execute(folder / "in.ipynb", folder / "out.ipynb", {}, supervision)
    told = io.StringIO()
    Console(file=told, width=10_000).print(repr(done))
    return done.status, folder / "out.ipynb", told.getvalue()


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_form_of_a_secret_is_left_in_a_copy(tmp_path: Path, secret: str) -> None:
    """Every cell said it, and the copy holds the place of each and no form of the secret."""
    status, copy, told = run(tmp_path, secret, list(GIVEN_AWAY.values()))
    assert status is Status.SUCCEEDED, told
    assert left_in(copy.read_bytes(), secret) == []
    assert secret not in told
    book = nbformat.read(copy, as_version=4)
    nbformat.validate(book)
    silent = [name for name, cell in zip(GIVEN_AWAY, book.cells[1:], strict=True) if REDACTED not in str(cell.outputs)]
    assert silent == ["file"]
    assert files_holding(tmp_path, Redactor.of([secret])) == [tmp_path / "told.txt"]


@pytest.mark.parametrize("way", ENDS)
def test_no_form_of_a_secret_is_left_where_a_run_ends(tmp_path: Path, way: str) -> None:
    """What a failed cell and a dying kernel say last is told without the secret, in the copy and in the reason."""
    source, expected = ENDS[way]
    secret = SECRETS["awkward"]
    status, copy, told = run(tmp_path, secret, [source])
    assert status is expected
    assert left_in(copy.read_bytes(), secret) == []
    assert secret not in told
    assert repr(secret)[1:-1] not in told
    assert REDACTED in copy.read_text()


def test_a_secret_written_into_a_source_is_taken_out(tmp_path: Path) -> None:
    """The cell runs as it stands; its copy holds another source, and says so."""
    secret = SECRETS["plain"]
    status, copy, _ = run(tmp_path, secret, [f"assert secret == {secret!r}"])
    assert status is Status.SUCCEEDED
    cell = nbformat.read(copy, as_version=4).cells[1]
    assert cell.source == f"assert secret == '{REDACTED}'"
    assert cell.metadata.papermill.source_redacted is True


def test_a_growing_copy_holds_no_beginning_of_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is written while half of the secret is printed does not hold that half."""
    secret = SECRETS["plain"]
    kept: list[str] = []
    written = files.write_aside

    def keep(path: Path, content: bytes) -> None:
        written(path, content)
        kept.append(content.decode())

    monkeypatch.setattr(copies, "write_aside", keep)
    monkeypatch.setattr("runner.kernel.engine.AUTOSAVE_SECONDS", 0.05)
    monkeypatch.setattr("runner.kernel.engine.WRITING_SHARE", 1.0)
    steps = "import time\nfor one in secret:\n    print(one, end='', flush=True)\n    time.sleep(0.15)"
    run(tmp_path, secret, [f"print('y' * 2000)\n{steps}"])
    assert [text for text in kept[:-1] if "y" * 1000 in text], "no copy was written while the secret was printed"
    assert not [text for text in kept if secret[:4] in text]


def test_no_file_of_a_run_holds_a_secret_that_a_parameter_refers_to(
    tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copy, journal, manifest and console of a run that fails with the secret on its lips hold the reference only."""
    secret = SECRETS["awkward"]
    monkeypatch.setenv("SHOP_KEY", secret)
    monkeypatch.setenv("INSIDERS_DATABASE_URL", f"postgresql://shop:{quote(secret, safe='')}@db/shop")
    bench = bench_in(tmp_path, checkout)
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('key: str = "none"  # the key of the shop', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(READ),
            *(nbformat.v4.new_code_cell(source) for name, source in GIVEN_AWAY.items() if name != "file"),
            nbformat.v4.new_code_cell(ENDS["message"][0]),
        ]
    )
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text = one("tells", "    parameters: {key: 'env:SHOP_KEY'}")
    bench.write(text)
    nbformat.write(book, bench.folder / "tells.ipynb")
    ended = bench.run(text, environment=os.environ)
    assert step(ended, "tells")["status"] == "failed", ended.manifest
    assert step(ended, "tells")["reason"] == f"ValueError: no shop answers to {REDACTED}"
    shown = capsys.readouterr()
    held = {path: left_in(path.read_bytes(), secret) for path in ended.folder.rglob("*") if path.is_file()}
    assert {path: found for path, found in held.items() if found} == {}
    assert left_in((shown.out + shown.err).encode(), secret) == []
    assert "env:SHOP_KEY" in (ended.folder / "run.json").read_text()
