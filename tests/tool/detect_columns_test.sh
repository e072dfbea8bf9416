#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Header or none, columns by name, by number, by guess; quotes, CRLF, byte order mark.
source "$(dirname "$0")/common.sh"

# rows <what> <expected> <input> [option...]
rows() {
    local what=$1 expected=$2
    shift 2
    detect "$@"
    same "$what: exit code" "$code" 0
    same "$what" "$(brief)" "$expected"
}

rows "one column" '1,,7,warming_up 2,,8,warming_up' '7\n8\n'
rows "one column with a name" '1,,7,warming_up' 'latency\n7\n'
rows "no line end at the end" '1,,7,warming_up 2,,8,warming_up' '7\n8'
rows "time and value" '1,t,7,warming_up' 'ts,latency\nt,7\n'
rows "value before time" '1,t,7,warming_up' 'latency,time\n7,t\n'
rows "value among others" '1,t,7,warming_up' 'a,Time,Value\n1,t,7\n'
rows "no header, time and value" '1,2014-03-07 03:41:00,7,warming_up' '2014-03-07 03:41:00,7\n'
rows "no header, seconds, more columns" '1,1394163660,7,warming_up' '1394163660,7,1\n'
rows "by name" '1,t,9,warming_up' 'time,a,b\nt,7,9\n' --column b
rows "by number" '1,t,9,warming_up' 'time,a,b\nt,7,9\n' --column 3
rows "by number without header" '1,,9,warming_up' '0.5,7,9\n' --column=3
rows "timestamp by name" '1,x,7,warming_up' 'when,a\nx,7\n' --timestamp-column when --column a
rows "timestamp by number" '1,9,0.5,warming_up' '0.5,7,9\n' --timestamp-column 3
rows "no timestamp" '1,,7,warming_up' 'time,a\nt,7\n' --timestamp-column none --column a
rows "names that are numbers" '1,,7,warming_up' '2024\n7\n' --header
rows "data that are words" '1,,n,bad_input 2,,7,warming_up' 'n\n7\n' --no-header
rows "CRLF" '1,t,7,warming_up 2,u,8,warming_up' 'time,value\r\nt,7\r\nu,8\r\n'
rows "byte order mark" '1,t,7,warming_up' '\xEF\xBB\xBFtime,value\nt,7\n'
rows "byte order mark, no header" '1,,7,warming_up' '\xEF\xBB\xBF7\n'
rows "quoted names and numbers" '1,t,7,warming_up' '"time","value"\n"t","7"\n'
rows "spaces" '1,t, 7 ,warming_up' 'time, value\nt, 7 \n'
rows "blank lines around" '1,,7,warming_up' '\n\n7\n\n\n'
rows "the value as written" '1,,+7.50e0,warming_up' '+7.50e0\n'
rows "nothing" '' ''
same "nothing: the header" "$out" row,timestamp,value,score,level,verdict

detect 'time,value\n"a ""b"", c",7\n"d\ne",8\n'
same "quotes in, quotes out" "$out" 'row,timestamp,value,score,level,verdict
1,"a ""b"", c",7,0,0,warming_up
2,"d
e",8,0,0,warming_up'

detect 'time,a,b\nt,7,9\n'
holds "a guess is said" "$err" "reading 'a'; --column may be 1 to 3, or one of 'time', 'a', 'b'"

# Options of the detector reach it.
detect '1\n2\n1\n2\n1\n2\n9\n' --detector sliding-window --window 4 --threshold 2 --side below
grep -q anomalous <<<"$out" && fail "--side below still finds what is above"
detect '1\n2\n1\n2\n1\n2\n9\n' --detector sliding-window --window=4 --threshold=2
same "what is above is found" "$(tail -1 <<<"$out" | cut -d, -f6)" anomalous
# Its level is its score by the threshold.
awk -F, 'NR > 1 && $4 != 2 * $5 { exit 1 }' <<<"$out" || fail "the level is not the score by the threshold"
finish
