#!/usr/bin/env bash
# Makes what compose.yaml wants beside it and is not there yet: the database's password, and viewer.env to fill in.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
mkdir -p secrets certificates
if [ ! -e secrets/database ]; then
  # Hex: pgpass gives colons and backslashes a meaning of their own.
  openssl rand -hex 32 | tr -d '\n' > secrets/database
  printf 'database:5432:rig_viewer:rig_viewer:%s\n' "$(cat secrets/database)" > secrets/pgpass
  # Read by the containers' own users.
  chmod 644 secrets/database secrets/pgpass
fi
[ -e viewer.env ] || cp viewer.env.example viewer.env
for file in fullchain privkey; do
  [ -e "certificates/$file.pem" ] || echo "secrets.sh: put the certificate's $file.pem into $(pwd)/certificates" >&2
done
