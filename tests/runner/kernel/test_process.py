"""What a kernel is given, and what is left of it."""

import subprocess
import sys

import psutil
import pytest

from runner.kernel.process import POOLS, THREADS, death, environment, kill


def test_only_allowed_names_pass() -> None:
    """Credentials stay behind, whatever their name; paths, languages and thread counts pass."""
    passes = {"PATH": "/bin", "LC_ALL": "C", "PYTHONPATH": "x", "OMP_NUM_THREADS": "1", "INSIDERS_DATA": "/data"}
    passes |= {"HTTPS_PROXY": "http://proxy:80", "TZ": "UTC", "XDG_CACHE_HOME": "/c"}
    stays = {
        "AWS_SECRET_ACCESS_KEY": "x",
        "INSIDERS_DATABASE_URL": "x",
        "INSIDERS_BUCKET": "x",
        "PGPASSWORD": "x",
        "JUPYTER_TOKEN": "x",
        "PYTHON_KEYRING_PASSWORD": "x",
        "http_proxy": "http://me:hush@proxy:80",
        "GITHUB_TOKEN": "x",
        "PATH_TO_KEY": "x",
    }
    given = environment({**passes, **stays}, {"INSIDERS_STEP": "eda"})
    assert given == {**dict.fromkeys(THREADS, "1"), **passes, "INSIDERS_STEP": "eda"}


def test_libraries_get_one_thread_unless_told_otherwise() -> None:
    """The runner's environment decides on threads; where it is silent, each library gets one."""
    given = environment({"OMP_NUM_THREADS": "4"}, {})
    assert given["OMP_NUM_THREADS"] == "4"
    assert given["OPENBLAS_NUM_THREADS"] == "1"


def test_a_step_decides_on_its_threads() -> None:
    """A number that the pipeline names counts for every library, whatever the environment says."""
    given = environment({"OMP_NUM_THREADS": "4"}, {}, threads=2)
    assert {given[name] for name in (*THREADS, *POOLS)} == {"2"}
    assert len(THREADS) == 4


def test_a_step_has_its_share_of_the_cpus() -> None:
    """Independent work may take more threads than the sums of a library; nothing is said where nobody asks."""
    given = environment({}, {}, threads=1, pool=4)
    assert ({given[name] for name in THREADS}, {given[name] for name in POOLS}) == ({"1"}, {"4"})
    assert not {*POOLS} & {*environment({}, {})}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "the kernel process ended by itself with exit status 0"),
        (3, "the kernel process ended by itself with exit status 3"),
        (-9, "the kernel was killed by SIGKILL"),
        (-11, "the kernel was killed by SIGSEGV (it read or wrote memory that is not its own)"),
        (-60, "the kernel was killed by signal 60"),
    ],
)
def test_a_death_is_told_in_words(status: int, words: str) -> None:
    """The exit status of the system becomes a sentence."""
    assert death(status) == words


def test_what_is_left_behind_is_killed() -> None:
    """A process is killed, and one that has ended already is no error."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = psutil.Process(child.pid)
    kill([process])
    assert child.wait(10) == -9
    kill([process])
