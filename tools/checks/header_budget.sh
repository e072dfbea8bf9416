#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# header_budget.sh <g++> <include folder>: what `#include <sonde/sonde.hpp>` costs whoever writes it.
set -euo pipefail
readonly compiler=$1 include=$2 budget=45000

[[ -e $include/sonde/sonde.hpp ]] || { echo "skipped: $include/sonde/sonde.hpp is not there"; exit 77; }
preprocessed=$(mktemp)
trap 'rm -f "$preprocessed"' EXIT
echo '#include <sonde/sonde.hpp>' | "$compiler" -std=c++20 -E -I"$include" -x c++ - >"$preprocessed"

lines=$(wc -l <"$preprocessed")
echo "sonde/sonde.hpp: $lines lines preprocessed, $budget allowed"
failed=0
if ((lines > budget)) && [[ $("$compiler" -dumpversion) == 12* ]]; then failed=1; fi   # others count otherwise
for unwanted in /Eigen/ /fmt/ /iostream\" /nlohmann/; do
    if grep -m1 "^# [0-9]* \".*$unwanted" "$preprocessed"; then
        echo "sonde/sonde.hpp must not pull in ${unwanted//[\/\"]/}"
        failed=1
    fi
done
exit "$failed"
