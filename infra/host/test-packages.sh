#!/usr/bin/env bash
# Installs what the tests need from Debian or Ubuntu: a PostgreSQL server, a Chromium, cron and logrotate. What is
# there already stays.
set -euo pipefail

wanted=()
if compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null; then
    echo "test-packages: PostgreSQL is here"
else
    wanted+=(postgresql)
fi
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
    echo "test-packages: Chromium is here"
else
    wanted+=(chromium)
fi
for program in cron logrotate; do
    if [ -x "/usr/sbin/$program" ]; then
        echo "test-packages: $program is here"
    else
        wanted+=("$program")
    fi
done
if [ ${#wanted[@]} = 0 ]; then exit 0; fi
if [ "$(id -u)" != 0 ]; then
    echo "test-packages: run me as root: sudo $0" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
for package in "${wanted[@]}"; do
    if [ "$package" = postgresql ]; then
        # The tests start servers of their own: keep Debian from starting one for good.
        apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/insiders-tests.conf
    fi
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    echo "test-packages: installed $package"
done
