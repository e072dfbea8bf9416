#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models beside scikit-learn, numpy, dlib and nanoflann, on the same data, one thread each: `./run bench peers`.

peers.py FOLDER_OF_PROGRAMS [--rounds N] [--only WORD] [--write docs/benchmarks.md]

In every round all contenders of a case take their turn, so that what else the machine does meets all of them.
A ratio is the best peer's time by ours, the median over the rounds. Exit code 1: a goal was missed.
"""
import argparse
import pathlib
import statistics
import sys

from contenders import one_thread

import cases

HEAD = ("| case | rows/s or time | best peer | its | ratio (least to most) | goal |", "|---|---|---|---|---|---|")


def rate(seconds, unit):
    if unit == "row":
        return f"{seconds * 1e6:.2f} µs" if seconds >= 1e-6 else f"{seconds * 1e9:.0f} ns"
    if unit == "fit":
        return f"{seconds:.2f} s"
    return f"{1 / seconds / 1e6:.2f} M/s" if seconds < 1e-6 else f"{1 / seconds / 1e3:.1f} k/s"


def measure(case, rounds):
    """The line of the table, and whether the goal was met."""
    names, times = [], {}
    for number in range(rounds if case.unit != "fit" else case.fits):
        if number == 0 or case.unit == "fit":
            contenders = {"sonde": case.ours(), **case.peers()}
            names = list(contenders)[1:]
        for name, contender in contenders.items():
            seconds = {"fit": lambda: contender.fit_seconds, "batch": contender.batch, "row": contender.row}[case.unit]()
            times.setdefault(name, []).append(seconds)
        if case.unit == "fit" or number == rounds - 1:
            for contender in contenders.values():
                contender.close()
    own = statistics.median(times["sonde"])
    met, best, ratio_text, their = True, "-", "-", "-"
    if names:
        best = min(names, key=lambda name: statistics.median(times[name]))
        ratios = sorted(peer / mine for peer, mine in zip(times[best], times["sonde"]))
        ratio = statistics.median(ratios)
        ratio_text = f"{ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        their = rate(statistics.median(times[best]), case.unit)
        met = case.ratio is None or ratio >= case.ratio
    if case.seconds is not None:
        met = met and own <= case.seconds
    goal = " and ".join(([f"{case.ratio} x"] if case.ratio else []) +
                        ([f"{rate(case.seconds, case.unit)}"] if case.seconds else []))
    line = f"| {case.name} | {rate(own, case.unit)} | {best} | {their} | {ratio_text} | {goal}{'' if met else ', MISSED'} |"
    return line, met


def write_between_marks(path, lines):
    begin, end = "<!-- peers -->", "<!-- /peers -->"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--write", type=pathlib.Path, help="where the table goes, between the marks <!-- peers -->")
    arguments = parser.parse_args()
    lines, missed = list(HEAD), []
    print("\n".join(HEAD), flush=True)
    with one_thread():
        for case in cases.all_cases(arguments.programs):
            if arguments.only not in case.name:
                continue
            line, met = measure(case, arguments.rounds)
            lines.append(line)
            print(line, flush=True)
            if not met:
                missed.append(case.name)
    if arguments.write:
        write_between_marks(arguments.write, lines)
    print(f"\n{len(lines) - 2 - len(missed)} goals met" + (f", missed: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
