# Sourced by the verbs in bin/: where things are, the private cluster, small helpers.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR="$ROOT/var"
PY="$ROOT/.venv/bin/python"
mkdir -p "$VAR/stamps"
cd "$ROOT"

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

hash_of() { cat "$@" | sha256sum | cut -c1-32; }
stamped() { [ "$(cat "$VAR/stamps/$1" 2>/dev/null || true)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$VAR/stamps/$1.new"; mv "$VAR/stamps/$1.new" "$VAR/stamps/$1"; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi; }

# The private cluster ------------------------------------------------------------------------
# It belongs to an unprivileged account: the caller, or `postgres` when the caller is root.
# Root keeps it in the project folder if that account can reach it, else under /var/lib.
place_cluster() {
  local key
  key=$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)
  PG_OWNER=$(id -un)
  PG_HOME="$VAR/pg"
  if [ "$(id -u)" = 0 ]; then
    PG_OWNER=postgres
    id postgres >/dev/null 2>&1 && ! as_owner test -x "$VAR" && PG_HOME="/var/lib/chaine-des-parcs/$key"
  fi
  PG_DATA="$PG_HOME/data"
  PG_SOCKET="$PG_HOME/run"
  # A socket's path is limited to 107 bytes.
  if [ "$(printf '%s/.s.PGSQL.5432' "$PG_SOCKET" | wc -c)" -gt 100 ]; then
    if [ "$(id -u)" = 0 ]; then PG_SOCKET="/run/chaine-des-parcs-$key"; else PG_SOCKET="${XDG_RUNTIME_DIR:-/tmp}/chaine-des-parcs-$(id -u)-$key"; fi
  fi
  PG_BIN=$(pg_bin)
}
as_owner() { if [ "$(id -un)" = "$PG_OWNER" ]; then "$@"; else runuser -u "$PG_OWNER" -- "$@"; fi; }
pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | while read -r dir; do [ -x "$dir/postgres" ] && echo "$dir"; done | tail -n 1; }
private_url() { "$PY" -c 'import sys, urllib.parse; print("postgis://chaine@" + urllib.parse.quote(sys.argv[1], safe="") + "/chaine")' "$PG_SOCKET"; }

cluster_running() { as_owner "$PG_BIN/pg_ctl" status -D "$PG_DATA" >/dev/null 2>&1; }
owned_dir() {
  mkdir -p "$1"
  [ "$(stat -c %U "$1")" = "$PG_OWNER" ] || chown "$PG_OWNER" "$1" || die "The folder $1 belongs to somebody else: remove it."
  chmod 700 "$1"
}

make_cluster() {
  if [ ! -d "$PG_DATA" ]; then
    say "Making a private PostgreSQL cluster in $PG_HOME"
    mkdir -p "$(dirname "$PG_HOME")"
    owned_dir "$PG_HOME"
    rm -rf "$PG_HOME/data.new"
    (cd / && as_owner "$PG_BIN/initdb" -D "$PG_HOME/data.new" -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust >/dev/null)
    as_owner mv "$PG_HOME/data.new" "$PG_DATA"
  fi
  local had made
  had=$(cat "$PG_DATA/PG_VERSION")
  made=$("$PG_BIN/postgres" --version | sed 's/.* \([0-9]*\).*/\1/')
  if [ "$had" != "$made" ]; then
    PG_BIN="/usr/lib/postgresql/$had/bin"
    [ -x "$PG_BIN/postgres" ] || die "The data in $PG_DATA needs PostgreSQL $had: install postgresql-$had, or set DATABASE_URL."
  fi
}

start_cluster() {
  owned_dir "$PG_SOCKET"
  cluster_running && return
  # Only those who can enter the folder of the socket can connect: its owner and root.
  as_owner sh -c 'cat >"$1.new" && mv "$1.new" "$1"' sh "$PG_DATA/chaine.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '${PG_SOCKET//\'/\'\'}'
unix_socket_permissions = 0700
max_connections = 80
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
CONF
  as_owner sh -c 'grep -q "^include_if_exists = .chaine.conf" "$1" || printf "%s\n" "include_if_exists = '"'chaine.conf'"'" >>"$1"' sh "$PG_DATA/postgresql.conf"
  drop_stale_pid
  if ! (cd / && as_owner "$PG_BIN/pg_ctl" start -w -t 120 -D "$PG_DATA" -l "$PG_HOME/log" >/dev/null 9>&- </dev/null); then
    tail -n 5 "$PG_HOME/log" >&2
    die "The private PostgreSQL cluster did not start: see $PG_HOME/log"
  fi
}
drop_stale_pid() {
  local pid
  pid=$(head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) || return 0
  case "$(cat "/proc/$pid/comm" 2>/dev/null)" in postgres*) ;; *) rm -f "$PG_DATA/postmaster.pid" ;; esac
}
stop_cluster() { (cd / && as_owner "$PG_BIN/pg_ctl" stop -w -m fast -D "$PG_DATA" >/dev/null 2>&1) || true; }

admin_sql() { (cd / && as_owner "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$PG_SOCKET" -U postgres "$@"); }
make_database() {
  stamped database "$PG_DATA" && return
  for base in template1 postgres; do
    for extension in postgis pgrouting unaccent pg_trgm btree_gist; do
      admin_sql -d "$base" -c "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS $extension CASCADE"
    done
  done
  admin_sql -d postgres -c "DO \$\$ BEGIN CREATE ROLE chaine LOGIN CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
  [ "$(admin_sql -d postgres -At -c "SELECT 1 FROM pg_database WHERE datname = 'chaine'")" = 1 ] ||
    admin_sql -d postgres -c "CREATE DATABASE chaine OWNER chaine"
  stamp database "$PG_DATA"
}

# A verb that needs the database holds a shared lock; the last one to leave stops the cluster.
enter_cluster() {
  [ -n "${DATABASE_URL:-}" ] && return
  place_cluster
  exec 9>"$VAR/cluster.lock"
  flock -s 9
  start_cluster
  make_database
  DATABASE_URL=$(private_url)
  export DATABASE_URL
  PRIVATE_CLUSTER=1
}
leave_cluster() {
  [ -n "${PRIVATE_CLUSTER:-}" ] || return 0
  if flock -n -x 9; then stop_cluster; fi
}
