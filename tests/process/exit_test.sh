#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# exit_test.sh <bin folder>: however a process ends while it records, it ends at once and cleanly.
set -uo pipefail
failures=0
for round in {1..50}; do
    for how in 0 1 2 3; do # return, return after a while, exit by another thread, quick_exit
        timeout 20 "$1/process_exit" "$how"
        code=$?
        ((code == 0)) || { echo "FAILED: round $round, way $how: exit code $code"; failures=$((failures + 1)); }
    done
done
((failures == 0)) && echo "all as it should be"
exit $((failures > 0))
