#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real stream: as many rows as it has, the same ones from a file, a pipe and line by line.
source "$(dirname "$0")/common.sh"

# Those of one column; the others are tested in detect_models_test.sh.
mapfile -t detectors < <("$sonde" detect --list | sed -nE '/^with every/q; s/^([a-z0-9-]+): .*/\1/p')
((${#detectors[@]} >= 3)) || fail "--list names ${#detectors[@]} detectors"

for detector in "${detectors[@]}"; do
    "$sonde" detect "$nab" --detector "$detector" >"$scratch/file.csv" 2>"$scratch/err" || fail "$detector: exit code $?"
    same "$detector: rows" "$(wc -l <"$scratch/file.csv")" 4033
    same "$detector: header" "$(head -1 "$scratch/file.csv")" row,timestamp,value,score,level,verdict
    # Row, timestamp and value are those of the input, in its order.
    cmp -s <(tail -n +2 "$scratch/file.csv" | cut -d, -f1-3) <(tail -n +2 "$nab" | awk '{print NR "," $0}') ||
        fail "$detector: rows, timestamps or values are not those of the input"
    bad=$(tail -n +2 "$scratch/file.csv" | awk -F, 'NF != 6 || $6 !~ /^(normal|anomalous|warming_up)$/' | wc -l)
    same "$detector: rows with another shape" "$bad" 0
    grep -q ',anomalous$' "$scratch/file.csv" || fail "$detector: nothing is anomalous"
    # The verdict says what the level says.
    wrong=$(awk -F, 'NR > 1 && ($6 == "anomalous") != ($5 > 1)' "$scratch/file.csv" | wc -l)
    same "$detector: verdicts that contradict the level" "$wrong" 0
    holds "$detector: summary" "$(cat "$scratch/err")" "sonde: 4032 rows: $(grep -c ',anomalous$' "$scratch/file.csv") anomalous, 0 bad"

    cat "$nab" | "$sonde" detect - --detector "$detector" 2>/dev/null | cmp -s - "$scratch/file.csv" ||
        fail "$detector: a pipe gives other rows than the file"
    while IFS= read -r line; do printf '%s\n' "$line"; done <"$nab" |
        "$sonde" detect - --detector "$detector" 2>/dev/null | cmp -s - "$scratch/file.csv" ||
        fail "$detector: a pipe line by line gives other rows than the file"
    "$sonde" detect - --detector "$detector" <"$nab" 2>/dev/null | cmp -s - "$scratch/file.csv" ||
        fail "$detector: standard input gives other rows than the file"
done
finish
