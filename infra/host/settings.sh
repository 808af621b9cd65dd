# shellcheck shell=bash disable=SC2154 # release.sh, which reads this, has the names
# The settings of a host: prepared beside those that hold, asked of the release that is moved to, and whose certificates
# the database may show. Sourced by release.sh.

# The settings that are to be, in a folder beside those that are: from Parameter Store, or from a file. Where runs go
# must lie outside of all releases.
prepare_settings() { # a file, or nothing
    candidate=$directory/.candidate
    trap 'rm -rf "$candidate"' EXIT
    rm -rf "$candidate"
    install -d -m 750 -g "$user" "$candidate"
    if [ -f "$directory/reader.env" ]; then cp -p "$directory/reader.env" "$candidate/reader.env"; fi
    if [ -n "$parameters" ] && [ -z "$1" ]; then
        (umask 077 && cd / && "$release/.venv/bin/python" "$release/infra/host/settings_from_aws.py" "$parameters" \
            --region "$region" --to "$candidate" --root-certificate "$directory/database-ca.pem") ||
            stop 3 "the settings below $parameters could not be had; what stands here goes on as it was"
        take pipeline pipeline
        take schedule schedule
        take zone time-zone
        check_choices
    else
        (umask 077 && cat "${1:-$directory/settings.env}" >"$candidate/.env") || stop 2 "${1:-$directory/settings.env} cannot be read"
    fi
    if ! grep -Eq '^[[:space:]]*(export[[:space:]]+)?INSIDERS_OUTPUT[[:space:]]*=' "$candidate/.env"; then
        printf '\nINSIDERS_OUTPUT=%s/output\n' "$(home)" >>"$candidate/.env"
    fi
    chgrp "$user" "$candidate/.env"
    chmod 640 "$candidate/.env"
    output=$(ask destination) || stop 2 "the settings are wrong; what stands here goes on as it was"
    [[ $output =~ ^(/[A-Za-z0-9._-]+)+$ ]] || stop 2 "INSIDERS_OUTPUT=$output: give a path of letters, digits, . _ and -"
    case "$output/" in
    "$directory"/*) stop 2 "INSIDERS_OUTPUT leads into $directory, where releases come and go: give a path from / outside of it" ;;
    esac
    if [ -d "$output" ]; then return; fi
    # As the user: what lies on the way may be the user's own, and lead anywhere. Root helps only before there are runs.
    if ! as_user mkdir -p -m 750 "$output" 2>/dev/null && [ -z "$(current)" ]; then
        [ -d "$(dirname "$output")" ] || install -d "$(dirname "$output")"
        install -d -o "$user" -g "$user" -m 750 "$output"
    fi
    if [ -d "$output" ]; then say "made $output"; fi
}

# A value that the parameters give, over the one that was chosen. take CHOICE FILE
take() {
    if [ -s "$candidate/$2" ]; then printf -v "$1" %s "$(<"$candidate/$2")"; fi
}

# The release's own word on the new settings, and on itself with them.
ask() { (cd "$release" && as_user .venv/bin/python "infra/host/$1.py" "$candidate" "${@:2}"); }

# The authorities of the database. Where they cannot be had, connections are refused, and never made without them.
place_certificate() {
    local target=$directory/database-ca.pem new=$candidate/database-ca.pem source=$certificate
    local bundle=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
    if [ "$certificate" = given ]; then
        return 0 # once, by --root-certificate, and that stays
    elif [ -n "$certificate" ]; then
        cat "$certificate" >"$new" || true
    elif grep -q 'sslrootcert=' "$candidate/.env" && [ -n "$parameters" ]; then
        source=$bundle
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --retry 3 --max-time 60 --output "$new" "$bundle" || true
    else
        return 0
    fi
    if "$release/.venv/bin/python" -c 'import ssl, sys; c = ssl.create_default_context(cafile=sys.argv[1]); sys.exit(not c.cert_store_stats()["x509_ca"])' "$new" 2>/dev/null; then
        put "$target" 644 <"$new"
        if [ "$source" = "$certificate" ]; then certificate=given; fi
    elif [ -f "$target" ]; then
        say "$source gave no certificates; those in $target stay"
    else
        say "$source gave no certificates: until $target is there, no connection to the database is made. Put the file there, or name one: --root-certificate FILE"
    fi
}
