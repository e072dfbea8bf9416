#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every include of the library to the layer table of docs/design.md.

layers.py <source folder>   exit code 1 and one line per breach

An include may point to the same layer or to one before it in LAYERS. Public headers that sonde.hpp
reaches may use only the standard headers that its budget of lines allows.
"""
import pathlib
import re
import sys

LAYERS = ["core", "stats", "recording", "metrics", "thresholds", "detectors", "models", "sampling", "resources",
          "diagnosis", "alarms", "control", "exporters", "monitor", "testing"]

# A model only has to be a scorer, so that a user's own fits in the same way.
NEVER = {("detectors", "models")}

# Layers whose headers need only the standard library: what sonde.hpp may include.
IN_SONDE_HPP = {"core", "stats", "recording", "metrics", "thresholds", "detectors", "sampling", "resources", "diagnosis",
                "alarms", "control", "exporters"}
NOT_IN_SONDE_HPP = {"exporters/http_endpoint.hpp"}

LIGHT_STANDARD_HEADERS = set("""string string_view vector span array optional concepts type_traits utility
    limits cstdint cstddef new compare initializer_list exception stdexcept""".split())

# One header each that stands in for a heavy standard one.
EXTRA = {"core/chrono.hpp": {"chrono", "bits/chrono.h"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    """(line number, quoted?, what) of each include of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def own_target(folder, path, quoted, what):
    """The path below include/sonde or src/ that an include means, or None for one that is not ours."""
    if what.startswith("sonde/"):
        return what[len("sonde/"):]
    if not quoted:
        return None
    for base in (path.parent, folder / "src"):
        candidate = (base / what).resolve()
        for root in (folder / "include" / "sonde", folder / "src"):
            if candidate.is_file() and root.resolve() in candidate.parents:
                return candidate.relative_to(root.resolve()).as_posix()
    return what


def breach_of_order(source_layer, target):
    """Why a file of `source_layer` may not include `target`, or None."""
    if "/" not in target:
        return "sonde.hpp is for users, not for us" if target == "sonde.hpp" else f"{target} is in no layer"
    target_layer = target.split("/")[0]
    if target_layer not in LAYERS:
        return f"{target_layer}/ is no layer"
    if (source_layer, target_layer) in NEVER:
        return f"{source_layer} never includes {target_layer}"
    if LAYERS.index(target_layer) > LAYERS.index(source_layer):
        return f"{source_layer} stands before {target_layer}"
    return None


def check_umbrella(path):
    for number, _, what in includes(path):
        header = what.removeprefix("sonde/")
        if header.split("/")[0] not in IN_SONDE_HPP or header in NOT_IN_SONDE_HPP:
            yield number, f"sonde.hpp holds only what needs the standard library, not {what}"


def check_file(folder, root, path):
    relative = path.relative_to(root).as_posix()
    layer = relative.split("/")[0]
    if layer not in LAYERS:
        yield 1, f"{layer} is no layer"
        return
    is_light_header = root.name == "sonde" and layer in IN_SONDE_HPP
    for number, quoted, what in includes(path):
        target = own_target(folder, path, quoted, what)
        if target is not None:
            problem = breach_of_order(layer, target)
            if problem:
                yield number, problem
        elif is_light_header and what not in LIGHT_STANDARD_HEADERS | EXTRA.get(relative, set()):
            yield number, f"<{what}> is too heavy for a public header"


def check(folder):
    """All breaches below `folder`, as `file:line: what`."""
    problems = []
    for root in (folder / "include" / "sonde", folder / "src"):
        for path in sorted(p for p in root.rglob("*") if p.suffix in {".hpp", ".cpp", ".cuh", ".cu"}):
            is_umbrella = path.relative_to(root).as_posix() == "sonde.hpp"
            found = check_umbrella(path) if is_umbrella else check_file(folder, root, path)
            problems += [f"{path.relative_to(folder)}:{number}: {what}" for number, what in found]
    return problems


def main():
    problems = check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(problems) if problems else "layers: every include points up")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
