r"""A host within the host: mounts and processes of its own, a user, a checkout with settings, and a cron that runs.

    unshare --mount --propagation=private --pid --fork --kill-child --mount-proc \
        python -m tests.infra.namespace FOLDER PIPELINE...

Nothing of it is to be seen outside, and nothing of the host's own cron inside. It needs root, Debian's cron, and leave
to mount. FOLDER holds what it is made of: `env` is the checkout's `.env`; what the user writes goes to `FOLDER/own`.
Says as JSON what the entries are, then lives as cron does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from runner.settings import CHECKOUT

USER, UID = "insiders-tests", 61_427
SPOOL = Path("/var/spool/cron/crontabs")
SOON_S = 12
"""So long the installation of the entries may take before they are due."""


def main(folder: Path, pipelines: list[str]) -> None:
    """Make the host, put the pipelines into the user's crontab as a person does, and become cron."""
    _with_user(folder)
    _with_cron(folder)
    _open_ways(folder, [CHECKOUT, Path(sys.prefix), Path(sys.base_prefix)])
    _with_settings(folder)
    os.chdir(CHECKOUT)
    due, told = 0.0, list[object]()
    while time.time() > due - 1:  # on a busy machine the time may have come before the lines stand there
        due = time.time() + SOON_S
        due += 60 - due % 60
        told = [_install(pipeline, time.strftime("%H:%M", time.localtime(due))) for pipeline in pipelines]
    sys.stdout.write(json.dumps({"entries": told}) + "\n")
    sys.stdout.flush()
    os.execve("/usr/sbin/cron", ["cron", "-f"], {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


def _install(pipeline: str, clock: str) -> object:
    """Put a pipeline into the user's crontab; what the command says of it."""
    words = ["cron", "install", pipeline, "--user", USER, "--at", clock, "--json"]
    command, environment = [f"{sys.prefix}/bin/runner", *words], {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"runner {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def _with_user(folder: Path) -> None:
    """One more user, without a password, a home or a shell to log in with."""
    lines = {
        "passwd": f"{USER}:x:{UID}:{UID}::/nonexistent:/usr/sbin/nologin",
        "group": f"{USER}:x:{UID}:",
        "shadow": f"{USER}:*:19000:0:99999:7:::",
    }
    for name, line in lines.items():
        _replace(folder, Path("/etc", name), Path("/etc", name).read_text() + line + "\n")
    own = folder / "own"
    own.mkdir()
    os.chown(own, UID, UID)


def _with_cron(folder: Path) -> None:
    """A cron that knows no entry yet, and that a container's kernel lets change users."""
    group = SPOOL.stat().st_gid
    _mount("-t", "tmpfs", "-o", "mode=755", "none", str(SPOOL.parent))
    SPOOL.mkdir()
    os.chown(SPOOL, 0, group)
    SPOOL.chmod(0o1730)
    _mount("-t", "tmpfs", "-o", "mode=755", "none", "/etc/cron.d")
    _mount("-t", "tmpfs", "-o", "mode=755", "none", "/run")
    _replace(folder, Path("/etc/crontab"), "")
    rules = Path("/etc/pam.d/cron")
    # In some containers nobody may say who has logged in, and cron would run nothing.
    _replace(folder, rules, rules.read_text().replace("required   pam_loginuid.so", "optional   pam_loginuid.so"))
    if Path("/usr/sbin/sendmail").exists():
        _mount("--bind", "/bin/true", "/usr/sbin/sendmail")


def _open_ways(folder: Path, wanted: Iterable[Path]) -> None:
    """Folders that the user may not pass, such as root's home, hold nothing any more but the way to what is wanted."""
    targets = [path.resolve() for path in wanted]
    closed: dict[Path, Path] = {}
    for target in targets:
        for place in reversed(target.parents):
            if not place.stat().st_mode & 0o001 and place not in closed:
                closed[place] = folder / f"closed-{len(closed)}"
                closed[place].mkdir()
                _mount("--rbind", str(place), str(closed[place]))
                break
    for place in closed:
        _mount("-t", "tmpfs", "-o", "mode=755", "none", str(place))
    for target in targets:
        for place, kept in closed.items():
            if target.is_relative_to(place) and not target.exists():
                target.mkdir(parents=True)
                _mount("--rbind", str(kept / target.relative_to(place)), str(target))


def _with_settings(folder: Path) -> None:
    """The checkout, with a `.env` of its own."""
    whole, made = folder / "whole", folder / "checkout"
    whole.mkdir()
    made.mkdir()
    _mount("--rbind", str(CHECKOUT), str(whole))
    for entry in whole.iterdir():
        if entry.name == ".env":
            continue
        place = made / entry.name
        place.mkdir() if entry.is_dir() else place.touch()
        _mount("--rbind", str(entry), str(place))
    shutil.copy(folder / "env", made / ".env")
    os.chown(made / ".env", UID, UID)
    (made / ".env").chmod(0o600)
    _mount("--rbind", str(made), str(CHECKOUT))


def _replace(folder: Path, path: Path, text: str) -> None:
    """Have a file say something else in here."""
    own = folder / f"etc-{path.name}-{path.parent.name}"
    own.touch(0o600)  # it may be the file of passwords
    own.write_text(text)
    shutil.copystat(path, own)
    os.chown(own, path.stat().st_uid, path.stat().st_gid)
    _mount("--bind", str(own), str(path))


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
