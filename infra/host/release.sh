# shellcheck shell=bash
# Releases side by side, each a checkout with packages of its own: sourced by bootstrap.sh, update.sh and rollback.sh.
#
#   DIRECTORY/releases/TAG    one release; a run stays in the one that it was started from, whatever comes after it
#   DIRECTORY/current         the one that the next run is started from, a link that is moved in one step
#   DIRECTORY/previous        the one before, for rollback.sh
#   DIRECTORY/settings.env    what all of them read as `.env`, and reader.env, the dashboard's login
#   DIRECTORY/database-ca.pem whose certificates the database may show
#   DIRECTORY/host            how this host was set up: name=value
#
# Root owns all of it. The runs' user reads it: what a notebook does cannot change the program that judges it.

KEPT=3 # releases, besides those in use

directory='' release='' tag='' commit='' candidate='' output='' despite='' kept='' clockless=''

say() { printf 'insiders: %s\n' "$*" >&2; }
stop() { # exit status, what is wrong
    local status=$1
    shift
    say "$*"
    exit "$status"
}

repository='' user=insiders pipeline=monthly schedule='' zone='' timer=auto parameters='' region='' certificate='' services=''
CHOICES=(repository user pipeline schedule zone timer parameters region certificate services)

# What was chosen when the host was set up; nothing of it is ever run as code.
recall() { # file
    local name value choice
    [ -f "$1" ] || return 0
    while IFS='=' read -r name value; do
        for choice in "${CHOICES[@]}"; do
            if [ "$name" = "$choice" ]; then printf -v "$name" %s "$value"; fi
        done
    done <"$1"
}

remember() { # file
    local choice
    for choice in "${CHOICES[@]}"; do printf '%s=%s\n' "$choice" "${!choice}"; done | put "$1" 644
}

# All faults of what was chosen, before anything is done.
check_choices() {
    local faults=()
    [[ $directory =~ ^(/[A-Za-z0-9._-]+)+$ && ! $directory =~ /\.\.?(/|$) ]] ||
        faults+=("--directory $directory: give a path from / of letters, digits, . _ and -")
    [[ $user =~ ^[a-z_][a-z0-9_-]{0,30}$ && $user != root ]] || faults+=("--user $user: give a name of small letters, not root")
    [[ $pipeline =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$ ]] || faults+=("--pipeline $pipeline: give a name, without .yml")
    [[ -z $schedule || $schedule =~ ^[0-9*,/-]+(\ [0-9*,/-]+){4}$ ]] ||
        faults+=("--schedule '$schedule': give cron's five fields in digits, one space between them")
    [[ -z $zone || $zone =~ ^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$ ]] || faults+=("--zone $zone: give a name such as Europe/Lisbon")
    [[ $timer =~ ^(auto|cron|systemd)$ ]] || faults+=("--timer $timer: give auto, cron or systemd")
    [[ -z $services || $services == yes || $services == no ]] || faults+=("--services $services: give yes or no")
    [[ -z $parameters || $parameters =~ ^(/[A-Za-z0-9._-]+)+$ ]] || faults+=("--settings-from-parameters $parameters: give /NAME")
    [[ -z $parameters || $region =~ ^[a-z0-9-]+$ ]] || faults+=("--region '$region': give the region of the parameters")
    if [[ ! $repository =~ ^(https|ssh|file)://[A-Za-z0-9@:._/~+-]+$ && ! $repository =~ ^(/[A-Za-z0-9._+-]+)+$ && ! $repository =~ ^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._/~+-]+$ ]]; then
        faults+=("--repository: give https://…, ssh://…, file://… or user@host:path, of plain signs")
    elif [[ $repository =~ ://[^/]*:[^/]*@ || $repository =~ ^https://[^/]*@ ]]; then
        faults+=("--repository: holds a user or a password, which every run could read; let git's credential store know it")
    fi
    [ ${#faults[@]} = 0 ] || stop 2 "$(printf '%s; ' "${faults[@]}")nothing was done"
}

check_tag() {
    [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}$ && ! $1 =~ \.\.|//|/\.|/$ ]] || stop 2 "$1: is no name of a tag or commit"
}

need_root() { [ "$(id -u)" = 0 ] || stop 2 "run me as root: sudo $0 …"; }

# How update.sh and rollback.sh begin: their words are [TAG] [--despite-check], and they stand in a release of this host.
begin() {
    local word usage="usage: ${0##*/} [TAG] [--despite-check]"
    options=()
    for word in "$@"; do
        case $word in
        --despite-check) options+=("$word") ;;
        -*) stop 2 "$usage" ;;
        *)
            [ -z "$tag" ] || stop 2 "$usage"
            check_tag "$word"
            tag=$word
            ;;
        esac
    done
    need_root
    directory=$(dirname "$(dirname "$(dirname "$(dirname "$here")")")")
    [ -f "$directory/host" ] || stop 2 "$here stands in no host's release: bootstrap.sh sets one up"
    recall "$directory/host"
    check_choices
    export HOME=${HOME:-/root}
    lock
    rm -f "$directory/.choices"
}

# Nobody else updates meanwhile. What is started here does not inherit the lock's file where it may live longer.
lock() {
    exec 9>>"$directory/.lock"
    flock --nonblock 9 || stop 4 "another update of $directory is under way"
}

# The content of standard input as a file: written aside and moved, so that nobody meets half of it. Says nothing and
# changes nothing where the file says it already. put FILE MODE [GROUP]
put() {
    local file=$1 aside
    aside=$(mktemp "$(dirname "$file")/.put.XXXXXX")
    cat >"$aside"
    if [ -n "${3:-}" ]; then chgrp "$3" "$aside"; fi
    chmod "$2" "$aside"
    if cmp -s "$aside" "$file" && [ "$(stat -c '%a %U %G' "$aside")" = "$(stat -c '%a %U %G' "$file")" ]; then
        rm -f "$aside"
        return
    fi
    mv -fT "$aside" "$file"
    say "wrote $file"
}

# A link, moved in one step.
point() { # link, where it leads
    if [ "$(readlink "$1" || true)" = "$2" ]; then return; fi
    ln -sfn "$2" "$1.new"
    mv -fT "$1.new" "$1"
}

as_user() { # with an environment as empty as cron's
    runuser -u "$user" -- env -i PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 COLUMNS=120 HOME="$(home)" "$@"
}

as_root() { env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 COLUMNS=120 HOME=/root "$@"; }

home() { getent passwd "$user" | cut -d: -f6; }

plain_git() {
    GIT_TERMINAL_PROMPT=0 git -c gc.auto=0 -c maintenance.auto=false -c core.hooksPath=/dev/null -c advice.detachedHead=false \
        -c protocol.ext.allow=never "$@" 9>&-
}

# All tags and branches, in a store of its own: each release is cloned from it.
fetch() {
    local store=$directory/repository.git
    if [ ! -d "$store" ]; then
        rm -rf "$store.new"
        plain_git init --quiet --bare --template= "$store.new"
        plain_git -C "$store.new" remote add origin "$repository"
        mv -T "$store.new" "$store"
    fi
    plain_git -C "$store" remote set-url origin "$repository"
    plain_git -C "$store" fetch --quiet --prune --force --no-write-fetch-head origin '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' ||
        stop 1 "$repository does not answer, or not as a repository; what stands here goes on as it was"
}

# Sets `commit`, and `tag` to a short one where a commit was named. A branch is refused: it would be another tomorrow.
find_commit() {
    local store=$directory/repository.git
    if commit=$(plain_git -C "$store" rev-parse --verify --quiet "refs/tags/$tag^{commit}"); then return; fi
    if [[ $tag =~ ^[0-9a-f]{7,40}$ ]] && commit=$(plain_git -C "$store" rev-parse --verify --quiet "$tag^{commit}") &&
        [[ $commit == "$tag"* ]]; then
        tag=${commit:0:12}
        return
    fi
    local there
    there=$(plain_git -C "$store" tag --sort=-creatordate | head -n 5 | paste -sd' ' -)
    if plain_git -C "$store" show-ref --quiet --verify "refs/heads/$tag"; then
        stop 2 "$tag is a branch, which moves: name a tag (the newest: ${there:-none}) or a commit"
    fi
    stop 2 "$repository has no tag or commit $tag (the newest tags: ${there:-none})"
}

folder_of() { printf '%s/releases/%s' "$directory" "${1//\//+}"; }

ready() { [ -f "$1/.venv/ready" ]; }

current() { basename "$(readlink "$directory/current" || true)"; }

# Clones and installs into the release's final place, since an environment cannot be moved; whole is what is `ready`.
install_release() {
    local found
    if ready "$release"; then
        found=$(plain_git -c safe.directory="$release" -C "$release" rev-parse HEAD)
        [ "$found" = "$commit" ] || stop 2 "$tag was another commit when it was installed (${found:0:12}, now ${commit:0:12}): tags do not move; name the commit, or a new tag"
        say "$tag is installed"
        return
    fi
    say "installing $tag (${commit:0:12}) into $release"
    rm -rf "$release"
    plain_git clone --quiet --no-checkout --template= "$directory/repository.git" "$release"
    plain_git -C "$release" checkout --quiet --detach "$commit"
    plain_git -C "$release" remote set-url origin "$repository"
    # `runner rerun` lays the code of an earlier run beside this one, and may write nothing else here.
    install -d -o "$user" -g "$user" "$release/.git/worktrees"
    point "$release/.env" ../../settings.env
    # The user cannot write compiled modules here, so that they are made now. A Python of root's own nobody else enters.
    if [ -z "${PYTHON:-}" ] && /usr/bin/python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        export PYTHON=/usr/bin/python3
    fi
    UV_COMPILE_BYTECODE=1 "$release/infra/host/install.sh" 9>&- || stop 1 "$tag could not be installed; what stands here goes on as it was"
    (cd "$release" && .venv/bin/python -m compileall -qq runner insiders dashboard infra || true)
    as_user "$release/.venv/bin/python" -c '' 2>/dev/null ||
        stop 1 "$user cannot execute $(readlink -f "$release/.venv/bin/python"), which $tag was installed with: name a Python that everybody can enter, PYTHON=/usr/bin/python3, and repeat"
    touch "$release/.venv/ready"
}

# Goes on in the release's own words.
hand_over() { # options of move.sh
    [ -x "$release/infra/host/move.sh" ] || stop 2 "$tag is from before releases could be moved to"
    exec "$release/infra/host/move.sh" "$directory" "${release##*/}" "$@"
}

# Whether a living process comes from a release: by its folder, its program, or what it has loaded.
in_use() { # a release's folder
    grep -aqsF -e "$1/" /proc/[0-9]*/cmdline /proc/[0-9]*/maps ||
        [ -n "$(find /proc/[0-9]* -maxdepth 1 -name cwd '(' -lname "$1" -o -lname "$1/*" ')' -print -quit 2>/dev/null)" ]
}

# Makes the release the one that the next run is started from.
switch() {
    local from
    from=$(current)
    put "$directory/settings.env" 640 "$user" <"$candidate/.env"
    if [ -f "$candidate/reader.env" ]; then put "$directory/reader.env" 600 <"$candidate/reader.env"; fi
    if [ "$from" = "${release##*/}" ]; then return; fi
    if [ -n "$from" ]; then point "$directory/previous" "releases/$from"; fi
    point "$directory/current" "releases/${release##*/}"
    printf '%s %s -> %s (%s) by %s\n' "$(date -u +%FT%TZ)" "${from:-nothing}" "${release##*/}" "$commit" "${SUDO_USER:-root}" >>"$directory/moves.log"
    say "the next run is started from ${release##*/}"
    if [ -n "$from" ] && in_use "$directory/releases/$from"; then say "what runs from $from goes on there to its end"; fi
}

# The newest stay, and whatever is used; the rest makes room.
prune() {
    local one name newest
    newest=$(cd "$directory/releases" && find . -mindepth 3 -maxdepth 3 -path '*/.venv/ready' -printf '%T@ %P\n' | sort -rn | head -n "$KEPT" | sed 's/^[^ ]* //; s:/.*::')
    for one in "$directory"/releases/*/; do
        one=${one%/}
        name=${one##*/}
        if [ "$name" = "$(current)" ] || [ "$name" = "$(basename "$(readlink "$directory/previous" || true)")" ]; then continue; fi
        if grep -qxF -e "$name" <<<"$newest"; then continue; fi
        if in_use "$one"; then
            say "$name is old and still used: it stays until the next update"
            continue
        fi
        rm -rf "$one"
        say "removed the old release $name"
    done
}

# All of it: judge, switch, set the clock, clear away. `first` is whether there is nothing to protect yet.
move() {
    local first='' fine=yes said before
    before=$(sed -n 's/^pipeline=//p' "$directory/host" 2>/dev/null || true)
    [ -n "$(current)" ] || first=yes
    [ -n "$kept" ] || place_certificate
    said=$(ask candidate "$pipeline" 2>&1) || fine=''
    if [ -z "$fine" ]; then
        grep -v '^good ' <<<"$said" >&2 || true
        if [ -z "$first" ] && [ -z "$despite" ]; then
            stop 3 "$tag would refuse to run $pipeline, as said above: nothing was switched, $(current) stays. Mend it and repeat, or add --despite-check"
        fi
    fi
    remember "$directory/host"
    switch
    if [ -n "$before" ] && [ "$before" != "$pipeline" ]; then
        remove_cron "$before"
        remove_timers "$before"
    fi
    set_clock
    rotate_logs
    if [ -f "$candidate/cloudwatch-agent" ]; then "$release/infra/host/cloudwatch.sh" "$region" "$candidate/cloudwatch-agent" 9>&- || true; fi
    serve
    prune
    [ -z "$clockless" ] || stop 3 "$(current) is in place, but its timetable is not, for the reason above: $clockless, and repeat. An older entry stays as it was"
    if [ -z "$fine" ]; then
        say "NOT READY: $pipeline would be refused, as said above. On a new installation that is so until the database's"
        say "logins and tables are made (docs/operations.md); then: sudo $directory/current/infra/host/update.sh"
    else
        say "ready: $pipeline runs from $(current)"
    fi
}

# shellcheck source=infra/host/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=infra/host/clock.sh
. "$(dirname "${BASH_SOURCE[0]}")/clock.sh"
