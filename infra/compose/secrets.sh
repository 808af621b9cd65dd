#!/usr/bin/env bash
# Makes the passwords and keys of the installation, once, in infra/compose/private, which git ignores: one file per
# service, so that each is given its own and no other. What is there stays; `secrets.sh --show` names what is there.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
folder=${PRIVATE:-private}
days=3650 # of the database's certificate; nobody is left who could renew it by themselves

say() { printf 'secrets: %s\n' "$*" >&2; }
random() { openssl rand -hex "$1"; }
packed() { base64 | tr -d '\n'; }

if ! command -v openssl >/dev/null; then
    say "openssl is missing; on Debian and Ubuntu: sudo apt-get install openssl"
    exit 1
fi
if [ "${1:-}" = --show ]; then
    ls -l "$folder"
    exit 0
fi
if [ -f "$folder/complete" ]; then
    say "$(realpath "$folder") is there already and stays as it is"
    exit 0
fi
if [ -d "$folder" ]; then
    say "$(realpath "$folder") is there, and not complete: look at it, and remove it if nothing runs on it yet"
    exit 1
fi

aside=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$aside"' EXIT

# The database's certificate, from an authority whose key is forgotten with this script.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -subj "/CN=Insiders compose" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign \
    -keyout "$aside/authority.key" -out "$aside/authority.crt" 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=database" \
    -keyout "$aside/database.key" -out "$aside/database.csr" 2>/dev/null
printf 'subjectAltName=DNS:database\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' >"$aside/database.ext"
openssl x509 -req -in "$aside/database.csr" -CA "$aside/authority.crt" -CAkey "$aside/authority.key" -days $days \
    -extfile "$aside/database.ext" -out "$aside/database.crt" 2>/dev/null

owner=$(random 24) writer=$(random 24) reader=$(random 24)
keeper_name=$(random 10) keeper=$(random 24) runner_name=$(random 10) runner=$(random 24)
address=database:5432/insiders'?sslmode=verify-full&sslrootcert=/etc/insiders/authority.crt'

cat >"$aside/database.env" <<EOF
POSTGRES_PASSWORD=$(random 24)
OWNER_PASSWORD=$owner
WRITER_PASSWORD=$writer
READER_PASSWORD=$reader
TLS_CERTIFICATE=$(packed <"$aside/database.crt")
TLS_KEY=$(packed <"$aside/database.key")
EOF
# The keeper makes the bucket; the runner reads and writes in it, and ends no lock.
identities=$(
    cat <<EOF
{"identities": [
 {"name": "keeper", "credentials": [{"accessKey": "$keeper_name", "secretKey": "$keeper"}], "actions": ["Admin"]},
 {"name": "runner", "credentials": [{"accessKey": "$runner_name", "secretKey": "$runner"}],
  "actions": ["Read:insiders", "List:insiders", "Write:insiders", "GetObjectLockConfiguration:insiders",
              "PutObjectRetention:insiders", "GetObjectRetention:insiders"]}]}
EOF
)
cat >"$aside/store.env" <<EOF
S3_IDENTITIES=$(packed <<<"$identities")
WEED_S3_SSE_KEK=$(random 32)
EOF
cat >"$aside/setup.env" <<EOF
INSIDERS_DATABASE_URL=postgresql://insiders_owner:$owner@$address
AWS_ACCESS_KEY_ID=$keeper_name
AWS_SECRET_ACCESS_KEY=$keeper
EOF
cat >"$aside/runner.env" <<EOF
INSIDERS_DATABASE_URL=postgresql://insiders_writer:$writer@$address
AWS_ACCESS_KEY_ID=$runner_name
AWS_SECRET_ACCESS_KEY=$runner
INSIDERS_LEDGER_KEY=$(random 32)
EOF
cat >"$aside/dashboard.env" <<EOF
INSIDERS_DATABASE_URL=postgresql://insiders_reader:$reader@$address
EOF
cat >"$aside/settings.env" <<'EOF'
# The runner's other settings, as .env.example lists them; `docker compose … up -d` gives them to it.
#INSIDERS_SOURCE=/var/lib/insiders/data/sales.csv
#INSIDERS_REVIEWER="Ada Example <ada@example.com>"
#INSIDERS_NOTICE_EMAIL=ops@example.com
#INSIDERS_NOTICE_SMTP=smtp://insiders:PASSWORD@mail.example.com:587
EOF
rm "$aside"/authority.key "$aside"/database.{key,csr,ext,crt}
chmod 644 "$aside/authority.crt" # every service checks the database by it
touch "$aside/complete"
mv "$aside" "$folder"
trap - EXIT
say "made $(realpath "$folder"); keep a copy of it where the back-ups are: without it the archive cannot be read"
