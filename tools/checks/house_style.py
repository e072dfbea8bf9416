#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a formatter does not see: the licence line, the size of a file, the guard of a header.

house_style.py <source folder>   exit code 1 and one line per breach
"""
import pathlib
import sys

FOLDERS = ["include", "src", "tests", "tools", "examples", "benchmarks", "cmake"]
SUFFIXES = {".hpp", ".cpp", ".cuh", ".cu", ".py", ".sh", ".cmake", ".in"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LONGEST = 400
WIDEST = 120  # a line of prose; code is held to 110 by clang-format


def problems_of(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines[1] if lines and lines[0].startswith("#!") and len(lines) > 1 else "".join(lines[:1])
    if LICENCE not in first:
        yield f"does not begin with the line {LICENCE}"
    if len(lines) > LONGEST:
        yield f"has {len(lines)} lines, {LONGEST} are the ceiling"
    for number, line in enumerate(lines, 1):
        if path.suffix in {".hpp", ".cpp"} and len(line) > WIDEST and "http" not in line:
            yield f"line {number} has {len(line)} columns, {WIDEST} are the ceiling"
    if path.suffix == ".hpp" and "#pragma once" not in lines:
        yield "has no #pragma once"


def check(folder):
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and (path.suffix in SUFFIXES or path.name == "CMakeLists.txt"):
                for problem in problems_of(path):
                    yield f"{path.relative_to(folder)}: {problem}"


def main():
    problems = list(check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    print("\n".join(problems) if problems else "house style: every file has its licence line and its size")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
