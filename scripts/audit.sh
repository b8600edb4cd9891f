#!/usr/bin/env bash
# Holds the dependencies against deny.toml: their licences, where they come from, what is banned, and known advisories.
#
#   scripts/audit.sh [--install] [ADVISORY_DB]
#
# ADVISORY_DB, or MOODLAKE_ADVISORY_DB, is a clone of https://github.com/RustSec/advisory-db. Without one the database is fetched;
# where it cannot be, the copy of an earlier time serves, and where there is none advisories are skipped. Where cargo-deny is missing,
# --install builds it once, some five minutes on two cores; without it nothing is checked. What is skipped is said in one line. Exits
# with 1 on any finding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

url=https://github.com/RustSec/advisory-db
version=0.20.2
cache="${XDG_CACHE_HOME:-$HOME/.cache}/moodlake"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

install=no
if [[ ${1-} == --install ]]; then
    install=yes
    shift
fi
given="${1-${MOODLAKE_ADVISORY_DB-}}"

PATH="$cache/tools/bin:$PATH"
if ! command -v cargo-deny >/dev/null; then
    if [[ $install == no ]]; then
        echo "skipped: cargo-deny is missing; scripts/audit.sh --install builds it"
        exit 0
    fi
    echo "== building cargo-deny $version (some minutes, once)"
    # It shares no crate with the program, so a build folder of its own is only needed until it is built.
    if ! CARGO_TARGET_DIR="$work/target" cargo install cargo-deny --version "$version" --locked --quiet --root "$cache/tools"; then
        echo "skipped: cargo-deny $version cannot be built on this machine"
        exit 0
    fi
fi
# The sources of crates that other systems need; without a network those that are there have to do.
cargo fetch --locked --quiet 2>/dev/null || true

failed=0
cargo-deny --offline check licenses bans sources || failed=1

# deny.toml with what only this machine knows: where the database lies, and that git fetches it.
databases="$cache/advisory-db"
if [[ -n $given ]]; then
    databases="$work/advisory-db"
    given="$(realpath "$given")"
    export GIT_CONFIG_COUNT=2
    export GIT_CONFIG_KEY_0="url.file://$given.insteadOf" GIT_CONFIG_VALUE_0="$url"
    export GIT_CONFIG_KEY_1=safe.directory GIT_CONFIG_VALUE_1="$given"
fi
sed "s|^\[advisories\]|&\ndb-path = \"$databases\"\ndb-urls = [\"$url\"]\ngit-fetch-with-cli = true|" deny.toml >"$work/deny.toml"
deny=(cargo-deny --config "$work/deny.toml")
export GIT_TERMINAL_PROMPT=0
if timeout 180 "${deny[@]}" fetch db >"$work/fetch.log" 2>&1; then
    "${deny[@]}" --offline check advisories || failed=1
elif [[ -n $given ]]; then
    tail -n 3 "$work/fetch.log" >&2
    echo "$given cannot be read as a clone of $url" >&2
    failed=1
elif compgen -G "$databases/advisory-db-*" >/dev/null; then
    echo "the advisory database cannot be fetched: the copy of an earlier time serves"
    "${deny[@]}" --offline check advisories || failed=1
else
    echo "skipped: advisories, since the database cannot be fetched from $url"
fi
exit "$failed"
