#!/usr/bin/env bash
# Moves this host to another release, or reads the settings anew, such as changed passwords, where no tag is named.
#
#   sudo DIRECTORY/current/infra/host/update.sh [TAG] [--despite-check]
#
# A run in progress goes on in its own release. Nothing is switched where the new one would refuse to run. Exit status:
# 0 done · 1 something failed · 2 wrong tag or setting · 3 refused, nothing was switched · 4 another update is under way
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=infra/host/release.sh
. "$here/release.sh"

begin "$@"
if [ -n "$tag" ]; then
    fetch
    find_commit
    release=$(folder_of "$tag")
    install_release
else
    tag=$(current)
    release=$directory/releases/$tag
fi
hand_over "${options[@]}"
