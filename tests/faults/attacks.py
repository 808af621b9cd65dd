"""Attempts to run code, to write elsewhere, or to change a value silently, by every way that a parameter comes in.

`CANARY` stands for the path of a file that nobody may make. An attack that names no value must be refused; one
that does must arrive as exactly that value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CODE = "__import__('pathlib').Path('CANARY').touch()"
SHELL = "touch CANARY"
CELL = """from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

run_folder: str = "../scratch"  # where this run's tables and artifacts go
text: str = "plain"  # any text
number: int = 3  # [1..10] a whole number
share: float = 0.5  # [0..1] a share
flag: bool = False  # yes or no
day: date = date(2011, 12, 9)  # a day
as_of: date | None = None  # nothing after this day is known
moment: datetime = datetime.fromisoformat("2011-12-09T08:00:00+00:00")  # a moment
money: Decimal = Decimal("1.10")  # an amount
place: Path = Path("here")  # a place
choice: Literal["a", "b"] = "a"  # one of two
texts: list[str] = []  # some texts
numbers: list[int] = []  # some numbers
table: dict[str, list[int]] = {}  # numbers by name
pair: tuple[int, str] = (1, "a")  # two things
"""
PIPELINE = "name: target\nsteps:\n  - {name: target, notebook: target.ipynb}\n"
NOTHING = object()


@dataclass(frozen=True)
class Attack:
    """One attempt."""

    name: str
    options: tuple[str, ...] = ()
    """Of the command line, behind `runner run target.yml`."""
    file: bytes | None = None
    """Content of the file of `-f`."""
    environment: dict[str, str] = field(default_factory=dict)
    pipeline: str = PIPELINE
    cell: str = CELL
    parameter: str = ""
    value: Any = NOTHING
    """What must arrive in the parameter; nothing where the attack must be refused."""

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be started."""
        return self.value is NOTHING


def given(text: str) -> tuple[str, str]:
    """The option `-p`."""
    return "-p", text


TEXTS = {
    "code": CODE,
    "code behind a quote": f"'; {CODE}; '",
    "code behind a double quote": f'"; {CODE}; "',
    "code behind three quotes": f"'''\n{CODE}\n'''",
    "code behind a backslash and a quote": f"\\'; {CODE} #",
    "code behind many backslashes": f"\\\\\\'; {CODE} #",
    "a backslash at the end": "\\",
    "a new line": f"x\n{CODE}",
    "a carriage return": f"x\r{CODE}",
    "a form feed": f"x\f{CODE}",
    "a vertical tab": f"x\v{CODE}",
    "a next line": f"x\x85{CODE}",
    "a line separator": f"x\u2028{CODE}",
    "a paragraph separator": f"x\u2029{CODE}",
    "a line continuation": f"x\\\n{CODE}",
    "an f-string": "{" + CODE + "}",
    "a prefix of f": f"f'{{{CODE}}}'",
    "a prefix of r": f"r'\\'; {CODE} #'",
    "a prefix of b": f"b'x'; {CODE}",
    "a comment": f"# {CODE}",
    "the end of a comment": f"x # \n{CODE}",
    "a coding line": f"# -*- coding: utf-7 -*-\n{CODE}",
    "a line magic": "%run CANARY",
    "a cell magic": f"%%bash\n{SHELL}",
    "a shell escape": f"!{SHELL}",
    "a shell escape in a new line": f"x\n!{SHELL}",
    "a question": "open?",
    "a substitution of the shell": f"$({SHELL})",
    "backticks": f"`{SHELL}`",
    "a separator of the shell": f"x; {SHELL}",
    "a template": "{{ ''.__class__.__mro__ }}",
    "a template that calls": f"{{% set x = {CODE} %}}{{{{ x }}}}",
    "a format": "{0.__class__.__init__.__globals__}",
    "a percent format": "%(x)s %s %n",
    "a lambda": f"(lambda: {CODE})()",
    "a walrus": f"(x := {CODE})",
    "a comprehension": f"[{CODE} for _ in 'x']",
    "a decorator": f"@print\ndef f(): {CODE}",
    "an escape of a quote": "\\x27; import os #",
    "an octal escape of a quote": "\\47; import os #",
    "a named escape of a quote": "\\N{APOSTROPHE}; import os #",
    "an unknown escape": "\\u12",
    "the other direction of writing": f"\u202e{CODE}\u202c",
    "an isolate": f"\u2066{CODE}\u2069",
    "a zero width joiner": "a\u200db\u200b\ufeff",
    "wide letters": "＿＿ｉｍｐｏｒｔ＿＿",
    "wide quotes": f"＇; {CODE}; ＇",
    "a combining sign": "e\u0301 \u0301'",
    "half a character": "\ud800",
    "the other half": "\udfff'; x = 1 #",
    "a sign beyond the first plane": "\U0010ffff\U0001f600",
    "a terminal escape": "\x1b]0;title\x07\x1b[31m",
    "a backspace": "abc\b\b\b",
    "what looks like None": "None",
    "what looks like a number": "007",
    "what looks like a date": "2011-12-09",
    "what looks like a literal": "date(2011, 12, 9)",
    "a script": "<script>fetch('x')</script>",
    "a path upwards": "../../CANARY",
    "an absolute path": "/etc/passwd",
    "a home": "~/CANARY",
    "a variable": "${HOME}/$(id)",
    "an equals sign": "a=b=c",
    "spaces": "  x  ",
    "nothing": "",
    "a long text": "x'\"\\" * 5000,
}
"""Texts that a text parameter must take as they are."""

PLACES = {"a path upwards": "../../x", "an absolute path": "/x/y", "a home": "~root/x", "code": "'); import os; ('"}

WRONG = {
    "code as a number": f"number={CODE}",
    "a sum as a number": "number=1+1",
    "a number with zeros": "number=007",
    "a number with a mark": "number=1_0",
    "a wide number": "number=３",
    "an arabic number": "number=٣",
    "a spaced number": "number= 3",
    "a number with a new line": f"number=3\n{CODE}",
    "a very long number": "number=" + "9" * 100_000,
    "a hex number": "number=0x3",
    "a true number": "number=True",
    "a number out of range": "number=11",
    "infinity": "share=inf",
    "no number": "share=nan",
    "a number too large": "share=1e999",
    "a number too small": "share=1e-999",
    "code as a share": f"share={CODE}",
    "code as a truth": f"flag={CODE}",
    "a number as a truth": "flag=1",
    "code as a day": f"day={CODE}",
    "a day that is none": "day=2011-02-30",
    "a day with a time": "day=2011-12-09T00:00",
    "a moment with a name": "moment=2011-12-09T08:00[Europe/Berlin]",
    "a moment with code": f"moment=2011-12-09T08:00:00+00:00'); {CODE} #",
    "an amount that signals": "money=sNaN",
    "an amount with code": f"money=1'); {CODE} #",
    "an endless amount": "money=1e" + "9" * 30,
    "an empty place": "place=",
    "no choice": "choice=c",
    "a choice with code": f"choice=a'; {CODE} #",
    "a list of code": f"numbers=[{CODE}]",
    "a list in Python": "texts=['a']",
    "a list without end": "numbers=" + "[" * 100_000,
    "a list of texts as numbers": 'numbers=["1"]',
    "a dict in Python": "table={'a': [1]}",
    "a dict with a name twice": 'table={"a": [1], "a": [2]}',
    "a dict of code": f'table={{"a": [{CODE}]}}',
    "a pair of one": "pair=[1]",
    "a name with a dot": "text.__class__=x",
    "a name of two words": "text x=1",
    "a name that is code": f"{CODE}=1",
    "a name with a new line": "text\nimport os=1",
    "a name in wide letters": "ｔｅｘｔ=x",
    "a name with a look-alike": "tехt=x",
    "a keyword": "import=os",
    "a name of the kernel": "get_ipython=x",
    "the outputs of the kernel": "Out=x",
    "the builtins": "__builtins__=x",
    "a dunder": "__import__=x",
    "a type": "Path=x",
    "the folder of the run": "run_folder=/tmp/elsewhere",
    "the folder of the run, for the step": "target.run_folder=/tmp/elsewhere",
    "another step": "other.text=x",
    "a step upwards": "../target.text=x",
    "an item that is not there": "target.1.text=x",
    "a terminal escape in a name": "\x1b]0;x\x07=1",
    "no equals sign": "text",
    "nothing": "=",
}
"""Texts behind `-p` that must be refused."""

FILES = {
    "an object": b"text: !!python/object/apply:os.system ['touch CANARY']",
    "an object, new": b"text: !!python/object/new:os.system ['touch CANARY']",
    "a name of Python": b"text: !!python/name:os.system",
    "a module": b"text: !!python/module:os",
    "a tag by a handle": b"%TAG !p! tag:yaml.org,2002:python/\n---\ntext: !p!object/apply:os.system [x]",
    "a local tag": b"text: !include /etc/passwd",
    "a text by its tag": b"text: !!str 3",
    "binary": b"text: !!binary aGk=",
    "an anchor": b"text: &a x\ntexts: [*a]",
    "a billion laughs": b"a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\ntexts: *c",
    "an anchor in itself": b"texts: &a [*a]",
    "a merge": b"<<: {number: 4}",
    "a name twice": b"number: 3\nnumber: 4",
    "two documents": b"number: 3\n---\nnumber: 4",
    "a number as a name": b"1: x",
    "a list as a name": b"? [text]\n: x",
    "too deep": b"texts: " + b"[" * 10_000,
    "a null byte": b"text: a\0b",
    "another encoding": "text: ü".encode("utf-16"),
    "no UTF-8": b"text: \xff\xfe",
    "too large": b"text: " + b"x" * 300_000,
    "a list": b"- text",
    "a text": b"text",
    "an unseen line end": "text: a\u2028b".encode(),
    "a number as a text": b"text: 3",
    "a text as a number": b"number: '3'",
    "a truth as a number": b"number: true",
    "a float as a number": b"number: 3.0",
    "digits that are lost": b"money: 1.10",
    "a name that is code": b"'__import__(\"os\")': x",
    "a step upwards": b"../target.text: x",
    "the folder of the run": b"run_folder: /tmp/elsewhere",
}
FILES_THAT_ARRIVE = {
    "a quoted tag": (b"text: '!!python/name:os.system'", "!!python/name:os.system"),
    "a block of code": (b"text: |\n  import os\n  os.abort()\n", "import os\nos.abort()\n"),
    "escapes": (b'text: "\\u2028\\x27; import os"', "\u2028'; import os"),
    "a word that was a truth": (b"text: no", "no"),
    "an octal number": (b"text: 0o17", "0o17"),
    "a number with zeros": (b"text: 007", "007"),
}

CELLS = {
    "a call": f"text: str = {CODE}",
    "a call behind a value": f"text: str = 'a' if {CODE} else 'b'",
    "a call in a list": f"texts: list[str] = [{CODE}]",
    "a call in a constructor": f"day: date = date(2011, 12, {CODE})",
    "a keyword in a constructor": f"day: date = date(2011, 12, day={CODE})",
    "another constructor": "from pathlib import Path\nplace: Path = Path.home()",
    "a method of a constructor": "from datetime import date\nday: date = date.today()",
    "a lambda": "text: str = (lambda: 'a')()",
    "a walrus": "text: str = (x := 'a')",
    "a comprehension": "texts: list[str] = [x for x in 'ab']",
    "a generator": "texts: list[str] = [*(x for x in 'ab')]",
    "an f-string": f"text: str = f'{{{CODE}}}'",
    "a name": "text: str = __name__",
    "an attribute": "text: str = ''.__class__",
    "a subscript": "text: str = 'ab'[0]",
    "a sum": "text: str = 'a' * 1000000000",
    "a power": "number: int = 9 ** 9 ** 9",
    "an await": "text: str = await x",
    "a star": "texts: list[str] = [*'ab']",
    "a double star": "table: dict[str, int] = {**{}}",
    "bytes": "text: bytes = b'a'",
    "an ellipsis": "text: str = ...",
    "a set": "texts: set[str] = {'a'}",
    "a type that calls": f"text: ({CODE}) = 'a'",
    "a type that subscripts": f"text: list[{CODE}] = []",
    "a type in quotes": f"text: \"{CODE}\" = 'a'",
    "a literal that calls": f"from typing import Literal\ntext: Literal[{CODE}] = 'a'",
    "bounds that call": f"number: int = 3  # [{CODE}..9] a number",
    "choices that call": f"number: int = 3  # {{3 | {CODE}}} a number",
    "a decorator": f"@{CODE}\ndef f(): pass",
    "a class": f"class A: {CODE}",
    "an expression": CODE,
    "a loop": f"for _ in 'x': {CODE}",
    "a star import": "from os import *\ntext: str = 'a'",
    "a type from elsewhere": "from evil import Path\nplace: Path = Path('x')",
    "a builtin from elsewhere": "from evil import system as float\nshare: float = float('nan')",
    "an assignment": f"text = {CODE}",
    "two targets": f"text: str = other = {CODE}",
    "an attribute as a name": "text.x: str = 'a'",
    "a name of the kernel": "get_ipython: str = 'a'",
    "a name that shadows a constructor": "date: str = 'a'",
    "a name with a look-alike": "tехt: str = 'a'",
    "a cell magic": f"%%bash\n{SHELL}",
    "a cell magic of Python": f"%%python\n{CODE}",
    "a magic in a text": "%time\ntext: str = '''\n%run x\n'''",
    "a null byte": "text: str = 'a\0b'",
    "too deep": "texts: list[str] = " + "[" * 5000,
    "an unbroken line": "text: str = 'a' \\",
}
PIPELINES = {
    "a name upwards": PIPELINE.replace("name: target\nsteps", "name: ../target\nsteps"),
    "a name with a slash": PIPELINE.replace("name: target\nsteps", "name: a/b\nsteps"),
    "a name that is another room": PIPELINE.replace("name: target\nsteps", "name: spool\nsteps"),
    "a name with a new line": PIPELINE.replace("name: target\nsteps", 'name: "target\\n"\nsteps'),
    "a step upwards": PIPELINE.replace("{name: target", "{name: ../x"),
    "a step with a dot": PIPELINE.replace("{name: target", "{name: a.1"),
    "a notebook upwards": PIPELINE.replace("target.ipynb", "../target.ipynb"),
    "an absolute notebook": PIPELINE.replace("target.ipynb", "/tmp/target.ipynb"),
    "a notebook with a null byte": PIPELINE.replace("target.ipynb", '"a\\0.ipynb"'),
    "a notebook that is a program": PIPELINE.replace("target.ipynb", "target.py"),
    "an object": PIPELINE + "title: !!python/object/apply:os.system [touch CANARY]\n",
    "a parameter that is code": PIPELINE + f'parameters: {{"{CODE}": 1}}\n',
    "a value that is code": PIPELINE + f'parameters: {{number: "{CODE}"}}\n',
    "the folder of the run": PIPELINE + "parameters: {run_folder: /tmp/elsewhere}\n",
    "items of the folder of the run": PIPELINE.replace("target.ipynb", "target.ipynb, for_each: {run_folder: [/tmp]}"),
    "items of code": PIPELINE.replace("target.ipynb", f'target.ipynb, for_each: {{number: ["{CODE}"]}}'),
    "an input that is a reference": PIPELINE + 'inputs: {text: "${HOME}"}\n',
}
ENVIRONMENTS = {
    "code": {"INSIDERS_PARAMETER_NUMBER": CODE},
    "an unknown name": {"INSIDERS_PARAMETER_NUMBRE": "3"},
    "lower case": {"INSIDERS_PARAMETER_number": "3"},
    "the folder of the run": {"INSIDERS_PARAMETER_RUN_FOLDER": "/tmp/elsewhere"},
    "the folder of the run, for the step": {"INSIDERS_PARAMETER_TARGET__RUN_FOLDER": "/tmp/elsewhere"},
    "a number with zeros": {"INSIDERS_PARAMETER_NUMBER": "007"},
    "nothing": {"INSIDERS_PARAMETER_NUMBER": ""},
}
SECRET = {"SHOP_TOKEN": "Zx81-abcd-99-token", "SHORT_TOKEN": "abc"}
SECRETS = {
    "the value of a secret": "text=Zx81-abcd-99-token",
    "the value of a secret in a list": 'texts=["Zx81-abcd-99-token"]',
    "a reference to nothing": "text=env:NOT_SET_ANYWHERE",
    "a reference that is too short": "text=env:SHORT_TOKEN",
    "a reference to the runner's own": "text=env:AWS_SECRET_ACCESS_KEY",
    "a reference to the loader": "text=env:LD_PRELOAD",
    "a reference that is code": "text=env:$(touch CANARY)",
    "a reference with a new line": "text=env:SHOP_TOKEN\nx",
    "a reference in a list": "texts=env:SHOP_TOKEN",
}
DAYS = (
    "soon",
    "2011-13-01",
    "2011-12-09'; x",
    "20111209",
    "２０１１-１２-０９",
    "none; import os",
    "../2011-12-09",
    "",
)

ATTACKS = (
    *(Attack(f"text: {name}", given(f"text={text}"), parameter="text", value=text) for name, text in TEXTS.items()),
    *(
        Attack(f"place: {name}", given(f"place={text}"), parameter="place", value=Path(text))
        for name, text in PLACES.items()
    ),
    *(Attack(f"-p: {name}", given(text)) for name, text in WRONG.items()),
    *(Attack(f"file: {name}", file=content) for name, content in FILES.items()),
    *(
        Attack(f"file: {name}", file=content, parameter="text", value=value)
        for name, (content, value) in FILES_THAT_ARRIVE.items()
    ),
    *(Attack(f"cell: {name}", cell=source) for name, source in CELLS.items()),
    *(Attack(f"pipeline: {name}", pipeline=text) for name, text in PIPELINES.items()),
    *(Attack(f"environment: {name}", environment=found) for name, found in ENVIRONMENTS.items()),
    Attack("environment: a text", environment={"INSIDERS_PARAMETER_TEXT": CODE}, parameter="text", value=CODE),
    *(Attack(f"secret: {name}", given(text), environment=SECRET) for name, text in SECRETS.items()),
    Attack("secret: a reference", given("text=env:SHOP_TOKEN"), None, SECRET, parameter="text", value="env:SHOP_TOKEN"),
    *(Attack(f"--as-of: {text!r}", ("--as-of", text)) for text in DAYS),
)
