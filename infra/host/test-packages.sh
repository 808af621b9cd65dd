#!/usr/bin/env bash
# Installs what the tests need from Debian or Ubuntu: a PostgreSQL server. Nothing happens where it is there already.
set -euo pipefail

if compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null; then
    echo "test-packages: PostgreSQL is here"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "test-packages: run me as root: sudo $0" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests start servers of their own: keep Debian from starting one for good.
apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/insiders-tests.conf
apt-get install -y -qq --no-install-recommends postgresql >/dev/null
echo "test-packages: installed $(ls -d /usr/lib/postgresql/*/bin)"
