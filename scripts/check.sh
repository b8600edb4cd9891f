#!/usr/bin/env bash
# Everything that has to hold before a change lands: format, lints, tests. Run it from anywhere: scripts/check.sh
# One profile and one set of features serve all three, so that the dependencies are built once (docs/decisions/0003); the plain
# build, without Kafka, is linted as well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

echo "== format"
cargo fmt --all --check
echo "== tests"
cargo test --release --locked --features kafka,aws
echo "== a thousand polls of a Spotify that keeps failing (some minutes)"
cargo test --release --locked --features kafka,aws --test it -- --ignored --exact scheduled::in_a_thousand_polls_it_is_the_same
echo "== lints"
cargo clippy --release --locked --features kafka,aws --all-targets -- -D warnings
cargo clippy --release --locked -- -D warnings
echo "all checks passed"
