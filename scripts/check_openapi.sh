#!/usr/bin/env bash
# Ingests from a mock that an independent tool (Prism) makes of Spotify's OpenAPI document: whatever the document allows must not
# cost a page.
#
#   scripts/check_openapi.sh OPENAPI.yml          needs node and npm; MOODLAKE names the binary
set -euo pipefail

document="$(realpath "${1:?usage: scripts/check_openapi.sh OPENAPI.yml}")"
binary="$(realpath "${MOODLAKE:-${CARGO_TARGET_DIR:-target}/release/moodlake}")"
port="${PORT:-4010}"
work="$(mktemp -d)"
mock=""
stop() {
    [ -z "$mock" ] || kill "$mock" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

cd "$work"
prism="${PRISM:-}"
if [ -z "$prism" ]; then
    npm install --silent --no-fund --no-audit @stoplight/prism-cli@5 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
    prism="$work/node_modules/.bin/prism"
fi

# The mock knows no accounts service: the authorization is one that needs no refresh for a while.
mkdir -p data
cat >data/.spotify_tokens.json <<JSON
{"client_id": "the-app", "pkce": true, "user_id": "me", "scopes": ["user-read-recently-played"], "access_token": "mock",
 "refresh_token": "mock", "expires_at": "2100-01-01T00:00:00Z", "authorized_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
JSON
export SPOTIFY_CLIENT_ID=the-app SPOTIFY_API_BASE_URL="http://127.0.0.1:$port/" MOODLAKE_TIMEZONE=UTC NO_PROXY=127.0.0.1

# Its examples, then answers made up within what the document allows.
for kind in examples dynamic; do
    arguments=(mock --port "$port" --host 127.0.0.1)
    [ "$kind" = examples ] || arguments+=(--dynamic)
    "$prism" "${arguments[@]}" "$document" >"$kind.log" 2>&1 &
    mock=$!
    for _ in $(seq 1 120); do
        grep -q "Prism is listening" "$kind.log" && break
        sleep 0.5
    done
    for _ in 1 2 3; do
        echo "== $kind"
        "$binary" ingest
    done
    kill "$mock"
    wait "$mock" 2>/dev/null || true
done
"$binary" query "SELECT count(*) AS plays FROM bronze.listening_history_bronze"
[ ! -d data/bronze/rejected_rows ] || "$binary" query "SELECT source, reason, count(*) AS rows FROM bronze.rejected_rows GROUP BY source, reason"
echo "the mock was ingested"
