#!/usr/bin/env bash
# The second half of bootstrap.sh, update.sh and rollback.sh, which call the one of the release that is moved to: how that
# is judged, started and shown it knows best. What stands between the two halves is this line, and DIRECTORY/host:
#
#   move.sh DIRECTORY RELEASE [--settings FILE | --keep-settings] [--despite-check]
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=infra/host/release.sh
. "$here/release.sh"

directory=$1 tag=$2 release=$1/releases/$2 settings=''
shift 2
while [ $# -gt 0 ]; do
    case $1 in
    --settings)
        settings=$2
        shift
        ;;
    --keep-settings) settings=$directory/settings.env kept=yes ;;
    --despite-check) despite=yes ;;
    *) stop 2 "move.sh: $1 is unknown to $tag" ;;
    esac
    shift
done
need_root
recall "$directory/host"
recall "$directory/.choices"
rm -f "$directory/.choices"
check_choices
lock
commit=$(plain_git -C "$release" rev-parse HEAD)
prepare_settings "$settings"
move
