#!/usr/bin/env bash
# Shows that the image and docker-compose.yml do what they promise, on this machine and without Spotify:
#
#   scripts/check_containers.sh
#
# Logs in to a fake Spotify from inside a container, ingests, runs the scheduler, looks at its rights and its memory, stops it,
# starts it again. Prints a line a check, and exits 1 at the first that fails. What it leaves behind are the packages it had to
# install and the cached archive of the base image.
#
# It needs no registry of images: the base is made with debootstrap and the binary is the one that cargo built here, put where the
# Dockerfile's arguments allow it. So the builder stage is the one thing that is not shown.
#
# As root on Debian it installs what is missing; with an engine and Compose 2.24 that answer, it uses those and needs no root
# but for debootstrap. From the environment:
#   MOODLAKE_BINARY        the program to put into the image (default: the newest build); with Kafka in it, one that was built with
#                          OPENSSL_STATIC=1 as in the Dockerfile, since the base image has no OpenSSL
#   FAKE_SPOTIFY_COMMAND   what serves the fake Spotify at MOODLAKE_FAKE_SPOTIFY (default: the project's own)
#   MOODLAKE_FAKE_SPOTIFY  its address and port (default: 127.0.0.1:18080)
#   LOGIN_PORT             where the login listens (default: 18888)
#   RUNTIME_IMAGE          a base image that the engine has, with cat, stat and touch, instead of a bootstrapped one
#   DEBIAN_RELEASE         the release to bootstrap (default: trixie, the one in the Dockerfile)
set -euo pipefail
# Before the folder changes, since a relative path is relative to where the person is.
[[ -z ${MOODLAKE_BINARY:-} ]] || MOODLAKE_BINARY=$(realpath -- "$MOODLAKE_BINARY")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source=$PWD
binary=${MOODLAKE_BINARY:-${CARGO_TARGET_DIR:-target}/release/moodlake}
fake=${MOODLAKE_FAKE_SPOTIFY:-127.0.0.1:18080}
fake_command=${FAKE_SPOTIFY_COMMAND:-cargo test --release --locked --test it -- --ignored --exact fake_spotify::serve --nocapture}
login_port=${LOGIN_PORT:-18888}
release=${DEBIAN_RELEASE:-trixie}
mirror=http://deb.debian.org/debian
cache=${XDG_CACHE_HOME:-$HOME/.cache}/moodlake/containers

# A name of its own for everything, so that a person's containers and lake are not touched.
project=moodlake-check
image=moodlake-check
base=${RUNTIME_IMAGE:-$project-base:$release}
stand_in=$project-binary
# The person's own settings must not steer the check; what it needs stands in its own .env.
unset MOODLAKE_VOLUME MOODLAKE_USER MOODLAKE_MEMORY

work=$(mktemp -d)
engine=
fake_pid=

step() { printf '\n== %s\n' "$*"; }
ok() { printf 'ok      %s\n' "$*"; }
figure() { printf 'figure  %s: %s\n' "$1" "$2"; }
fail() { printf 'FAILED  %s\n' "$*" >&2; exit 1; }

compose() {
    docker compose --project-name "$project" --project-directory "$work/project" \
        --file "$source/docker-compose.yml" --file "$work/override.yml" --progress quiet "$@"
}
# A command of moodlake in a container of its own, as a person would run it.
moodlake() { compose run --rm --no-TTY spotify-pipeline "$@" </dev/null; }
# One value from the lake.
ask() { moodlake --quiet query --format csv "$1" | tail -n 1; }
# In the scheduler's container.
inside() { compose exec --no-TTY "$@" </dev/null; }
scheduler() { compose ps --all --quiet spotify-scheduler; }
state() { docker inspect --format "{{.State.$1}}" "$(scheduler)"; }

# wait_until SECONDS WHAT COMMAND…
wait_until() {
    local what=$2 end=$((SECONDS + $1)) seconds=$1
    shift 2
    until "$@"; do
        ((SECONDS < end)) || fail "$what: not within $seconds seconds"
        sleep 1
    done
}

clean_up() {
    local code=$?
    # What goes wrong from here on must not hide why it came here, nor keep the rest from being removed.
    set +e
    if ((code != 0)); then
        echo "-- the last words of everybody" >&2
        for log in "$work"/*.log; do
            # The engine talks a lot, and matters only when it does not answer.
            [[ $log == */dockerd.log ]] && docker info >/dev/null 2>&1 && continue
            [[ -s $log ]] && echo "-- ${log##*/}" >&2 && tail -n 15 "$log" >&2
        done
        [[ -e $work/override.yml ]] && compose logs --no-color --tail 30 >&2 2>/dev/null
    fi
    if [[ -e $work/override.yml ]]; then
        compose --profile commands down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1
        docker image rm --force "$image" "$stand_in" >/dev/null 2>&1
        [[ -z ${RUNTIME_IMAGE:-} ]] && docker image rm --force "$base" >/dev/null 2>&1
    fi
    # The fake may be cargo with a child: the whole group goes.
    [[ -n $fake_pid ]] && kill -- "-$fake_pid" 2>/dev/null
    if [[ -n $engine ]]; then
        kill "$engine" 2>/dev/null
        wait "$engine" 2>/dev/null
        # The engine leaves a mount of a network namespace behind.
        awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount
    fi
    rm -rf "$work"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# install_missing COMMAND PACKAGE: the package, unless there is such a command. RUNLEVEL keeps it from starting a service.
install_missing() {
    command -v "$1" >/dev/null && return
    ((EUID == 0)) || fail "$1 is missing; install it, or run this as root on Debian"
    echo "installing $2"
    if [[ ! -e $work/updated ]]; then
        apt-get update -qq >"$work/apt.log" 2>&1 || fail "apt-get update"
        touch "$work/updated"
    fi
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >>"$work/apt.log" 2>&1 ||
        fail "apt-get install $2"
}

# Where no engine answers, one that lives in the temporary folder. Bridge and packet filter need rights and kernel modules that a
# container or a small machine may not have; containers share the machine's network instead. vfs works on any file system.
start_engine() {
    if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
        echo "the engine that answers is used"
        return
    fi
    ((EUID == 0)) || fail "no engine answers; start one, or run this as root"
    install_missing dockerd docker.io
    # Since Debian 13 the client is a package of its own.
    install_missing docker docker-cli
    export DOCKER_HOST=unix://$work/docker.sock
    dockerd --host "$DOCKER_HOST" --data-root "$work/engine" --exec-root "$work/run" --pidfile "$work/dockerd.pid" \
        --storage-driver vfs --bridge none --iptables=false --ip-forward=false --userland-proxy=false \
        >"$work/dockerd.log" 2>&1 &
    engine=$!
    engine_answers() { kill -0 "$engine" 2>/dev/null || fail "dockerd ended"; docker info >/dev/null 2>&1; }
    wait_until 60 "dockerd answers" engine_answers
}

has_compose() {
    local version
    version=$(docker compose version --short 2>/dev/null) &&
        [[ $(printf '%s\n' 2.24 "${version#v}" | sort -V | head -n 1) == 2.24 ]]
}

# Debian 12 has no Compose 2. The one of Debian 13 runs there too; it is unpacked into the temporary folder instead of mixing two
# releases on the machine. apt checks its signature.
fetch_compose() {
    has_compose && return
    command -v apt-get >/dev/null || fail "Docker Compose 2.24 or newer is missing"
    echo "fetching Docker Compose"
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/client/cli-plugins"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/apt/sources.list"
    local options=(-qq -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >"$work/compose.log" 2>&1 || fail "apt-get update for Docker Compose"
    (cd "$work/apt" && apt-get "${options[@]}" download docker-compose >>"$work/compose.log" 2>&1) ||
        fail "apt-get download docker-compose"
    dpkg-deb --extract "$work"/apt/docker-compose_*.deb "$work/apt/unpacked"
    mv "$work/apt/unpacked/usr/libexec/docker/cli-plugins/docker-compose" "$work/client/cli-plugins/"
    rm -rf "$work/apt"
    export DOCKER_CONFIG=$work/client
    has_compose || fail "Docker Compose of Debian 13 does not run here"
}

# A stand-in for debian:trixie-slim: the same packages, less what the slim image leaves out as well.
make_base() {
    docker image inspect "$base" >/dev/null 2>&1 && return
    # A name that somebody gave must not end up on something else.
    [[ -z ${RUNTIME_IMAGE:-} ]] || fail "the engine has no image $base"
    local archive=$cache/debian-$release.tar
    if [[ ! -e $archive ]]; then
        install_missing debootstrap debootstrap
        ((EUID == 0)) || fail "debootstrap needs root; or name a RUNTIME_IMAGE"
        mkdir -p "$cache"
        debootstrap --variant=minbase "$release" "$work/base" "$mirror" >"$work/debootstrap.log" 2>&1 || fail "debootstrap $release"
        tar --directory "$work/base" --create --file "$archive.part" --one-file-system \
            --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' --exclude='./usr/share/doc/*' \
            --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/info/*' \
            --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' .
        mv "$archive.part" "$archive"
        rm -rf "$work/base"
    fi
    docker import "$archive" "$base" >/dev/null
}

# A stand-in for the builder stage: the same three things at the same places.
make_binary() {
    local root=$work/binary
    mkdir -p "$root/out/lake" "$root/etc/ssl/certs"
    cp "$binary" "$root/out/moodlake"
    # As the builder does, so that the size of the image is the real one.
    if command -v strip >/dev/null; then strip "$root/out/moodlake"; fi
    # Only HTTP is spoken here; a machine without the list of authorities will do.
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || touch "$root/etc/ssl/certs/ca-certificates.crt"
    tar --directory "$root" --create . | docker import - "$stand_in" >/dev/null
    rm -rf "$root"
}

# What differs from a person's use: the stand-ins, the machine's network (the fake listens there, and there may be no bridge),
# and times that let something happen within seconds.
write_settings() {
    mkdir -p "$work/project"
    cat >"$work/override.yml" <<YAML
services:
  spotify-pipeline: &shared
    image: $image
    network_mode: host
    build: &build
      context: $source
      network: none
      args:
        RUNTIME_IMAGE: $base
        BINARY_FROM: $stand_in
  spotify-scheduler:
    image: $image
    network_mode: host
    build: *build
    command: [schedule, --every, 30s, --poll, 10s]
    healthcheck:
      interval: 2s
YAML
    # The fake knows one app, the-app. The paths are of the machine, as a person's .env may have them: docker-compose.yml has to win.
    cat >"$work/project/.env" <<ENV
SPOTIFY_CLIENT_ID=the-app
SPOTIFY_CLIENT_SECRET=
SPOTIFY_REDIRECT_URI=http://127.0.0.1:$login_port/callback
SPOTIFY_API_BASE_URL=http://$fake/v1/
SPOTIFY_AUTH_BASE_URL=http://$fake/
MOODLAKE_TIMEZONE=Europe/Madrid
MOODLAKE_LAKE=./data
MOODLAKE_TOKEN_PATH=./data/tokens.json
ENV
}

start_fake() {
    # Otherwise a stranger, or the fake of another run, would be taken for it.
    if curl --silent --output /dev/null --max-time 5 "http://$fake/"; then fail "something answers at $fake already"; fi
    # In a group of its own, so that it can be ended with its children.
    MOODLAKE_FAKE_SPOTIFY=$fake setsid bash -c "$fake_command" >"$work/fake_spotify.log" 2>&1 </dev/null &
    fake_pid=$!
    fake_answers() {
        kill -0 "$fake_pid" 2>/dev/null || fail "the fake Spotify ended"
        curl --silent --fail --output /dev/null "http://$fake/healthz"
    }
    # It may have to be compiled first.
    wait_until 3600 "the fake Spotify answers" fake_answers
}

log_in() {
    moodlake auth login --no-browser --listen "0.0.0.0:$login_port" >"$work/login.log" 2>&1 &
    local login=$! url
    address_is_printed() {
        grep --only-matching --max-count 1 "http://$fake/authorize[^[:space:]]*" "$work/login.log" >"$work/address" ||
            { kill -0 "$login" 2>/dev/null || fail "auth login ended without an address"; return 1; }
    }
    wait_until 60 "auth login prints the address" address_is_printed
    url=$(head -n 1 "$work/address")
    # The person's browser: asks Spotify, and follows the answer to the program's own page.
    callback_answers() { curl --silent --fail --location --max-time 20 --output "$work/page.log" "$url"; }
    wait_until 30 "the page after the login" callback_answers
    wait "$login" || fail "auth login ended with $?"
}

plays() { ask "SELECT count(*) FROM bronze.listening_history_bronze"; }
runs() { ask "SELECT count(DISTINCT run_id) FROM ops.runs"; }
# A play is one listener, one moment, one track; the key alone would not show a play stored under two keys.
expect_no_duplicates() {
    local twice
    twice=$(ask "SELECT count(*) - count(DISTINCT concat(user_id, ' ', CAST(played_at AS VARCHAR), ' ', track_uri))
                 FROM bronze.listening_history_bronze")
    [[ $twice == 0 ]] || fail "$twice plays are in the lake twice"
}
is_healthy() {
    [[ $(state Running) == true ]] || fail "the scheduler ended with $(state ExitCode)"
    [[ $(state Health.Status) == healthy ]]
}
more_runs_than() { (($(runs) > $1)); }
# Every run is a process of its own; between two runs there is the scheduler alone.
is_idle() { (($(docker top "$(scheduler)" -eo pid | wc -l) == 2)); }

start_scheduler() {
    local before
    before=$(runs)
    compose up --detach --no-build >"$work/up.log" 2>&1 || fail "docker compose up"
    local made
    made=$(compose ps --all --services)
    [[ $made == spotify-scheduler ]] || fail "up made more than the scheduler: $made"
    wait_until 120 "the scheduler is healthy" is_healthy
    ok "healthy"
    wait_until 180 "the scheduler does a run" more_runs_than "$before"
    ok "the scheduler did a run ($before runs before, $(runs) now)"
}

step "engine"
[[ -x $binary ]] || fail "$binary is no program; build it (cargo build --release) or name one with MOODLAKE_BINARY"
install_missing curl curl
install_missing ps procps
start_engine
fetch_compose
docker version --format 'engine {{.Server.Version}}, client {{.Client.Version}}'
docker compose version

step "image"
make_base
make_binary
write_settings
compose config --quiet || fail "docker-compose.yml"
# Leftovers of a run that was killed.
compose --profile commands down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 || true
# Only what .dockerignore lets through reaches the builder, so this fails when something needed is left out.
DOCKER_BUILDKIT=1 compose build spotify-scheduler >"$work/build.log" 2>&1 || fail "docker compose build"
bytes_to_mb() { awk -v bytes="$1" 'BEGIN { printf "%.0f MB", bytes / 1e6 }'; }
figure "size of the base" "$(bytes_to_mb "$(docker image inspect --format '{{.Size}}' "$base")")"
figure "size of the image" "$(bytes_to_mb "$(docker image inspect --format '{{.Size}}' "$image")")"
moodlake --version || fail "the program does not start in the image"
docker run --rm --network none --cap-drop ALL --read-only --tmpfs /tmp "$image" --quiet demo --lake /tmp/demo \
    >"$work/demo.log" 2>&1 || fail "the demo"
ok "the demo runs without network, without capabilities and on a read-only root"

step "login and ingest"
start_fake
log_in
ok "logged in from inside a container"
moodlake auth status || fail "auth status"
moodlake ingest >"$work/ingest.log" 2>&1 || fail "ingest ended with $?"
stored=$(plays)
[[ $stored =~ ^[1-9][0-9]*$ ]] || fail "the lake has no plays after ingest, but '$stored'"
ok "ingest brought $stored plays"

step "scheduler"
start_scheduler

process_1() { inside spotify-scheduler cat /proc/1/status; }
process=$(process_1)
field() { awk -v name="$1:" '$1 == name { print $2 }' <<<"$process"; }
[[ $(field Name) == moodlake ]] || fail "process 1 is $(field Name)"
[[ $(field Uid) == 10001 ]] || fail "the process runs as user $(field Uid)"
ok "process 1 is moodlake, as user 10001"
[[ $(field CapEff) =~ ^0+$ && $(field CapBnd) =~ ^0+$ && $(field NoNewPrivs) == 1 ]] || fail "the process has rights: $process"
ok "no capabilities, and no way to get some"
token=$(inside spotify-scheduler stat --format '%a %u' /lake/.spotify_tokens.json)
[[ $token == "600 10001" ]] || fail "the token file has mode and owner $token"
ok "the token file is 0600, and in the lake whatever .env says"
# As root, since for anybody else a refusal could be a matter of permissions.
refusal=$(inside --user 0 spotify-scheduler touch /probe 2>&1) && fail "the root file system can be written"
[[ $refusal == *"Read-only file system"* ]] || fail "writing to the root file system: $refusal"
ok "the root file system is read-only"

wait_until 120 "the scheduler is idle" is_idle
process=$(process_1)
figure "resident memory of the idle scheduler" \
    "$(($(field VmRSS) / 1024)) MiB, $(($(field RssAnon) / 1024)) MiB of it data and the rest pages of the binary"
figure "memory of its container, with the kernel's share" "$(docker stats --no-stream --format '{{.MemUsage}}' "$(scheduler)")"

step "stop and start"
began=$SECONDS
# Runs take seconds here, so the patience of docker-compose.yml is not needed; past the limit the engine kills, which shows as 137.
compose stop --timeout 30 spotify-scheduler >"$work/stop.log" 2>&1 || fail "docker compose stop"
took=$((SECONDS - began))
[[ $(state ExitCode) == 0 ]] || fail "the scheduler ended with $(state ExitCode) after $took seconds"
ok "stopped with exit code 0"
figure "time to stop" "$took s"
before=$(plays)
start_scheduler
((before <= $(plays))) || fail "plays were lost: $before before, $(plays) now"
expect_no_duplicates
ok "no play is there twice ($(plays) plays)"

printf '\nall container checks passed\n'
