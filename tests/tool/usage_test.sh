#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Help, versions, wrong usage (exit code 2) and what cannot be done (exit code 1), each with its message.
source "$(dirname "$0")/common.sh"
printf 'time,latency\nt,1\n' >"$scratch/in.csv"

# refused <exit code> <part of the message> <argument>...
refused() {
    local expected=$1 message=$2
    shift 2
    "$sonde" "$@" >"$scratch/out" 2>"$scratch/err"
    same "exit code of '$*'" "$?" "$expected"
    holds "message of '$*'" "$(cat "$scratch/err")" "$message"
    same "output of '$*'" "$(cat "$scratch/out")" ""
}

refused 2 "a command is missing"
refused 2 "unknown command 'detct'; did you mean detect?" detct
refused 2 "unknown option --nope" --nope
refused 2 "a FILE is missing; '-' reads standard input" detect
refused 2 "one FILE only, but there are 2: a, b" detect a b
refused 2 "unknown option --windw; did you mean --window?" detect --windw 3 "$scratch/in.csv"
refused 2 "unknown detector 'gausian'; did you mean gaussian?" detect --detector gausian "$scratch/in.csv"
refused 2 "must be one of sliding-window, gaussian" detect --detector magic "$scratch/in.csv"
refused 2 "--window is no option of gaussian, which takes --warm-up" detect --detector gaussian --window 9 "$scratch/in.csv"
refused 2 "--warm-up is 'abc', must be a whole number of at least 2" detect --warm-up abc "$scratch/in.csv"
refused 2 "sonde detect: --window is '0', must be a whole number in [2, 1048576]" detect --window 0 "$scratch/in.csv"
refused 2 "--learn-from is 'all', must be everything, normal-only or nothing" detect --learn-from all "$scratch/in.csv"
refused 2 "--threshold-quantile is '1', must be 0, or in (0, 1)" detect --threshold-quantile 1 "$scratch/in.csv"
refused 2 "--threshold-quantile is '0.9', must be left out when a fixed threshold is given" detect --threshold 3 --threshold-quantile 0.9 "$scratch/in.csv"
refused 2 "--seed is '3', must be left out unless estimate is median-mad" detect --detector gaussian --seed 3 "$scratch/in.csv"
refused 2 "--window is given twice" detect --window 10 --window 20 "$scratch/in.csv"
refused 2 "--list takes no FILE and no other option" detect --list "$scratch/in.csv"
refused 2 "--list takes no FILE and no other option" detect --list --window 10
refused 2 "--threshold is '0', must be a number above 0" detect --threshold 0 "$scratch/in.csv"
refused 2 "--threshold is 'nan', must be" detect --threshold nan "$scratch/in.csv"
refused 2 "--threshold needs a value: --threshold X" detect "$scratch/in.csv" --threshold
refused 2 "--strict takes no value" detect --strict=yes "$scratch/in.csv"
refused 2 "--header and --no-header exclude each other" detect --header --no-header "$scratch/in.csv"
refused 2 "--column is 'latncy', must be 1 to 2, or one of 'time', 'latency'" detect --column latncy "$scratch/in.csv"
refused 2 "--column is '3', must be 1 to 2" detect --column 3 "$scratch/in.csv"
refused 2 "Try 'sonde detect --help'" detect --column 0 "$scratch/in.csv"
refused 1 "cannot read $scratch/no.csv: No such file or directory" detect "$scratch/no.csv"
refused 1 "cannot read $scratch: Is a directory" detect "$scratch"
head -c 2000000 /dev/zero >"$scratch/binary"
refused 1 "the first row has no end within 1 MiB" detect "$scratch/binary"
# Compressed input, from a file and from a pipe.
printf '\x1f\x8b\x08\x00rest\n' >"$scratch/in.gz"
printf '\xfd7zXZ\x00rest\n' >"$scratch/in.xz"
refused 1 "the input is compressed, not CSV: unpack it with gzip -dc" detect "$scratch/in.gz"
refused 1 "the input is compressed, not CSV: unpack it with xz -dc" detect "$scratch/in.xz"
for packed in "$scratch"/in.[gx]z; do refused 1 "the input is compressed" detect - < <(cat "$packed"); done

# Output that cannot be written.
if [[ -w /dev/full ]]; then
    "$sonde" detect "$nab" >/dev/full 2>"$scratch/err"
    same "exit code on a full disk" "$?" 1
    holds "message on a full disk" "$(cat "$scratch/err")" "cannot write standard output: No space left on device"
fi
# A reader that goes is no error: nothing is said, and the exit code is 0.
for input in "$nab" -; do
    { cat "$nab" 2>/dev/null | "$sonde" detect "$input" 2>"$scratch/err"; echo "${PIPESTATUS[1]}" >"$scratch/code"; } | :
    same "exit code when the reader goes" "$(cat "$scratch/code")" 0
    same "messages when the reader goes" "$(cat "$scratch/err")" ""
done

same "version" "$("$sonde" --version | grep -cE '^sonde [0-9]+\.[0-9]+\.[0-9]+$')" 1
for help in "--help" "-h" "help"; do holds "sonde $help" "$("$sonde" $help)" "detect"; done
holds "sonde detect --help" "$("$sonde" detect --help)" "--timestamp-column"
holds "sonde detect -h" "$("$sonde" detect -h)" "--timestamp-column"
for part in "sliding-window: " "gaussian: " --window --half-life --learn-from --threshold; do
    holds "sonde detect --list" "$("$sonde" detect --list)" "$part"
done
finish
