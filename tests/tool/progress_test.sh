#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing of a bar where there is no terminal, and where there is one the last line is the summary alone.
source "$(dirname "$0")/common.sh"
command -v script >/dev/null || { echo "skipped: needs script (util-linux)"; exit 77; }

"$sonde" detect "$nab" 2>"$scratch/err" >/dev/null
same "without a terminal" "$(tr -dc '\r\033' <"$scratch/err" | wc -c)" 0

# A file that takes longer than the half second in which no bar is drawn.
for _ in {1..500}; do tail -n +2 "$nab"; done >"$scratch/long.csv"
script -qec "'$sonde' detect '$scratch/long.csv' >'$scratch/out'" /dev/null </dev/null >"$scratch/terminal"
same "rows" "$(wc -l <"$scratch/out")" 2016001
holds "summary" "$(tail -1 "$scratch/terminal")" "sonde: 2016000 rows"
if grep -q 'rows/s' "$scratch/terminal"; then  # a machine may be too fast for it
    holds "the bar" "$(cat "$scratch/terminal")" "[="
    same "the bar is taken away" "$(tail -1 "$scratch/terminal" | tr '\r' '\n' | grep -c $'^\033\[Ksonde: ')" 1
fi
# While a model is fitted, too.
script -qec "'$sonde' detect --detector isolation-forest --trees 20000 --train 4000 '$nab' >'$scratch/out'" /dev/null </dev/null >"$scratch/terminal"
holds "summary behind a fit" "$(tail -1 "$scratch/terminal")" "sonde: 4032 rows"
if grep -q 'steps of the fit' "$scratch/terminal"; then
    holds "the bar of a fit" "$(cat "$scratch/terminal")" "of 20 k steps of the fit"
    same "the bar of a fit is taken away" "$(tr '\r' '\n' <"$scratch/terminal" | grep -c $'^\033\\[Ksonde: isolation-forest: trained')" 1
fi
# Output on the terminal itself: rows, no bar among them.
script -qec "'$sonde' detect '$nab'" /dev/null </dev/null >"$scratch/terminal"
same "a bar among the rows" "$(grep -c $'\033' "$scratch/terminal")" 0
finish
