#!/usr/bin/env bash
# Installs the locked packages and this project into .venv: uv where it can be had, pip where it cannot.
# Knobs: PYTHON (interpreter), INSTALLER (uv, or pip to do without), TORCH_BACKEND (cpu; or auto, cu130, … as uv names them),
#        UV_FIND_LINKS or PIP_FIND_LINKS (folders or pages with wheels of your own, asked first for torch).
set -euo pipefail
cd "$(dirname "$0")/../.."

TORCH_VERSION=2.13.0 # apart from the lock: its build differs by machine, and no index offers all of them
backend=${TORCH_BACKEND:-cpu}
installer=${INSTALLER:-uv}
links=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}
links=${links//,/ }

say() { printf '%s\n' "$*" >&2; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null && fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    say "install: no Python 3.11, 3.12 or 3.13 found (looked at: ${PYTHON:-python3 python3.13 python3.12 python3.11});"
    say "         install one, for example 'apt-get install python3 python3-venv', or name it: PYTHON=/path/to/python make …"
    return 1
}

# Debian splits venv from Python: without python3-venv there is neither pip nor ensurepip to begin with.
make_venv() {
    local python=$1
    if [ "$installer" = uv ] && command -v uv >/dev/null; then
        uv venv --quiet --clear --python "$python" .venv
        return
    fi
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "install: this Python has no ensurepip; installing python3-venv from Debian"
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        else
            say "install: this Python has neither uv nor ensurepip; run 'sudo apt-get install python3-venv' and repeat"
            return 1
        fi
    fi
    "$python" -m venv --clear .venv
    if [ "$installer" != uv ]; then return; fi
    # uv itself comes from the lock, by its digest; where it has no build, pip does the work (slower, same result).
    awk '/^[^ ]/ {own = /^uv==/} own' requirements.lock >.venv/uv.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock ||
        say "install: uv is not to be had here, going on with pip"
}

# LightGBM's wheel leans on the system's OpenMP library, which a slim Debian leaves out; macOS finds it elsewhere.
need_openmp() {
    if [ "$(uname -s)" != Linux ] || .venv/bin/python -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "install: this system has no libgomp.so.1, which LightGBM needs; installing libgomp1 from Debian"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libgomp1 >/dev/null
    else
        say "install: this system has no libgomp.so.1, which LightGBM needs; run 'sudo apt-get install libgomp1' and repeat"
        return 1
    fi
}

install() { # arguments as for pip
    if [ -n "$uv" ]; then
        VIRTUAL_ENV=$PWD/.venv "$uv" pip install --quiet "$@"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
    fi
}

install_torch() {
    local where=() link
    for link in $links; do where+=(--find-links "$link"); done
    if [ ${#where[@]} -gt 0 ] && install --no-deps --no-index "${where[@]}" "torch==$TORCH_VERSION" 2>/dev/null; then return; fi
    case "$(uname -s)-$(uname -m)" in
    Darwin-*) install --no-deps "torch==$TORCH_VERSION" && return ;; # the one build for macOS needs no CUDA
    *) [ -n "$uv" ] && install --no-deps --torch-backend "$backend" "torch==$TORCH_VERSION" && return ;;
    esac
    say "install: no '$backend' build of torch $TORCH_VERSION for this Python and machine could be had."
    say "         Name a place that has one: UV_FIND_LINKS=FOLDER_OR_PAGE make …   (never the plain package: gigabytes of CUDA)"
    return 1
}

# The system's certificates, where Debian keeps them: a company's own authority stands there and in no wheel.
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -f "$bundle" ]; then export PIP_CERT=${PIP_CERT:-$bundle} SSL_CERT_FILE=${SSL_CERT_FILE:-$bundle}; fi
# uv reads neither pip's configuration nor its variables.
if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX=$PIP_INDEX_URL; fi

python=$(find_python)
say "install: packages of requirements.lock into .venv ($("$python" --version))"
rm -f .venv/installed
make_venv "$python"
need_openmp
uv=""
if [ "$installer" = uv ]; then
    uv=$(command -v uv || true)
    if [ -x .venv/bin/uv ]; then uv=.venv/bin/uv; fi
    if [ -n "$uv" ] && ! "$uv" --version >/dev/null 2>&1; then uv=""; fi
fi
install --require-hashes -r requirements.lock
install_torch
install --no-deps --no-build-isolation --editable .
touch .venv/installed
say "install: done in ${SECONDS} s"
