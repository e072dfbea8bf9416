#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Forecasters: of a column, which learn as they go, and of several columns in the order of time, which learn first.
source "$(dirname "$0")/common.sh"

# rows <last>: two sines with some noise, of 24 and of 10 rows; row 941 is one that neither would be at then, though
# both have such values at other times.
{
    echo time,load,queue
    awk 'function noise(  i, sum) {
        for (i = 0; i < 12; ++i) { state = (state * 16807) % 2147483647; sum += state / 2147483647 }
        return sum - 6
    }
    BEGIN {
        state = 12345
        for (i = 1; i <= 1000; ++i)
            printf "t%d,%.4f,%.4f\n", i, 10 + 3 * sin(i / 24 * 6.2831853 + (i == 941 ? 3.1415926 : 0)) + 0.2 * noise(),
                50 + 20 * sin(i / 10 * 6.2831853) + 1.5 * noise()
    }'
} >"$scratch/all.csv"

run() {
    "$sonde" detect "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
    err=$(cat "$scratch/err")
}

mapfile -t names < <("$sonde" detect --list | sed -nE '/^Forecasters of several/,$ { s/^([a-z0-9-]+): .*/\1/p }')
same "forecasters of several columns" "${names[*]}" "gru lstm"

for name in "${names[@]}"; do
    run --detector "$name" --train 800 --epochs 12 "$scratch/all.csv" --save-model "$scratch/model"
    same "$name: exit code" "$code" 0
    cp "$scratch/out" "$scratch/first"
    same "$name: rows" "$(wc -l <"$scratch/out")" 1001
    same "$name: training" "$(grep -c ',,0,0,warming_up$' "$scratch/out")" 800
    same "$name: what is out of its time" "$(grep '^941,' "$scratch/out" | cut -d, -f1-3,6)" 941,t941,load,anomalous
    false_alarms=$(grep -c ',anomalous$' <(tail -n +802 "$scratch/out" | grep -v '^94[1-9]'))
    ((false_alarms <= 12)) || fail "$name: $false_alarms of 191 other rows are anomalous"
    holds "$name: what was trained" "$err" "sonde: $name: trained on 800 rows; threshold "

    "$sonde" detect - --detector "$name" --train 800 --epochs 12 <"$scratch/all.csv" 2>/dev/null |
        cmp -s - "$scratch/first" || fail "$name: standard input gives other rows than the file"
    # Saved and read it goes on where the training rows end.
    { head -1 "$scratch/all.csv"; tail -n 200 "$scratch/all.csv"; } >"$scratch/new.csv"
    run --model "$scratch/model" "$scratch/new.csv"
    same "$name: a saved one: exit code" "$code" 0
    cmp -s <(tail -n +2 "$scratch/out" | cut -d, -f2-) <(tail -n 200 "$scratch/first" | cut -d, -f2-) ||
        fail "$name: a saved one says something else"
    run --model "$scratch/model" --threshold 1000000 "$scratch/new.csv"
    same "$name: another threshold" "$(grep -c ',anomalous$' "$scratch/out")" 0
    # A bad row keeps its place and is passed over.
    sed '903s/.*/t902,,7/' "$scratch/all.csv" >"$scratch/bad.csv"
    run --detector "$name" --train 800 --epochs 2 "$scratch/bad.csv"
    holds "$name: a bad row" "$(sed -n 903p "$scratch/out")" "902,t902,,,,bad_input"
done

run --detector gru "$scratch/all.csv"
same "without rows to learn from: exit code" "$code" 2
holds "without rows to learn from" "$err" "gru learns before it judges: --train N"
run --detector gru --train 800 --units 0 "$scratch/all.csv"
holds "an option out of range" "$err" "--units is '0', must be a whole number in [1, 1024]"
run --detector gru --train 800 --neighbours 3 "$scratch/all.csv"
holds "an option of others" "$err" "--neighbours is no option of gru"
run --detector gru --train 800 --label queue "$scratch/all.csv"
same "a label: exit code" "$code" 2
holds "a label" "$err" "gru learns from no label"
head -c 200 "$scratch/model" >"$scratch/cut"
run --model "$scratch/cut" "$scratch/new.csv"
same "a broken file: exit code" "$code" 1

# Of a column: the same row is found, without training.
for options in "ar" "seasonal-naive --season 24" "holt-winters --season 24 --fit 200"; do
    # shellcheck disable=SC2086
    run --detector $options --column load "$scratch/all.csv"
    same "$options: exit code" "$code" 0
    same "$options: what is out of its time" "$(grep '^941,' "$scratch/out" | cut -d, -f6)" anomalous
    false_alarms=$(grep -c ',anomalous$' <(sed -n 402,940p "$scratch/out"))
    same "$options: false alarms of 539" "$false_alarms" 0
done
run --detector holt-winters --gamma 0.1 "$scratch/all.csv"
holds "an option without effect" "$err" "--gamma is '0.1', must be left out unless season is above 0"
finish
