#!/usr/bin/env bash
# Brings the runs' log and the disk's level to CloudWatch: cloudwatch.sh REGION CONFIGURATION
# Amazon's agent is in no Debian archive: it comes from Amazon's bucket, and is installed only if Amazon has signed it.
# Where it cannot be had this says so; runs do without, and their log stays in OUTPUT/logs.
set -euo pipefail

region=$1 configuration=$2
agent=/opt/aws/amazon-cloudwatch-agent
signer=937616F3450B7D806CBD9725D58167303B789C72 # as its documentation prints it
say() { printf 'insiders: %s\n' "$*" >&2; }
without() {
    say "CloudWatch hears nothing from this host: $*; the next update tries again"
    exit 1
}

get() { curl --proto '=https' --tlsv1.2 --fail --silent --show-error --retry 3 --max-time 300 --output "$2" "$1"; }

install_agent() {
    local system machine place
    system=$(. /etc/os-release && echo "$ID")
    machine=$(dpkg --print-architecture)
    place=https://amazoncloudwatch-agent-$region.s3.$region.amazonaws.com/$system/$machine/latest/amazon-cloudwatch-agent.deb
    get "$place" "$folder/agent.deb" || without "$place cannot be had"
    get "$place.sig" "$folder/agent.sig" || without "$place.sig cannot be had"
    get https://amazoncloudwatch-agent.s3.amazonaws.com/assets/amazon-cloudwatch-agent.gpg "$folder/key" || without "its signer's key cannot be had"
    command -v gpg >/dev/null || apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends gpg >/dev/null || without "gpg could not be installed"
    mkdir -m 700 "$folder/gpg"
    gpg --homedir "$folder/gpg" --batch --quiet --import "$folder/key" 2>/dev/null || without "its signer's key cannot be read"
    gpg --homedir "$folder/gpg" --batch --quiet --status-fd 1 --verify "$folder/agent.sig" "$folder/agent.deb" 2>/dev/null |
        grep "^\[GNUPG:\] VALIDSIG $signer " >/dev/null || without "the package is not signed by Amazon's key $signer, and was not installed"
    dpkg --install "$folder/agent.deb" >/dev/null || without "the package could not be installed"
    say "installed the CloudWatch agent"
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -x "$agent/bin/amazon-cloudwatch-agent-ctl" ] || install_agent
kept=$agent/etc/insiders.json
if cmp -s "$configuration" "$kept" && systemctl --quiet is-active amazon-cloudwatch-agent; then exit 0; fi
install -m 644 "$configuration" "$kept"
[ -d /run/systemd/system ] || without "systemd does not run here"
"$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$kept" >/dev/null || without "the agent refused $kept"
say "the CloudWatch agent sends the log and the disk's level"
