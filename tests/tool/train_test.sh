#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Training to a file: what `detect` makes of it, checkpoints, losses, Ctrl-C.
source "$(dirname "$0")/common.sh"

# train <option>...: leaves $out, $err and $code
train() {
    "$sonde" train "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}
# interrupt <job>: Ctrl-C, once it is waited for (SIGINT is caught)
interrupt() {
    for _ in {1..600}; do
        mask=$(sed -n 's/^SigCgt:\s*//p' "/proc/$1/status")
        (((0x${mask:-0} & 2) != 0)) && break
        sleep 0.1
    done
    kill -INT "$1"
}
network=(--detector autoencoder --layers 6-1-6 --patience 0 --batch 32 --noise 0.1)

awk 'BEGIN {
    state = 7
    print "time,a,b,c"
    for (i = 1; i <= 400; ++i) {
        for (j = 0; j < 4; ++j) { state = (state * 16807) % 2147483647; u[j] = state / 2147483647 - 0.5 }
        printf "t%d,%.4f,%.4f,%.4f\n", i, 10 * u[0] + u[1], 5 + u[0] + 0.1 * u[2], 100 - 20 * u[0] + u[3]
    }
}' >"$scratch/good.csv"
{ cat "$scratch/good.csv"; echo t401,3,5,170; } >"$scratch/new.csv"

# Any model, and the same as `detect --train-file` makes of the same rows.
for name in default knn autoencoder; do
    train --detector "$name" --input "$scratch/good.csv" --output "$scratch/model"
    same "$name: exit code" "$code" 0
    same "$name: output" "$out" ""
    holds "$name: what was trained" "$err" "sonde: $name: trained on 400 rows"
    "$sonde" detect --model "$scratch/model" "$scratch/new.csv" >"$scratch/by_model" 2>/dev/null
    "$sonde" detect --detector "$name" --train-file "$scratch/good.csv" "$scratch/new.csv" 2>/dev/null >"$scratch/at_once"
    cmp -s "$scratch/by_model" "$scratch/at_once" || fail "$name: detect --train-file says something else"
    holds "$name: what is injected" "$(tail -1 "$scratch/by_model")" 401,t401,c,
done
"$sonde" train --detector knn --input - --output "$scratch/piped" <"$scratch/good.csv" 2>/dev/null
train --detector knn --input "$scratch/good.csv" --output "$scratch/model"
cmp -s "$scratch/piped" "$scratch/model" || fail "standard input gives another model than the file"

# The losses, and a training in two parts.
train "${network[@]}" --epochs 8 --input "$scratch/good.csv" --output "$scratch/whole" \
    --history "$scratch/whole.csv" --plot "$scratch/whole.svg"
same "a network: exit code" "$code" 0
holds "a network: its epochs" "$err" "; 8 epochs, the best "
same "a network: nothing of a bar" "$(tr -dc '\r\033' <"$scratch/err" | wc -c)" 0
same "history: header" "$(head -1 "$scratch/whole.csv")" epoch,training,validation,learning_rate
same "history: epochs" "$(tail -n +2 "$scratch/whole.csv" | cut -d, -f1 | tr '\n' ' ')" "1 2 3 4 5 6 7 8 "
holds "plot" "$(cat "$scratch/whole.svg")" "<svg xmlns="
train "${network[@]}" --epochs 3 --input "$scratch/good.csv" --output "$scratch/part" --checkpoint "$scratch/state"
cmp -s "$scratch/part" "$scratch/whole" && fail "three epochs are the same as eight"
train "${network[@]}" --epochs 8 --input "$scratch/good.csv" --output "$scratch/rest" --resume "$scratch/state" \
    --history "$scratch/rest.csv" --plot "$scratch/rest.svg"
for file in "" .csv .svg; do
    cmp -s "$scratch/rest$file" "$scratch/whole$file" || fail "resumed: rest$file is another one than that of a whole training"
done

# Ctrl-C: the best model so far, and a checkpoint to go on from.
rm -f "$scratch/state" "$scratch/model"
set -m  # a job in the background gets Ctrl-C
"$sonde" train "${network[@]}" --epochs 1000000 --input "$scratch/good.csv" --output "$scratch/model" \
    --checkpoint "$scratch/state" --history "$scratch/history" >"$scratch/out" 2>"$scratch/err" &
job=$!
set +m
for _ in {1..600}; do [[ -s $scratch/state ]] && break; sleep 0.1; done
interrupt "$job"
wait "$job"
same "Ctrl-C: exit code" "$?" 130
holds "Ctrl-C: what it said" "$(cat "$scratch/err")" "sonde: interrupted: the model is the best one so far"
"$sonde" detect --model "$scratch/model" "$scratch/new.csv" >"$scratch/out" 2>/dev/null || fail "Ctrl-C: no model"
same "Ctrl-C: rows by the model" "$(wc -l <"$scratch/out")" 402
epochs=$(($(wc -l <"$scratch/history") + 1))  # two more
train "${network[@]}" --epochs "$epochs" --input "$scratch/good.csv" --output "$scratch/rest" --resume "$scratch/state"
train "${network[@]}" --epochs "$epochs" --input "$scratch/good.csv" --output "$scratch/whole"
cmp -s "$scratch/rest" "$scratch/whole" || fail "Ctrl-C: what goes on is another model"
rm -f "$scratch/model"
set -m
"$sonde" train --detector isolation-forest --trees 1000000 --input "$scratch/good.csv" --output "$scratch/model" \
    >"$scratch/out" 2>"$scratch/err" &
job=$!
set +m
interrupt "$job"
wait "$job"
same "Ctrl-C, no network: exit code" "$?" 130
holds "Ctrl-C, no network: what it said" "$(cat "$scratch/err")" "sonde: interrupted: nothing was written"
[[ -e $scratch/model ]] && fail "Ctrl-C, no network: there is a model"

# A bar on a terminal, where the machine is not too fast for it.
if command -v script >/dev/null; then
    script -qec "'$sonde' train ${network[*]} --epochs 3000 --input '$scratch/good.csv' --output '$scratch/model' >'$scratch/out'" \
        /dev/null </dev/null >"$scratch/terminal"
    if grep -q 'epoch [0-9]* of 3000' "$scratch/terminal"; then
        holds "the bar" "$(cat "$scratch/terminal")" ", held out "
        same "the bar is taken away" "$(tr '\r' '\n' <"$scratch/terminal" | grep -c $'^\033\\[Ksonde: autoencoder: trained')" 1
    fi
fi

# refused <exit code> <part of the message> <argument>...
refused() {
    local expected=$1 message=$2
    shift 2
    train "$@"
    same "exit code of '$*'" "$code" "$expected"
    holds "message of '$*'" "$err" "$message"
}
files=(--input "$scratch/good.csv" --output "$scratch/model")
rm -f "$scratch/model"
refused 2 "--input FILE is missing" --output x
refused 2 "--output FILE is missing" --input "$scratch/good.csv"
refused 2 "x stands alone; --input FILE" x
refused 2 "unknown detector 'autoencodr'; did you mean autoencoder?" "${files[@]}" --detector autoencodr
refused 2 "gaussian learns as it judges: there is nothing to train" "${files[@]}" --detector gaussian
refused 2 "gru is trained by 'sonde detect --detector gru --train-file FILE --save-model FILE'" "${files[@]}" --detector gru
refused 2 "--plot is for networks, and knn is none" "${files[@]}" --detector knn --plot x.svg
refused 2 "--units is '4', must be left out unless layers is" "${files[@]}" --detector autoencoder --units 4 --layers 4-2
refused 2 "--layers is '4--2', must be whole numbers" "${files[@]}" --detector autoencoder --layers 4--2
refused 2 "svc learns from labels: --label COLUMN is missing" "${files[@]}" --detector svc
refused 2 "in [0, 1] for cross_entropy" "${files[@]}" --detector autoencoder --output-activation sigmoid --loss cross-entropy
refused 2 "resume_from is a state of another network" "${files[@]}" --detector autoencoder --resume "$scratch/state"
refused 1 "cannot read $scratch/good.csv" "${files[@]}" --detector autoencoder --resume "$scratch/good.csv"
refused 1 "cannot read $scratch/none: No such file" --input "$scratch/none" --output "$scratch/model"
for option in --output --checkpoint --history --plot; do  # said before there is something to write
    others=(--output "$scratch/model")
    [[ $option == --output ]] && others=()
    refused 1 "cannot write $scratch/none/file: No such file" --input "$scratch/good.csv" --detector autoencoder \
        "${others[@]}" "$option" "$scratch/none/file"
done
[[ -e $scratch/model ]] && fail "there is a model of a training that was refused"
finish
