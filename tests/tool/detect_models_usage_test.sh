#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `sonde detect` says of wrong options and files for detectors of several columns; nothing is written then.
source "$(dirname "$0")/common.sh"
{ echo time,a,b,bad; for i in {1..30}; do echo "t$i,$i,$((i % 7)),$((i % 10 == 0))"; done; } >"$scratch/in.csv"
tail -n +2 "$scratch/in.csv" >"$scratch/bare.csv"

# refused <exit code> <part of the message> <option>...
refused() {
    local expected=$1 message=$2
    shift 2
    "$sonde" detect "$@" >"$scratch/out" 2>"$scratch/err"
    same "exit code of '$*'" "$?" "$expected"
    holds "message of '$*'" "$(cat "$scratch/err")" "$message"
    same "output of '$*'" "$(cat "$scratch/out")" ""
}
in=$scratch/in.csv
knn=(--detector knn)

refused 2 "knn learns before it judges: --train N, --train-file FILE or --model FILE is missing" "${knn[@]}" "$in"
refused 2 "--train and --train-file exclude each other" "${knn[@]}" --train 5 --train-file "$in" "$in"
refused 2 "--train and --model exclude each other" --train 5 --model m "$in"
refused 2 "--model and --detector exclude each other: the file is all of a model" "${knn[@]}" --model m "$in"
refused 2 "--model and --save-model exclude each other" --save-model n --model m "$in"
refused 2 "a FILE is missing" "${knn[@]}" --train 5
refused 2 "a FILE is missing" "${knn[@]}" --train-file "$in"
refused 2 "standard input cannot be both FILE and --train-file" "${knn[@]}" --train-file - -
refused 2 "standard input cannot be both FILE and --model" --model - -
for n in 0 -3 2.5 x '' 99999999999999999999; do
    refused 2 "--train is '$n', must be a whole number of at least 1" "${knn[@]}" --train="$n" "$in"
done
refused 2 "--train is 31, but there are 30 rows only" "${knn[@]}" --train 31 "$in"
refused 2 "no row to train on: every one is bad" "${knn[@]}" --train-file <(printf 'a,b\nx,1\nx,2\n') --columns a,b "$in"
refused 2 "no row to train on" "${knn[@]}" --train-file /dev/null "$in"
refused 2 "--column is for detectors of one column; --columns names several" "${knn[@]}" --train 5 --column a "$in"
refused 2 "--columns is 'c', must be 1 to 4, or one of 'time', 'a', 'b', 'bad'" "${knn[@]}" --train 5 --columns a,c "$in"
refused 2 "--columns names 'a' twice" "${knn[@]}" --train 5 --columns a,2 "$in"
refused 2 "--columns is 'a,,b', must be names or numbers with a comma between them" "${knn[@]}" --train 5 --columns a,,b "$in"
refused 2 "--no-header leaves no names" "${knn[@]}" --train 5 --no-header --columns a,b "$in"
refused 2 "--label 'bad' is one of --columns" "${knn[@]}" --train 5 --columns a,bad --label bad "$in"
refused 2 "svc learns from labels: --label COLUMN is missing" --detector svc --train 5 "$in"
refused 2 "--label is 'worse', must be 1 to 4" --detector svc --train 5 --label worse "$in"
refused 2 "--false-alarm-rate is '1', must be in (0, 1)" "${knn[@]}" --train 5 --false-alarm-rate 1 "$in"
refused 2 "--threshold and --false-alarm-rate exclude each other" "${knn[@]}" --train 5 --false-alarm-rate 0.1 --threshold 2 "$in"
refused 2 "--threshold is '0', must be a number above 0" "${knn[@]}" --train 5 --threshold 0 "$in"
refused 2 "--trees is no option of knn, which takes --neighbours" "${knn[@]}" --train 5 --trees 7 "$in"
refused 2 "--trees is no option of a model that is read, which takes none of its own" --model m --trees 7 "$in"
refused 2 "--learn-from is no option of knn" "${knn[@]}" --train 5 --learn-from nothing "$in"
refused 2 "--scaling is no option of gaussian" --detector gaussian --scaling none "$in"
refused 2 "unknown detector 'isolation-forst'; did you mean isolation-forest?" --detector isolation-forst --train 5 "$in"
for option in "--train 5" "--model m" "--columns a" "--label bad" "--save-model m" "--false-alarm-rate 0.1"; do
    read -ra words <<<"$option"
    refused 2 "${words[0]} is for detectors that learn before they judge, not for gaussian" --detector gaussian "${words[@]}" "$in"
done
# A wrong setting is said before a row is waited for.
coproc tool { "$sonde" detect - --detector isolation-forest --train 5 --trees 0 2>&1; }
pid=$! tool_output=${tool[0]}
exec {tool_output}<&"${tool[0]}"
IFS= read -r -t 60 row <&"$tool_output"
same "a wrong setting" "$row" "sonde detect: --trees is '0', must be a whole number in [1, 1048576]"
wait "$pid"
same "a wrong setting: exit code" "$?" 2

# What a model does not take.
"$sonde" detect --detector svc --train 5 --label bad "$in" >"$scratch/out" 2>"$scratch/err"
same "rows that a model does not take: exit code" "$?" 2
holds "rows that a model does not take" "$(cat "$scratch/err")" "label of every row is 0, must be 0 of some and 1 of others"
refused 1 "cannot read $scratch/no.csv: No such file or directory" "${knn[@]}" --train-file "$scratch/no.csv" "$in"
refused 1 "cannot read $scratch/no: No such file or directory" --model "$scratch/no" "$in"
refused 1 "cannot read $in: no whole model: " --model "$in" "$in"
refused 1 "cannot write $scratch/no/model: No such file or directory" "${knn[@]}" --train-file "$in" --save-model "$scratch/no/model" "$in"
"$sonde" detect "${knn[@]}" --columns a,b --train-file "$in" --save-model "$scratch/model" 2>/dev/null || fail "exit code $?"
refused 2 "the model judges 2 columns, but 3 are read: 'a', 'b', 'bad'" --model "$scratch/model" "$in"
refused 2 "the model judges 2 columns, but 1 is read: column 2" --model "$scratch/model" --columns 2 "$scratch/bare.csv"
head -c 100 "$scratch/model" >"$scratch/cut"
refused 1 "cannot read $scratch/cut: " --model "$scratch/cut" "$in"
# With the label named, it is no feature.
"$sonde" detect --model "$scratch/model" --label bad "$in" >/dev/null 2>"$scratch/err" || fail "--label of a saved model: $(cat "$scratch/err")"
finish
