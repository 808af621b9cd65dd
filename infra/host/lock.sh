#!/usr/bin/env bash
# Renews requirements.lock from pyproject.toml: exact, hashed, for every Python and system we support; torch stays apart.
# Constraints of your own: infra/host/lock.sh -c FILE
set -euo pipefail
cd "$(dirname "$0")/../.."
unset UV_FIND_LINKS # the lock must not depend on what one machine has at hand
.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --group dev --output-file requirements.lock "$@" pyproject.toml
