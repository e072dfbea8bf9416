#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Detectors of several columns: learn from the first rows, another file or a saved model; every one finds what is
# injected, and says in which column it is.
source "$(dirname "$0")/common.sh"

# rows <first> <last> <labelled>: around 0.5, 30 and 2. Labelled: each 20th is an anomaly of latency, and says so.
rows() {
    awk -v first="$1" -v last="$2" -v labelled="$3" 'function noise(  i, sum) {
        for (i = 0; i < 12; ++i) { state = (state * 16807) % 2147483647; sum += state / 2147483647 }
        return sum - 6
    }
    BEGIN {
        state = 12345 + first
        for (i = first; i <= last; ++i) {
            bad = labelled && i % 20 == 0
            printf "t%d,%.4f,%.4f,%.4f,%s%s\n", i, 0.5 + 0.1 * noise(), 30 + 5 * noise() + (bad ? 300 : 0),
                2 + noise(), "host-" i % 3, labelled ? "," bad : ""
        }
    }'
}
{ echo time,cpu,latency,errors,host; rows 1 500 0; } >"$scratch/good.csv"
{ echo time,cpu,latency,errors,host; rows 501 540 0; echo t541,0.75,300,4.5,host-1; echo t542,0.5,300,2,host-2; rows 543 600 0; } >"$scratch/new.csv"
{ cat "$scratch/good.csv"; tail -n +2 "$scratch/new.csv"; } >"$scratch/all.csv"
{ echo time,cpu,latency,errors,host,bad; rows 1 500 1; tail -n +2 "$scratch/new.csv" | sed 's/$/,/'; } >"$scratch/labelled.csv"
header=row,timestamp,feature,score,level,verdict

# models <option>...: leaves $out, $err and $code
models() {
    "$sonde" detect "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

mapfile -t names < <("$sonde" detect --list | sed -nE '/^Detectors of several/,$ { s/^([a-z0-9-]+): .*/\1/p }')
((${#names[@]} >= 15)) || fail "--list names ${#names[@]} detectors of several columns"

for name in "${names[@]}"; do
    input=$scratch/all.csv label=()
    case $name in svc | decision-tree | random-forest) input=$scratch/labelled.csv label=(--label bad) ;; esac
    models --detector "$name" "${label[@]}" --train 500 "$input" --save-model "$scratch/model"
    same "$name: exit code" "$code" 0
    cp "$scratch/out" "$scratch/first"
    same "$name: rows" "$(wc -l <"$scratch/out")" 601
    same "$name: header" "$(head -1 "$scratch/out")" "$header"
    same "$name: training" "$(grep -c ',,0,0,warming_up$' "$scratch/out")" 500
    holds "$name: what is injected" "$(grep '^541,' "$scratch/out")" 541,t541,latency,
    same "$name: its verdict" "$(grep '^541,' "$scratch/out" | cut -d, -f6)" anomalous
    false_alarms=$(($(grep -c ',anomalous$' "$scratch/out") - 1))
    ((false_alarms <= 10)) || fail "$name: $false_alarms of 99 other rows are anomalous"
    wrong=$(awk -F, 'NR > 1 && (NF != 6 || ($6 == "anomalous") != ($5 > 1) || ($3 != "") != ($6 == "anomalous"))' "$scratch/out" | wc -l)
    same "$name: rows that contradict themselves" "$wrong" 0
    holds "$name: what was trained" "$err" "sonde: $name: trained on 500 rows; threshold "
    holds "$name: summary" "$err" "sonde: 600 rows: $((false_alarms + 1)) anomalous, 0 bad, 500 warming up"

    "$sonde" detect - --detector "$name" "${label[@]}" --train 500 <"$input" 2>/dev/null | cmp -s - "$scratch/first" ||
        fail "$name: standard input gives other rows than the file"
    # Saved and read: the same verdicts, by file and by pipe.
    tail -n 100 "$scratch/first" | cut -d, -f2- >"$scratch/expected"
    models --model "$scratch/model" "$scratch/new.csv"
    tail -n +2 <<<"$out" | cut -d, -f2- | cmp -s - "$scratch/expected" || fail "$name: a saved model says something else"
    cat "$scratch/new.csv" | "$sonde" detect - --model "$scratch/model" 2>/dev/null | cmp -s - "$scratch/out" ||
        fail "$name: a saved model says something else on a pipe"
done

# A training file is the same as the first rows; columns are found by their names.
models --detector knn --train 500 "$scratch/all.csv"
tail -n 100 "$scratch/out" | cut -d, -f2- >"$scratch/expected"
models --detector knn --train-file "$scratch/good.csv" "$scratch/new.csv"
tail -n +2 "$scratch/out" | cut -d, -f2- | cmp -s - "$scratch/expected" || fail "--train-file says something else than --train"
awk -F, -v OFS=, '{ print $4, $1, $5, $3, $2 }' "$scratch/new.csv" >"$scratch/turned.csv"
models --detector knn --train-file "$scratch/good.csv" "$scratch/turned.csv"
tail -n +2 "$scratch/out" | cut -d, -f2- | cmp -s - "$scratch/expected" || fail "the order of the columns matters"
cut -d, -f1-3 "$scratch/new.csv" >"$scratch/fewer.csv"
models --detector knn --train-file "$scratch/good.csv" "$scratch/fewer.csv"
same "a column that is missing: exit code" "$code" 2
holds "a column that is missing" "$err" "a column of $scratch/good.csv is 'errors', must be 1 to 3, or one of 'time', 'cpu', 'latency'"
same "a column that is missing: output" "$out" ""
# Trained for somebody else; the label need not be in the file that is judged.
models --detector svc --label bad --train-file "$scratch/labelled.csv" --save-model "$scratch/svc"
same "training alone: exit code" "$code" 0
same "training alone: output" "$out" ""
holds "training alone" "$err" "sonde: svc: trained on 500 rows, 100 bad left out; threshold"
models --detector svc --label bad --train-file "$scratch/labelled.csv" "$scratch/new.csv"
holds "labels in the training file alone" "$(sed -n 42p "$scratch/out")" 41,t541,latency,
models --model "$scratch/svc" "$scratch/new.csv"
holds "a model with labels, read" "$(sed -n 42p "$scratch/out")" 41,t541,latency,

# Which detector, without a name.
models --train 500 "$scratch/all.csv"
holds "the default" "$err" "sonde: default: trained on 500 rows"
holds "the default columns" "$err" "sonde: reading 'cpu', 'latency', 'errors'; --columns may be 1 to 5, or one of 'time'"

# Columns by name and by number; the options of a model reach it.
models --detector knn --train 500 --columns latency,errors "$scratch/all.csv"
same "with latency a row is anomalous" "$(grep '^542,' "$scratch/out" | cut -d, -f3,6)" latency,anomalous
models --detector knn --train 500 --columns errors,2 "$scratch/all.csv"
same "without latency it is not" "$(grep '^542,' "$scratch/out" | cut -d, -f3,6)" ,normal
[[ $err == *reading* ]] && fail "columns that are asked for are no guess"
models --detector knn --train 500 --columns latency --neighbours 1 "$scratch/all.csv"
one=$out
models --detector knn --train 500 --columns latency --neighbours 50 "$scratch/all.csv"
[[ $one == "$out" ]] && fail "--neighbours is not read"
models --detector knn --train 500 --scaling none --columns latency "$scratch/all.csv"
[[ $one == "$out" ]] && fail "--scaling is not read"

# The threshold: by rate of false alarms, or as a number. The level is the score by it.
alarms() { models --detector knn --train-file "$scratch/good.csv" "$scratch/good.csv" "$@"; grep -c ',anomalous$' "$scratch/out"; }
many=$(alarms --false-alarm-rate 0.2)
few=$(alarms --false-alarm-rate 0.01)
((many > 2 * few)) || fail "--false-alarm-rate 0.2 gives $many alarms, 0.01 gives $few"
models --detector knn --train 500 --threshold 3 "$scratch/all.csv"
holds "--threshold" "$err" "threshold 3"
awk -F, 'NR > 1 && ($4 - 3 * $5 > 1e-9 || 3 * $5 - $4 > 1e-9) { exit 1 }' "$scratch/out" || fail "the level is not the score by the threshold"
models --model "$scratch/svc" --threshold 0.5 "$scratch/new.csv"
same "--threshold of a saved model" "$(awk -F, 'NR > 1 && ($4 > 0.5) != ($6 == "anomalous")' "$scratch/out" | wc -l)" 0

# Bad rows, in training and behind it.
{ echo a,b; for i in {1..50}; do echo "$i,$((i % 7))"; done; } >"$scratch/small.csv"
sed -e '4s/.*/,1/' -e '9s/.*/x,1/' -e '45s/.*/3/' -e '47s/.*/1,1e39/' "$scratch/small.csv" >"$scratch/bad.csv"
models --detector knn --train 40 "$scratch/bad.csv"
same "bad rows: exit code" "$code" 0
same "bad rows: they keep their place" "$(grep -n bad_input "$scratch/out" | tr '\n' ' ')" \
"4:3,,,,,bad_input 9:8,,,,,bad_input 45:44,,,,,bad_input 47:46,,,,,bad_input "
holds "bad rows: empty" "$err" "line 4: 'a' is empty"
holds "bad rows: no number" "$err" "line 9: 'a' is 'x', not a number"
holds "bad rows: missing" "$err" "line 45: 1 column only, no 'b'"
holds "bad rows: too large" "$err" "line 47: 'b' is '1e39', out of a float's range"
holds "bad rows: those in training" "$err" "knn: trained on 38 rows, 2 bad left out"
holds "bad rows: counted" "$err" "50 rows: $(grep -c ',anomalous$' "$scratch/out") anomalous, 4 bad, 38 warming up"
models --detector knn --train 40 --strict "$scratch/bad.csv"
same "strict: exit code" "$code" 1
holds "strict" "$err" "line 4: 'a' is empty; --strict ends the run here"
models --detector knn --train-file "$scratch/bad.csv" "$scratch/small.csv"
holds "bad rows of a training file" "$err" "$scratch/bad.csv, line 4: 'a' is empty"
models --detector knn --train-file "$scratch/bad.csv" --strict "$scratch/small.csv"
same "a bad row of a training file, strict: exit code" "$code" 1

# Row by row on a pipe, in training and behind it.
coproc tool { "$sonde" detect - --detector knn --train 3 --no-header 2>/dev/null; }
pid=$!
expect() {
    local row
    printf '%s\n' "$1" >&"${tool[1]}"
    IFS= read -r -t 60 row <&"${tool[0]}" || { fail "no answer to: $1"; finish; }
    [[ $row == $2 ]] || fail "answer to '$1' is '$row', should be like '$2'"
}
printf '1,2,3\n' >&"${tool[1]}"
IFS= read -r -t 60 row <&"${tool[0]}"
same "the header" "$row" "$header"
IFS= read -r -t 60 row <&"${tool[0]}"
same "the first row" "$row" "1,,,0,0,warming_up"
expect 2,3,4 "2,,,0,0,warming_up"
expect 3,5,5 "3,,,0,0,warming_up"
expect 2,3,4 "4,,,*,normal"
expect 2,900,4 "5,,2,*,anomalous"
expect 2,,4 "6,,,,,bad_input"
input=${tool[1]}
exec {input}>&-
wait "$pid" || fail "exit code $?"
finish
