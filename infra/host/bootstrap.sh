#!/usr/bin/env bash
# Sets up a Debian or Ubuntu host that runs a pipeline by itself, as cloud-init or a person calls it. Safe to repeat:
# what is as it should be stays. Everything is described in infra/host/README.md.
#
#   bootstrap.sh --repository URL --tag TAG --settings FILE
#   bootstrap.sh --repository URL --tag TAG --settings-from-parameters /NAME --region REGION
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=infra/host/release.sh
. "$here/release.sh"

usage() {
    cat <<'END'
usage: bootstrap.sh --repository URL --tag TAG (--settings FILE | --settings-from-parameters /NAME --region REGION)

  --repository URL          where releases come from, without a password in it
  --tag TAG                 the release: a tag, or a commit
  --settings FILE           settings as .env.example lists them; copied to DIRECTORY/settings.env
  --settings-from-parameters /NAME --region REGION
                            settings, schedule and secrets from AWS (infra/terraform); read anew by each update
  --root-certificate FILE   whose certificates the database may show; by default Amazon's, where it is on RDS
  --user NAME               whom runs belong to; made where it is missing (insiders)
  --directory DIR           where releases stand (/srv/insiders)
  --pipeline NAME           what runs by itself (monthly)
  --schedule LINE           cron's five fields; by default the pipeline file's
  --zone ZONE               in which these are read; by default the host's
  --timer KIND              cron, systemd, or auto: cron, where it knows the zone (auto)
  --services yes|no         the dashboard and the history, on this host's own address (yes with parameters)
  --no-packages             install nothing from Debian; say what is missing

exit status: 0 done, perhaps NOT READY, and then why · 1 something failed · 2 an option or a setting is wrong
             3 refused, and what stood here goes on · 4 another update is under way
END
}

directory=/srv/insiders settings='' packages=yes
given=("$@")
for ((i = 0; i < $#; i++)); do # first of all where, since what was chosen there before stands unless it is said anew
    if [ "${given[i]}" = --directory ]; then directory=${given[i + 1]:-}; fi
done
case $* in *--help*)
    usage
    exit 0
    ;;
esac
recall "$directory/host"
while [ $# -gt 0 ]; do
    case $1 in
    --no-packages)
        packages=''
        shift
        continue
        ;;
    --repository | --tag | --settings | --settings-from-parameters | --region | --root-certificate | --user | --directory | --pipeline | --schedule | --zone | --timer | --services)
        [ $# -gt 1 ] || stop 2 "$1 wants a value; --help tells"
        name=${1#--}
        if [ "$name" = settings-from-parameters ]; then name=parameters; fi
        if [ "$name" = root-certificate ]; then name=certificate; fi
        if [ "$name" = settings ]; then parameters='' region=''; fi
        printf -v "$name" %s "$2"
        shift 2
        ;;
    *)
        stop 2 "$1: is no option; --help tells"
        ;;
    esac
done
need_root
[ -n "$tag" ] || stop 2 "--tag TAG is missing; --help tells"
check_tag "$tag"
check_choices
if [ -n "$settings" ]; then
    [ -z "$parameters" ] || stop 2 "--settings and --settings-from-parameters: give one of them"
    [ -r "$settings" ] && [ -f "$settings" ] || stop 2 "--settings $settings: is no file that can be read"
elif [ -z "$parameters" ] && [ ! -f "$directory/settings.env" ]; then
    stop 2 "no settings: give --settings FILE or --settings-from-parameters /NAME --region REGION"
fi
if [ -n "$certificate" ] && [ "$certificate" != given ] && [ ! -r "$certificate" ]; then stop 2 "--root-certificate $certificate: cannot be read"; fi
export HOME=${HOME:-/root}

# Programs and libraries by the Debian package that has them.
need_packages() {
    local one missing=()
    local wanted=(ca-certificates cron curl git libgomp1 logrotate python3 python3-venv tzdata)
    command -v dpkg-query >/dev/null || stop 2 "this is for Debian and Ubuntu, and there is no dpkg here"
    for one in "${wanted[@]}"; do
        if [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$one" 2>/dev/null)" != installed ]; then missing+=("$one"); fi
    done
    if [ ${#missing[@]} = 0 ]; then return; fi
    if [ -z "$packages" ]; then
        say "not installed here, and left alone: ${missing[*]}"
        return
    fi
    say "installing from Debian: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 update
    apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 install -y --no-install-recommends "${missing[@]}" >/dev/null
}

need_user() {
    if ! getent passwd "$user" >/dev/null; then
        useradd --system --user-group --home-dir "/var/lib/$user" --no-create-home --shell /usr/sbin/nologin "$user"
        install -d -o "$user" -g "$user" -m 750 "/var/lib/$user"
        say "made the user $user, who cannot log in"
    fi
    [ "$(id -u "$user")" != 0 ] || stop 2 "--user $user: is root by another name"
    [ -d "$(home)" ] || stop 2 "--user $user: has no home; make it: install -d -o $user -m 750 $(home)"
}

need_packages
need_user
install -d -m 755 "$directory" "$directory/releases"
lock
fetch
find_commit
release=$(folder_of "$tag")
install_release
remember "$directory/.choices" 2>/dev/null
# Whoever sets a host up is at it, and is told what is not right yet.
hand_over --despite-check ${settings:+--settings "$(realpath "$settings")"}
