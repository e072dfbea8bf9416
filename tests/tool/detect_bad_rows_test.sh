#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A bad row keeps its place, is reported with its line, is counted, and stops the run only with --strict.
source "$(dirname "$0")/common.sh"

detect 'time,value\nt1,1\nt2,\nt3,abc\nt4\nt5,nan\nt6,-inf\nt7,1e999\nt8,2\n\nt10,"3\nt11,2\n'
same "exit code" "$code" 0
same "rows" "$(brief)" '1,t1,1,warming_up 2,t2,,bad_input 3,t3,abc,bad_input 4,t4,,bad_input 5,t5,nan,bad_input'\
' 6,t6,-inf,bad_input 7,t7,1e999,bad_input 8,t8,2,warming_up 9,,,bad_input 10,t10,"""3",bad_input 11,t11,2,normal'
same "reports" "$err" "sonde: line 3: 'value' is empty
sonde: line 4: 'value' is 'abc', not a number
sonde: line 5: 1 column only, no 'value'
sonde: line 6: 'value' is 'nan', not finite
sonde: line 7: 'value' is '-inf', not finite
sonde: line 8: 'value' is '1e999', out of a double's range
sonde: line 10: a blank line
sonde: line 11: a quote that is never closed
sonde: 11 rows: 0 anomalous, 8 bad, 2 warming up"
grep -q '^3,t3,abc,,,bad_input$' <<<"$out" || fail "a bad row has no score and no level"

# What is bad is not learned: the other rows get the verdicts and scores they have without it.
detect '1\n2\n1\n2\n1\n50\n1\n'
without=$(tail -n +2 <<<"$out" | cut -d, -f3-)
detect '1\n2\nnan\n1\n2\n\n1\nx\n50\n1e999\n1\n'
same "scores" "$(tail -n +2 <<<"$out" | grep -v bad_input | cut -d, -f3-)" "$without"

detect '1\n2\n3\noops\n5\n' --strict
same "strict: exit code" "$code" 1
same "strict: rows" "$(brief)" '1,,1,warming_up 2,,2,warming_up 3,,3,normal'
same "strict: messages" "$err" "sonde: line 4: column 1 is 'oops', not a number; --strict ends the run here
sonde: 4 rows: 0 anomalous, 1 bad, 2 warming up"
detect '1\n2\n3\n' --strict
same "strict without bad rows: exit code" "$code" 0

# Where no row can be read the input is something else. No row at all is fine.
detect 'time;value\nt1;1\nt2;2\n'
same "all bad: exit code" "$code" 1
holds "all bad: rows" "$out" "2,,t2;2,,,bad_input"
same "all bad: the last lines" "$(tail -2 <<<"$err")" \
"sonde: no row could be read: is the separator a comma? is the file compressed?
sonde: 2 rows: 0 anomalous, 2 bad, 0 warming up"
for some in '' 'value\n' 'value\nx\n1\n'; do
    detect "$some"
    same "not all of '$some' bad: exit code" "$code" 0
    [[ $err == *"no row could be read"* ]] && fail "'$some' is said to be unreadable"
done

# Lines are lines of the file, rows are rows of data.
detect 'time,value\n"a\nb",1\nt2,x\n'
holds "line behind a quoted line end" "$err" "line 4: 'value' is 'x'"
same "row behind a quoted line end" "$(tail -1 <<<"$out")" "2,t2,x,,,bad_input"

# The twenty-first is only counted, and that is said.
detect "$(printf 'x\\n%.0s' {1..25})" --no-header
same "reports" "$(grep -c 'not a number' <<<"$err")" 20
holds "reports" "$err" "20 bad rows so far; further ones are only counted"
holds "summary" "$err" "25 rows: 0 anomalous, 25 bad"
same "rows" "$(grep -c bad_input <<<"$out")" 25

# A message never carries what a terminal would obey.
detect '1\n\033[2J\n'
holds "control characters" "$err" "'\\x1b[2J'"
finish
