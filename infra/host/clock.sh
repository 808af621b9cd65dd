# shellcheck shell=bash disable=SC2154,SC2034 # release.sh, which reads this, has the names
# What starts runs by themselves, rotates their log and keeps pages open: sourced by release.sh.

UNITS=/etc/systemd/system
LOG_WEEKS=53

systemd_runs() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

# Cron, since one line in /etc/cron.d is all there is to read and every Debian host has it. A timer of systemd where cron
# cannot say the time zone, or where it was asked for. What was not done is left in `clockless`.
set_clock() {
    local said
    if [ "$timer" = systemd ]; then
        set_timers
        return
    fi
    if [ "$timer" = auto ] && ! command -v cron crond >/dev/null && systemd_runs; then
        set_timers
        return
    fi
    if said=$(schedule_by --system --user "$user"); then
        printf '%s\n' "$said" >&2
        remove_timers "$pipeline"
        wake_cron
    elif [ "$timer" = auto ] && systemd_runs; then
        say "a timer of systemd is taken instead of cron, for the reason above"
        set_timers
    else
        clockless="cron was not told; mend it, or take --timer systemd"
    fi
}

schedule_by() { # options of `runner cron install`
    local when=()
    if [ -n "$schedule" ]; then when+=(--schedule "$schedule"); fi
    if [ -n "$zone" ]; then when+=(--zone "$zone"); fi
    (cd / && as_root "$directory/current/.venv/bin/runner" cron install "$pipeline" --directory "$directory/current" "${when[@]}" "$@")
}

wake_cron() {
    if systemd_runs; then
        systemctl --quiet enable --now cron 9>&- || say "cron could not be started: systemctl status cron"
    elif ! { [ -s /run/crond.pid ] && kill -0 "$(</run/crond.pid)" 2>/dev/null; }; then
        say "the cron daemon does not run here yet: start it (service cron start), or no run is made"
    fi
}

# The units that the runner prints, each below a line with its path.
set_timers() {
    local folder unit made=()
    if ! command -v systemctl >/dev/null; then
        clockless="there is no systemd here: take --timer cron"
        return
    fi
    folder=$(mktemp -d)
    if ! schedule_by --systemd --user "$user" >"$folder/units"; then
        clockless="the runner printed no units"
        return
    fi
    awk -v folder="$folder" '
        /^# \/etc\/systemd\/system\/insiders-[A-Za-z0-9-]+\.(service|timer)$/ { sub(".*/", ""); file = folder "/" $0; next }
        /^# then: / { file = ""; next }
        file != "" { print > file }' "$folder/units"
    rm "$folder/units"
    for unit in "$folder"/*; do
        put "$UNITS/${unit##*/}" 644 <"$unit"
        if [[ $unit == *.timer ]]; then made+=("${unit##*/}"); fi
    done
    rm -r "$folder"
    systemctl --quiet enable "${made[@]}" 9>&-
    if systemd_runs; then
        systemctl daemon-reload 9>&-
        systemctl start "${made[@]}" 9>&-
    else
        say "systemd does not run here: ${made[*]} begin when it does"
    fi
    remove_cron "$pipeline"
}

# Whether a file starts a pipeline from this installation; other entries are their owner's.
starts() { grep -qsF -e "$directory/current/.venv/bin/runner cron " "$1" && grep -qsE -e " cron (run|check) $2( |\$)" "$1"; }

remove_cron() { # a pipeline
    local file
    for file in /etc/cron.d/insiders-*; do
        if ! starts "$file" "$1"; then continue; fi
        rm -f "$file"
        say "removed $file"
    done
}

remove_timers() { # a pipeline
    local file name
    for file in "$UNITS"/insiders-*.timer; do
        name=$(basename "$file" .timer)
        if ! starts "$UNITS/$name.service" "$1"; then continue; fi
        # A timer that is stopped leaves a run that it started alone.
        if systemd_runs; then systemctl --quiet disable --now "$name.timer" 9>&-; else systemctl --quiet disable "$name.timer"; fi
        rm -f "$UNITS/$name.timer" "$UNITS/$name.service"
        say "removed $name.timer"
    done
    if systemd_runs; then systemctl daemon-reload 9>&-; fi
}

# The log is opened anew for each run, so that a file may be moved away; what a run still writes goes to the moved one,
# which is why the newest is not compressed at once.
rotate_logs() {
    put "/etc/logrotate.d/$user" 644 <<END
# Written by infra/host: the log of what ran by itself.
$output/logs/*.jsonl {
    su $user $user
    weekly
    rotate $LOG_WEEKS
    missingok
    notifempty
    nocreate
    compress
    delaycompress
}
END
    command -v logrotate >/dev/null || say "logrotate is not installed here: the log grows (some 100 KB a run)"
}

# The pages for the business and the history, on this host's own address, where that was asked for or parameters came.
serve() {
    local name wanted=$services made=()
    if [ -z "$wanted" ]; then if [ -n "$parameters" ]; then wanted=yes; else wanted=no; fi; fi
    for name in insiders-dashboard insiders-history; do
        if [ "$wanted" = no ]; then
            if [ -f "$UNITS/$name.service" ]; then
                if systemd_runs; then systemctl --quiet disable --now "$name.service" 9>&-; fi
                rm -f "$UNITS/$name.service"
                say "removed $name.service"
            fi
        elif [ -d "$UNITS" ]; then
            sed "s|@DIRECTORY@|$directory|g; s|@USER@|$user|g; s|@OUTPUT@|$output|g" "$release/infra/host/$name.service" | put "$UNITS/$name.service" 644
            made+=("$name.service")
        fi
    done
    if [ "$wanted" = no ]; then return; fi
    if [ ! -f "$directory/reader.env" ]; then
        say "the dashboard reads with the runner's own login: put another's INSIDERS_DATABASE_URL into $directory/reader.env"
        grep -E '^INSIDERS_DATABASE_URL=' "$directory/settings.env" | put "$directory/reader.env" 600 || true
    fi
    if systemd_runs; then
        systemctl daemon-reload 9>&-
        systemctl --quiet enable "${made[@]}" 9>&-
        systemctl restart "${made[@]}" 9>&- || say "a page could not be started: systemctl status ${made[*]}"
    else
        say "systemd does not run here, and so no dashboard and no history: make dashboard, make serve"
    fi
}
