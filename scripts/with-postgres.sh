#!/usr/bin/env bash
# with-postgres.sh COMMAND...
# Runs COMMAND with a private, empty PostgreSQL: its address is in SLUICE_TEST_POSTGRES.
# The server listens on a free port of 127.0.0.1, keeps its data in a temporary directory
# and goes away with this script, also when this script is interrupted or killed.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: with-postgres.sh COMMAND..." >&2; exit 2; }

bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1 || true)
[ -n "$bin" ] || bin=$(compgen -G '/usr/pgsql-*/bin/initdb' | sort -V | tail -1 || true)
[ -n "$bin" ] || bin=$(command -v initdb || true)
[ -n "$bin" ] || { echo "with-postgres: no initdb found. Run: scripts/setup.sh test" >&2; exit 1; }
bin=${bin%/initdb}

dir=$(mktemp -d -t sluice-postgres.XXXXXX)
server= command=

# PostgreSQL refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown "$user" "$dir"
    as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
fi

stop() {
    trap - EXIT INT TERM HUP
    if [ -n "$command" ]; then kill -TERM -- "-$command" 2>/dev/null || true; fi
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true # "fast" shutdown
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM HUP

cd / # the unprivileged user may not enter the directory we were called in
"${as_user[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
cd "$OLDPWD"

# A port may be taken between our look and the start: then the next one is tried. Below the
# range that the kernel gives to outgoing connections.
for attempt in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + RANDOM) % 10000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    # Tests kill the Sluice server, never PostgreSQL: its own durability is only time lost here.
    # The death signal ends it even when this script is killed with SIGKILL.
    (
        cd /
        exec setpriv --pdeathsig INT "${as_user[@]:1}" "$bin/postgres" -D "$dir/data" -p "$port" \
            -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$dir" -c max_connections=300 \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB \
            -c log_destination=stderr
    ) >"$dir/server.log" 2>&1 </dev/null &
    server=$!
    for _ in $(seq 300); do
        if "$bin/pg_isready" -q -h "$dir" -p "$port"; then break 2; fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
done
if [ -z "$server" ]; then
    echo "with-postgres: PostgreSQL did not start after $attempt attempts:" >&2
    cat "$dir/server.log" >&2 2>/dev/null || true
    exit 1
fi

export SLUICE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"

# In its own process group, so that an interrupt here reaches all of it.
set -m
"$@" </dev/null &
command=$!
set +m
status=0
wait "$command" || status=$?
command=
exit "$status"
