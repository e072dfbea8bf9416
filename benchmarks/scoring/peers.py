#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models beside scikit-learn, numpy and others, on the same data, one thread each: `./run bench peers`.

peers.py FOLDER_OF_PROGRAMS [--rounds N] [--only WORD] [--write docs/benchmarks.md]

In every round all contenders of a case take their turn, so that what else the machine does meets all of them.
A ratio is a peer's time by ours, the median over the rounds: the best peer's, or one line for each. Exit code 1: a
goal was missed. ONNX Runtime takes part when SONDE_ONNXRUNTIME names the folder of libonnxruntime.so.1.
"""
import argparse
import pathlib
import statistics
import sys

from contenders import one_thread

import cases

HEAD = ("| case | rows/s or time | peer | its | ratio (least to most) | goal |", "|---|---|---|---|---|---|")


def rate(seconds, unit):
    if unit == "row":
        return f"{seconds * 1e6:.2f} µs" if seconds >= 1e-6 else f"{seconds * 1e9:.0f} ns"
    if unit == "fit":
        return f"{seconds:.2f} s"
    return f"{1 / seconds / 1e6:.2f} M/s" if seconds < 1e-6 else f"{1 / seconds / 1e3:.1f} k/s"


def times_of(case, rounds):
    """The seconds of every contender in every round."""
    times = {}
    for number in range(rounds if case.unit != "fit" else case.fits):
        if number == 0 or case.unit == "fit":
            contenders = {"sonde": case.ours(), **case.peers()}
        for name, contender in contenders.items():
            seconds = {"fit": lambda: contender.fit_seconds, "batch": contender.batch, "row": contender.row}[case.unit]()
            times.setdefault(name, []).append(seconds)
        if case.unit == "fit" or number == rounds - 1:
            for contender in contenders.values():
                contender.close()
    return times


def line_of(case, times, peer, goal):
    """A line of the table, and whether the goal was met. No peer: ours alone."""
    own = statistics.median(times["sonde"])
    met, ratio_text, their = True, "-", "-"
    if peer:
        ratios = sorted(theirs / mine for theirs, mine in zip(times[peer], times["sonde"]))
        ratio = statistics.median(ratios)
        ratio_text = f"{ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        their = rate(statistics.median(times[peer]), case.unit)
        met = goal is None or ratio >= goal
    if case.seconds is not None:
        met = met and own <= case.seconds
    goals = ([f"{goal} x"] if goal else []) + ([f"{rate(case.seconds, case.unit)}"] if case.seconds else [])
    return (f"| {case.name} | {rate(own, case.unit)} | {peer or '-'} | {their} | {ratio_text} | "
            f"{' and '.join(goals)}{'' if met else ', MISSED'} |"), met


def measure(case, rounds):
    """Lines of the table, each with whether its goal was met: of the best peer, or of each that has its own goal."""
    times = times_of(case, rounds)
    peers = sorted((name for name in times if name != "sonde"), key=lambda name: statistics.median(times[name]))
    if isinstance(case.ratio, dict) and peers:
        return [line_of(case, times, name, case.ratio[name]) for name in peers]
    return [line_of(case, times, peers[0] if peers else None, None if isinstance(case.ratio, dict) else case.ratio)]


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
            for line, met in measure(case, arguments.rounds):
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
