#!/usr/bin/env bash
# Back to the release before the last update, or to another one that stands here. It asks nobody: no repository, no AWS.
#
#   sudo DIRECTORY/current/infra/host/rollback.sh [TAG] [--despite-check]
#
# Settings stay as they are. Tables that an update has changed stay changed: a release that does not know them would
# deliver nothing, and is refused here with what to do. Exit status as update.sh's.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=infra/host/release.sh
. "$here/release.sh"

begin "$@"
if [ -n "$tag" ]; then
    release=$(folder_of "$tag")
else
    [ -L "$directory/previous" ] || stop 2 "there was no release before $(current): name one of $(find "$directory/releases" -mindepth 1 -maxdepth 1 -printf '%f ')"
    release=$directory/$(readlink "$directory/previous")
    tag=${release##*/}
fi
ready "$release" || stop 2 "$tag does not stand here; there are: $(find "$directory/releases" -mindepth 1 -maxdepth 1 -printf '%f '); update.sh installs others"
hand_over --keep-settings "${options[@]}"
