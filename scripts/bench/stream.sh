#!/usr/bin/env bash
# Times `moodlake stream --available-now` beside its peer in Python, in turn, and prints medians as a Markdown table:
#
#   scripts/bench/stream.sh BOOTSTRAP [EVENTS] [ROUNDS] [KAFKA_CONFIG]
#
# BOOTSTRAP is HOST:PORT of a broker that makes topics when they are asked for; KAFKA_CONFIG a file of librdkafka's settings. A new topic
# gets EVENTS (2,000,000) simulated events, one in twenty late; each round (5) reads all of it into an empty lake. PYTHON names the
# interpreter that has the packages of scripts/requirements.txt, MOODLAKE the binary, WORK a folder for the lakes. Needs GNU time.
# moodlake also counts windows, and commits every 200,000 messages as the peer does; neither takes plays into a history. Run it on a quiet machine.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /!s/^# \?//p}' "$0" >&2; exit 2; }
[ $# -ge 1 ] || usage
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bootstrap=$1 events=${2:-2000000} rounds=${3:-5}
config=(); [ -z "${4:-}" ] || config=(--kafka-config "$4")
python=${PYTHON:-python3}
moodlake=${MOODLAKE:-moodlake}
topic="bench-$$-$(date +%s)"
work=$(mktemp -d ${WORK:+-p "$WORK"})
trap 'rm -rf "$work"' EXIT
export MOODLAKE=$moodlake

# shellcheck source=scripts/bench/measure.sh
source "$here/measure.sh"

"$moodlake" simulate --lake "$work/none" --users 1000 --total "$events" --start 2026-03-01T00:00:00Z --seed 7 --late 0.05 --late-by 5m \
    --sink "kafka://$bootstrap/$topic" "${config[@]}" --quiet
for round in $(seq "$rounds"); do
    rm -rf "$work/lake" "$work/out"
    measure "moodlake stream" "$moodlake" stream --lake "$work/lake" --bootstrap-servers "$bootstrap" --input-topic "$topic" \
        --available-now --no-history --land-every 1m --group "bench-$round" --no-progress "${config[@]}"
    measure "confluent-kafka, pyarrow, deltalake" "$python" "$here/peer_stream.py" "$bootstrap" "$topic" "$work/out" "${config[@]}"
    tail -1 "$work/said" >&2
done
"$python" "$here/tables.py" "$work/results"
echo
while read -r name; do
    wall=$(awk -F'\t' -v name="$name" '$1 == name { print $2 }' "$work/results" | sort -n | sed -n "$(((rounds + 1) / 2))p")
    echo "$name: $(awk -v n="$events" -v s="$wall" 'BEGIN { printf "%d", n / s }') events a second in the median round, start included"
done < <(cut -f1 "$work/results" | awk '!seen[$0]++')
