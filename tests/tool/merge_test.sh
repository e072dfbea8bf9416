#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Adds up what three processes with three precisions recorded, and holds the sum to the values themselves. A
# failure names its input, exits with 1 and leaves all as it was.
source "$(dirname "$0")/common.sh"
recordings=$(dirname "$sonde")/reference_recordings
"$recordings" "$scratch" || { fail "no recordings to add"; finish; }
cd "$scratch" || exit 1

# merge <argument>...: leaves $out, $err and $code.
merge() {
    "$sonde" merge "$@" >out 2>err
    code=$?
    out=$(cat out)
    err=$(cat err)
}

# fails <exit code> <part of the message> <argument>...
fails() {
    local expected=$1 message=$2
    shift 2
    merge "$@"
    same "exit code of 'merge $*'" "$code" "$expected"
    holds "message of 'merge $*'" "$err" "$message"
    same "output of 'merge $*'" "$out" ""
}

# field <metric> <column name> of the CSV in $out
field() {
    awk -F'","|",|,"|,' -v metric="$1" -v column="$2" '
        NR == 1 { for (i = 1; i <= NF; ++i) if ($i == column) wanted = i }
        index($0, metric) { line = $0; sub(/.*(up_down_counter|counter|histogram|latency),/, "metric,kind,", line)
                            split(line, f, ","); print f[wanted] }' <<<"$out"
}

# within <metric> <file of values>: what is exact is, and quantiles are at most 2^-5 off
within() {
    sort -n "$2" >sorted
    local n exact column q
    n=$(wc -l <sorted)
    same "count of $1" "$(field "$1" count)" "$n"
    same "sum of $1" "$(field "$1" sum)" "$(awk '{ s += $1 } END { printf "%.0f", s }' sorted)"
    same "min of $1" "$(field "$1" min)" "$(head -n 1 sorted)"
    same "max of $1" "$(field "$1" max)" "$(tail -n 1 sorted)"
    for q in 50 90 99 99.9; do
        exact=$(awk -v q="$q" -v n="$n" 'NR >= q * n / 100 { print; exit }' sorted)
        column=$(field "$1" "p$q")
        awk -v x="$column" -v exact="$exact" 'BEGIN { d = x - exact; exit !((d < 0 ? -d : d) <= exact / 32) }' ||
            fail "p$q of $1 is $column, should be within 2^-5 of $exact"
    done
    same "precision of $1" "$(field "$1" precision_bits)" 5
}

# Three resolutions, in every order.
merge --format csv p7.bin p5.bin p6.bin
same "exit code" "$code" 0
same "messages" "$err" ""
same "header" "$(head -n 1 out)" "metric,kind,count,sum,min,p50,p90,p99,p99.9,max,precision_bits"
same "counters, up and down too" "$(grep counter out)" \
    $'demo_in_flight,up_down_counter,-3,,,,,,,,\ndemo_requests_total,counter,6018,,,,,,,,'
within demo_tokens tokens
within demo_wait_seconds ns
holds "labels" "$out" '"demo_wait_seconds{model=""a \""b\""""}",latency,6000,'
sum=$out
for order in "p5.bin p6.bin p7.bin" "p6.bin p7.bin p5.bin" "p7.bin p6.bin p5.bin"; do
    # shellcheck disable=SC2086
    merge --format csv $order
    same "the sum of $order" "$out" "$sum"
done

# What is written adds up as its parts do; the output may be an input.
merge --output half.bin p7.bin p6.bin
same "exit code of --output" "$code" 0
merge --output half.bin --format csv half.bin p5.bin
same "the sum in two steps" "$out" "$sum"
merge --format csv half.bin
same "one input is shown" "$out" "$sum"
merge --format=csv - <half.bin
same "standard input" "$out" "$sum"
same "files left behind" "$(find . -name 'half.bin?*')" ""
(umask 027 && "$sonde" merge --output rights.bin p7.bin >out)
same "rights" "$(stat -c %a rights.bin)" 640

# For people.
merge p7.bin p5.bin p6.bin
holds "table" "$out" "p99.9"
holds "bound of the error" "$(grep demo_tokens out)" "3.2 %"
[[ $(grep demo_wait_seconds out) =~ \ 6000\ .*\ (us|ms|s)\ .*" ms".*" 3.2 %"$ ]] || fail "units: $out"
merge ns.bin
[[ $out =~ "(unnamed)  latency      2  6 ms  3 ms  3 ms  3 ms  3 ms   3 ms  3 ms  1.6 %"$ ]] || fail "unnamed: $out"
merge --format csv --quantiles 0,75 tokens.bin tokens.bin
same "chosen quantiles" "$out" $'metric,kind,count,sum,min,p0,p75,max,precision_bits\n,histogram,2,24690,12345,12345,12345,12345,6'

# Folders of shards that processes share, one of them killed in the middle; files and folders add up.
mkdir one two three
"$recordings" one 7
{ "$recordings" two 5 700; } 2>/dev/null
same "exit code of a killed process" "$?" 137
"$recordings" three 6
merge --format csv one/shared two/shared three/shared
same "messages" "$err" ""
cat one/ns two/ns three/ns >ns
cat one/tokens two/tokens three/tokens >tokens
within demo_tokens tokens
within demo_wait_seconds ns
same "a counter in shared folders" "$(field demo_requests_total count)" 6018
same "an up-down counter in shared folders" "$(field demo_in_flight count)" -3
sum=$out
merge --format csv three/shared two/shared one/shared
same "the sum in another order" "$out" "$sum"
merge --format csv p7.bin two/shared p6.bin
same "the sum of files and a folder" "$out" "$sum"
echo text >one/shared/other.sonde
merge --format csv one/shared two/shared three/shared
same "a broken file is left out" "$out" "$sum"
same "exit code" "$code" 0
holds "the broken file" "$err" "sonde: cannot read one/shared/other.sonde: "
fails 1 "cannot read one/shared/other.sonde: " --strict --output strict.bin one/shared
[[ ! -e strict.bin ]] || fail "--strict has written"
rm one/shared/[!o]*
fails 1 "cannot read one/shared: no process shares recordings there; other.sonde: " one/shared

# What cannot be read or added is named, and nothing is written.
head -c 100 p5.bin >short.bin
cp p5.bin flipped.bin
printf '\xff' | dd of=flipped.bin bs=1 seek=300 conv=notrunc 2>/dev/null
echo text >text.bin
cp half.bin before.bin
fails 1 "cannot read none.bin: No such file or directory" --output half.bin p7.bin none.bin
fails 1 "cannot read short.bin: ByteReader: the size in the header is not the size of the file" --output half.bin p7.bin short.bin
fails 1 "cannot read flipped.bin: ByteReader: checksum mismatch" --output half.bin flipped.bin p7.bin
fails 1 "cannot read text.bin: ByteReader: " --output half.bin p7.bin text.bin
fails 1 "cannot add other.bin: Recordings: kind of demo_tokens is up_down_counter, must be a histogram" --output half.bin p7.bin other.bin
fails 1 "cannot add tokens.bin: Recordings: kind of " --output half.bin ns.bin tokens.bin
fails 1 "cannot write none/sum.bin: No such file or directory" --output none/sum.bin p7.bin
fails 1 "cannot write .: it is no regular file" --output . p7.bin
fails 1 "cannot write /dev/null: it is no regular file" --output /dev/null p7.bin
mkdir empty
fails 1 "cannot read empty: no process shares recordings there" --output half.bin p7.bin empty
cmp -s half.bin before.bin || fail "a failure has changed half.bin"
same "files left behind" "$(find . -name 'half.bin?*')" ""
if [[ -w /dev/full ]]; then
    "$sonde" merge p7.bin >/dev/full 2>err
    same "exit code on a full disk" "$?" 1
fi

fails 2 "an INPUT is missing; '-' reads standard input"
fails 2 "--format is 'json', must be table or csv" --format json p7.bin
for list in 101 -1 50,,90 nan 1e1 ''; do
    fails 2 "--quantiles is '$list', must be numbers from 0 to 100, as in 50,99.9" --quantiles="$list" p7.bin
done
fails 2 "unknown option --ouput; did you mean --output?" --ouput sum.bin p7.bin
holds "help" "$("$sonde" merge --help)" "--output FILE"
holds "help of all" "$("$sonde" --help)" "merge"
finish
