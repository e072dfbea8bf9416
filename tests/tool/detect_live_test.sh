#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a pipe each row can be read before the next line is written. No clock decides: a row that is held
# back stops the test, and the time limit of `read` only says so.
source "$(dirname "$0")/common.sh"

expect() {
    local row
    IFS= read -r -t 60 row <&"${tool[0]}" || { fail "no answer to: $1"; finish; }
    [[ $row == $2 ]] || fail "answer to '$1' is '$row', should be like '$2'"
}

coproc tool { "$sonde" detect - --warm-up 2 2>/dev/null; }
pid=$!
printf 'timestamp,value\n' >&"${tool[1]}"
# The header of the output needs the first row of the input: it says where the columns are.
expect header row,timestamp,value,score,level,verdict
for row in 1 2 3 4 5 6 7 8 9 10; do
    printf 't%d,%d\n' "$row" $((row % 3)) >&"${tool[1]}"
    expect "row $row" "$row,t$row,$((row % 3)),*"
done
printf 't11,oops\r\n' >&"${tool[1]}"
expect "a bad row" "11,t11,oops,,,bad_input"
printf '"t,12",' >&"${tool[1]}"
printf '"1"\n' >&"${tool[1]}"
expect "a row in two pieces" '12,"t,12",1,*'
printf 't13,1\nt14,1\n' >&"${tool[1]}"
expect "two rows at once" "13,t13,1,*"
expect "two rows at once" "14,t14,1,*"
printf 't15,1' >&"${tool[1]}"
input=${tool[1]}
exec {input}>&-
expect "a last row without line end" "15,t15,1,*"
wait "$pid" || fail "exit code $?"

# The same through a named pipe.
mkfifo "$scratch/in"
coproc tool { "$sonde" detect "$scratch/in" --no-header --warm-up 2 2>/dev/null; }
pid=$!
exec {input}>"$scratch/in"
printf '5\n' >&"$input"
expect header row,timestamp,value,score,level,verdict
expect "the first row" 1,,5,0,0,warming_up
printf '6\n' >&"$input"
expect "the second row" 2,,6,0,0,warming_up
exec {input}>&-
wait "$pid" || fail "exit code $?"
finish
