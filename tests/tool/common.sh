# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2059
# Sourced by the tests of the tool. Needs SONDE_BIN and SONDE_SOURCE_DIR.
set -uo pipefail
sonde=${SONDE_BIN:?the program to test}
nab=${SONDE_SOURCE_DIR:?the source folder}/tests/data/ec2_request_latency_system_failure.csv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# same <what> <actual> <expected>
same() {
    [[ $2 == "$3" ]] || fail "$1"$'\n--- is\n'"$2"$'\n--- should be\n'"$3"
}

# holds <what> <text> <part>
holds() {
    [[ $2 == *"$3"* ]] || fail "$1: '$3' is not in: $2"
}

# detect <input text> [option...]: runs on a pipe; leaves $out, $err and $code. The warm-up is short.
detect() {
    local input=$1
    shift
    printf "$input" | "$sonde" detect --warm-up 2 "$@" - >"$scratch/out" 2>"$scratch/err"
    code=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

# The columns row, timestamp, value and verdict of $out, without the header; a space between rows.
brief() { tail -n +2 <<<"$out" | awk -F, '{printf "%s%s,%s,%s,%s", (NR > 1 ? " " : ""), $1, $2, $3, $NF}'; }

finish() {
    ((failures == 0)) && echo "all as it should be"
    exit $((failures > 0))
}
