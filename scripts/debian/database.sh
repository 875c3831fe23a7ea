# make_database ROLE DATABASE: makes both where PostgreSQL runs on this machine and lacks them. The role signs in over the local socket
# by its account's name; no password lies anywhere.
make_database() {
  as_postgres() { (cd / && runuser -u postgres -- "$@"); }
  if ! as_postgres psql -qAtc 'SELECT 1' >/dev/null 2>&1; then
    echo "$1: PostgreSQL does not answer on this machine, so no database was made. Start it and run 'dpkg-reconfigure $1', or name another in /etc/$1/environment." >&2
    return 0
  fi
  [ "$(as_postgres psql -qAtc "SELECT 1 FROM pg_roles WHERE rolname = '$1'")" = 1 ] || as_postgres createuser "$1"
  [ "$(as_postgres psql -qAtc "SELECT 1 FROM pg_database WHERE datname = '$2'")" = 1 ] || as_postgres createdb --owner "$1" "$2"
}
