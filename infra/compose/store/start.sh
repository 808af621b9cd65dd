#!/bin/sh
# Starts SeaweedFS as one process: an S3 endpoint for the others, and its own parts, which ask nobody for a password,
# for this container only. Reports nothing to anybody.
set -eu
umask 077
run=${RUN_FOLDER:-/run/store}
mkdir -p "$run"
printf %s "$S3_IDENTITIES" | base64 -d >"$run/identities.json"
unset S3_IDENTITIES
exec weed -logtostderr=true server -dir="${DATA_FOLDER:-/srv/store}" \
    -ip=127.0.0.1 -ip.bind=127.0.0.1 -filer -volume.max=0 -master.volumeSizeLimitMB=1024 -master.telemetry=false \
    -s3 -s3.ip.bind="${S3_ADDRESS:-0.0.0.0}" -s3.port=8333 -s3.config="$run/identities.json" \
    -s3.autoCreateBucket=false -s3.port.iceberg=0 -s3.port.lance=0 "$@"
