#!/usr/bin/env bash
# Fuzzes what reads files and answers with libFuzzer, on one core: scripts/fuzz.sh [TARGET…] [--seconds N]
#
# Without a target all of them, one after the other, each for N seconds (600). What was learned is kept for the next time under
# ~/.cache/moodlake/fuzz/corpus, inputs that break something under …/findings. It needs a C++ compiler for libFuzzer; the engine
# is taken as `cargo build --release` left it (tests/fuzz/instrumented.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=600
targets=()
while (($#)); do
    case "$1" in
        --seconds) seconds="${2:?--seconds needs a number}" && shift 2 ;;
        --help | -h) sed -n '2,6s/^# \?//p' "$0" && exit ;;
        -*) echo "$1 is no option; there is --seconds N" >&2 && exit 2 ;;
        *) targets+=("$1") && shift ;;
    esac
done
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(basename -s .dict tests/fuzz/dictionaries/*.dict)
fi
for target in "${targets[@]}"; do
    if [[ ! -f "tests/fuzz/dictionaries/$target.dict" ]]; then
        echo "$target is no target; there are: $(basename -s .dict tests/fuzz/dictionaries/*.dict | xargs)" >&2
        exit 2
    fi
done

RUSTC_WORKSPACE_WRAPPER="$PWD/tests/fuzz/instrumented.sh" cargo build --release --locked -p moodlake-fuzz
fuzz="${CARGO_TARGET_DIR:-target}/release/fuzz"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/moodlake/fuzz"
# A parser opens its input as a file, thousands of times a second: in memory where the system has such a folder.
memory="$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo /tmp)" moodlake-fuzz.XXXXXX)"
trap 'rm -rf "$memory"' EXIT

failed=()
for target in "${targets[@]}"; do
    export MOODLAKE_FUZZ_TARGET="$target" TMPDIR="$memory"
    corpus="$cache/corpus/$target" findings="$cache/findings/$target"
    mkdir -p "$corpus" "$findings" "$memory/seeds/$target"
    MOODLAKE_FUZZ_SEEDS="$memory/seeds/$target" "$fuzz"
    echo "== $target for $seconds s"
    # A panic is a finding, and so are ten seconds, 2 GiB in use, and an allocation that goes beyond 3 GiB though it is never used:
    # libFuzzer alone sees no single allocation without a sanitizer.
    (
        ulimit -v $((3 << 20))
        exec "$fuzz" "$corpus" "$memory/seeds/$target" -dict="tests/fuzz/dictionaries/$target.dict" \
            -artifact_prefix="$findings/" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
            -print_final_stats=1
    ) || failed+=("$target")
done
if ((${#failed[@]})); then
    echo "found something in: ${failed[*]}; the inputs lie in $cache/findings" >&2
    echo "hint: scripts/fuzz.sh is run again once the input is a file in tests/fixtures/fuzz/TARGET and its test passes" >&2
    exit 1
fi
echo "nothing found"
