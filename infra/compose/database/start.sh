#!/bin/sh
# Starts PostgreSQL with the certificate that its environment holds: a mounted key would belong to somebody else than
# the server's user, and PostgreSQL refuses that. Runs as the container's root; the image's own script goes on from here.
set -eu
umask 077
tls=${TLS_FOLDER:-/run/tls}
mkdir -p "$tls"
printf %s "$TLS_CERTIFICATE" | base64 -d >"$tls/server.crt"
printf %s "$TLS_KEY" | base64 -d >"$tls/server.key"
chown -R postgres "$tls"
unset TLS_CERTIFICATE TLS_KEY
exec docker-entrypoint.sh postgres \
    -c ssl=on -c "ssl_cert_file=$tls/server.crt" -c "ssl_key_file=$tls/server.key" -c ssl_min_protocol_version=TLSv1.3 \
    -c "hba_file=${ACCESS_FILE:-/insiders/access.conf}" -c password_encryption=scram-sha-256 "$@"
