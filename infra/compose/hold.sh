#!/bin/sh
# Waits until no scheduled run is under way, and lets none begin for ten minutes: time to stop or replace the container.
#   docker compose -f infra/compose/compose.yml exec runner infra/compose/hold.sh
set -eu
signs=${CLOCK_SIGNS:-/tmp/clock}
if [ ! -f "$signs/beat" ]; then
    echo "hold: no clock goes here ($signs/beat is missing)" >&2
    exit 1
fi
told=""
began=$(date +%s)
while :; do
    touch "$signs/hold"
    # A beat that is younger than our sign counts what the clock has begun before it saw the sign.
    if [ "$(stat -c %Y "$signs/beat")" -gt "$began" ]; then
        [ "$(cat "$signs/beat")" = 0 ] && break
        [ -n "$told" ] || echo "hold: a run is under way; waiting for its end" >&2
        told=yes
    fi
    sleep 1
done
echo "hold: nothing is under way, and nothing begins before $(date -d '+10 minutes' '+%H:%M %Z')" >&2
