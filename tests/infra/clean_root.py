"""A clean root for tests of the host: all of this machine's files, in which whatever is changed is gone afterwards.

An overlay over `/` in a mount namespace of its own: users, /etc, /srv and /var are real, and nobody else sees them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOLD = """
set -e
mount -t tmpfs tmpfs {place}
mkdir {place}/changes {place}/work {place}/root
mount -t overlay overlay -o lowerdir=/,upperdir={place}/changes,workdir={place}/work {place}/root
mount --rbind /proc {place}/root/proc
mount --rbind /dev {place}/root/dev
mount -t tmpfs tmpfs {place}/root/run
echo ready
exec sleep infinity
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class CleanRoot:
    """The root, for as long as a process holds it."""

    holder: int
    place: Path

    def command(self, *words: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """A command in the root, as root, with an environment as empty as cloud-init's."""
        given = [f"{name}={value}" for name, value in {"PATH": PATH, **(environment or {})}.items()]
        inside = ["chroot", str(self.place / "root"), "env", "-i", *given, *words]
        return ["nsenter", f"--mount=/proc/{self.holder}/ns/mnt", *inside]

    def run(self, *words: str, status: int = 0, environment: Mapping[str, str] | None = None) -> str:
        """What a command says; its words are in the assertion where it ends otherwise than it should."""
        command = self.command(*words, environment=environment)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == status, f"{' '.join(words)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def shell(self, script: str, *words: str) -> str:
        """What a few lines for the shell say."""
        return self.run("bash", "-euo", "pipefail", "-c", script, "test", *words).rstrip("\n")

    def write(self, path: str, content: str, mode: str = "644") -> None:
        """Put a file there."""
        words = ("bash", "-c", 'cat >"$1" && chmod "$2" "$1"', "write", path, mode)
        subprocess.run(self.command(*words), input=content, text=True, check=True)


@contextmanager
def clean_root(place: Path) -> Iterator[CleanRoot | None]:
    """A clean root at a folder, for the length of the context; None where this machine lets nobody make one."""
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", HOLD.format(place=place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            ready = holder.stdout is not None and holder.stdout.readline() == "ready\n"
            yield CleanRoot(holder.pid, place) if ready else None
        finally:
            holder.kill()


def install_script() -> str:
    """A stand-in for infra/host/install.sh: an environment of its own, with the packages that the tests run with.

    The real one takes minutes; CI runs it when it sets itself up. What comes after it is the same.
    """
    python, site = Path(sys.executable).resolve(), Path(sys.prefix) / "lib" / f"python3.{sys.version_info[1]}"
    return textwrap.dedent(f"""\
        #!/bin/sh
        set -e
        cd "$(dirname "$0")/../.."
        rm -rf .venv
        {python} -m venv --without-pip .venv
        printf '%s\\n' "$PWD" {site}/site-packages > .venv/lib/python3.{sys.version_info[1]}/site-packages/tests.pth
        rm -rf .venv/share && ln -s {sys.prefix}/share .venv/share
        printf '#!%s\\nimport sys\\nfrom runner.__main__ import main\\nsys.exit(main())\\n' \\
            "$PWD/.venv/bin/python" > .venv/bin/runner
        chmod 755 .venv/bin/runner
        """)


def reach(root: CleanRoot, *paths: Path) -> None:
    """Let users without rights pass on the way to where the tests' packages and their Python lie."""
    for path in paths:
        for one in (path, *path.parents):
            if not one.stat().st_mode & 0o001:
                root.run("chmod", "a+x", str(one))


def git(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> str:
    """What git says in a folder."""
    identity = {
        f"GIT_{who}_{what}": "tests@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *words],
        env={**os.environ, **identity, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
