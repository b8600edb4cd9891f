#!/usr/bin/env bash
# Everything that has to hold before a change lands: format, lints, tests. Run it from anywhere: scripts/check.sh
# One profile serves all three, so that the dependencies are built once (docs/decisions/0003).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

echo "== format"
cargo fmt --all --check
echo "== tests"
cargo test --release --locked
echo "== a thousand polls of a Spotify that keeps failing (some minutes)"
cargo test --release --locked --test it -- --ignored --exact scheduled::in_a_thousand_polls_it_is_the_same
echo "== lints"
cargo clippy --release --locked --all-targets -- -D warnings
echo "all checks passed"
