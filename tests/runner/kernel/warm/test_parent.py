"""Parents of warm kernels: what they import ahead, what they leave, and that nothing of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runner.kernel import process
from runner.kernel.warm import forest
from runner.kernel.warm.guard import WarmGuard
from runner.kernel.warm.tree import Branch, Tree
from tests.runner.kernel.processes import until

pytestmark = pytest.mark.skipif(not forest.possible(), reason="this system cannot fork kernels")

UNFIT = {
    "prints": ("print('good morning')", "it prints at its import: good morning"),
    "warns": ("import warnings; warnings.warn('old')", "old"),
    "fails": ("1 / 0", "its import failed: ZeroDivisionError: division by zero"),
    "exits": ("raise SystemExit(3)", "its import failed: SystemExit: 3"),
    "keeps_shell": ("from IPython import get_ipython\nshell = get_ipython()", "it keeps the shell"),
    "threads": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=[9], daemon=True).start()",
        "threads",
    ),
    "opens": ("import sqlite3\nbase = sqlite3.connect('/dev/shm/ahead.db')", "its import opens /dev/shm/ahead.db"),
    "spawns": ("import subprocess\nchild = subprocess.Popen(['sleep', '1'])", "its import starts a process"),
    "signals": ("import signal\nsignal.signal(signal.SIGUSR1, print)", "its import changes signal handlers"),
    "silences": ("import warnings\nwarnings.simplefilter('ignore')", "its import changes warning filters"),
    "paths": ("import sys\nsys.path.append('/elsewhere')", "its import changes the search path"),
    "logs": ("import logging\nlogging.basicConfig(level=10)", "its import changes logging"),
}
"""Modules that cannot be imported ahead, and why."""
FIT = {
    "filters": "import warnings\nwarnings.filterwarnings('ignore', message='mine')\nwarnings.warn('mine')",
    "plain": "import os\nos.environ.setdefault('AHEAD_SAID', 'so')\nfrom IPython import get_ipython\n"
    "kernel = hasattr(get_ipython(), 'kernel')",
}
RUNNER = """
import os, sys, time
from runner.kernel import process
from runner.kernel.warm import forest
from runner.kernel.warm.guard import WarmGuard
environment = process.environment(os.environ, {})
tree = forest.tree([sys.executable], environment)
branch = tree.branch(["plain"])
guard = WarmGuard(branch, [sys.executable, "-m", "ipykernel_launcher", "-f", sys.argv[1] + "/kernel.json"],
                  data_limit=0, private=sys.argv[1], env=environment, stdout=-3, stderr=-3)
while guard.pid is None:
    guard.poll(); time.sleep(0.01)
branch = tree.branch(["plain", "slow"])
while not branch.process.pid:
    branch.lives(); time.sleep(0.01)
time.sleep(0.2)
print(tree.root, tree.branch(["plain"]).process.pid, branch.process.pid, guard.guardian, guard.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small modules."""
    folder = tmp_path_factory.mktemp("packages")
    for name, source in {**FIT, **{name: source for name, (source, _) in UNFIT.items()}}.items():
        (folder / f"{name}.py").write_text(source)
    (folder / "slow.py").write_text("import time\nfor _ in range(600): time.sleep(0.1)")
    (folder / "dies.py").write_text("import os\nos.kill(os.getpid(), 9)")
    return folder


@pytest.fixture(scope="module")
def tree(packages: Path) -> Iterator[Tree]:
    """Parents that find those modules."""
    made = Tree([sys.executable], process.environment({**os.environ, "PYTHONPATH": str(packages)}, {}))
    yield made
    made.close()


def grown(tree: Tree, *modules: str) -> Branch:
    """The branch that has imported these modules, as far as it could."""
    while True:
        branch = tree.branch(modules)
        until(lambda branch=branch: branch.ready or not branch.lives())  # type: ignore[misc]
        if branch.ready:
            return branch


def test_what_an_import_leaves_behind_is_found(tree: Tree) -> None:
    """A module that does more than to be there is left to the notebook; the others are imported ahead."""
    branch = grown(tree, "plain", *UNFIT, "filters")
    assert branch.modules == ("plain", "filters")
    for module, (_, why) in UNFIT.items():
        assert why in tree.unfit[module]
    assert psutil.Process(branch.process.pid).num_threads() == 1


def test_lists_that_begin_alike_share_what_they_have_in_common(tree: Tree) -> None:
    """The second list goes on from where the first one is, and a kernel has no module that only the other one names."""
    tree.knows([("json.tool", "csv", "wave"), ("json.tool", "csv", "zipapp")])
    first, second = (grown(tree, "json.tool", "csv", last) for last in ("wave", "zipapp"))
    shared = tree.branch(("json.tool", "csv"))
    parents = [psutil.Process(one.process.pid).ppid() for one in (first, second)]
    assert parents == [shared.process.pid] * 2
    assert psutil.Process(shared.process.pid).ppid() == tree.root
    assert grown(tree, "json.tool", "csv", "wave") is first


def test_a_module_that_kills_its_process_is_no_reason_to_go_on_for_ever(tree: Tree) -> None:
    """The branch is gone without a word, and the next one is another."""
    branch = tree.branch(["dies"])
    until(lambda: not branch.lives())
    assert not branch.ready
    assert tree.branch(["dies"]) is not branch
    assert tree.lives()


def test_parents_and_kernels_are_gone_two_seconds_after_their_runner(packages: Path, tmp_path: Path) -> None:
    """The runner is killed by SIGKILL while one kernel works and one parent is importing."""
    private = tmp_path / "kernel-1"
    private.mkdir()
    environment = {**os.environ, "PYTHONPATH": f"{packages}:{Path(__file__).parents[4]}"}
    program = [sys.executable, "-c", RUNNER, str(private)]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE) as runner:
        assert runner.stdout
        pids = [int(pid) for pid in runner.stdout.readline().split()]
        assert len(pids) == 5
        assert all(map(psutil.pid_exists, pids))
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        took = until(lambda: not [pid for pid in pids if _lives(pid)])
    assert took < 2
    until(lambda: not private.exists())


def _lives(pid: int) -> bool:
    """Whether a process is there; one that nobody reaps is not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_an_order_that_is_too_long_is_no_order(tree: Tree, tmp_path: Path) -> None:
    """The kernel is then started as any other; the parent works on."""
    command = [sys.executable, "-m", "ipykernel_launcher"]
    with pytest.raises(OSError, match="its environment is too long"):
        WarmGuard(tree.branch(()), command, data_limit=0, private="", env={"LONG": "x" * 2**18})
    assert tree.lives()
