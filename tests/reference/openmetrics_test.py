# SPDX-License-Identifier: Apache-2.0
"""The strict OpenMetrics parser and the Prometheus text parser of prometheus_client read what we wrote: the
same samples, values to the last bit, and label text as Python's own UTF-8 decoder repairs it.

openmetrics_test.py <folder of the built programs>   exit code 77: prometheus_client is not there
"""
import math
import pathlib
import struct
import subprocess
import sys

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
    from prometheus_client.parser import text_string_to_metric_families as read_prometheus
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def run(program, form):
    return subprocess.run([program, form], check=True, capture_output=True).stdout


def bits(value):
    """What tells doubles apart, -0.0 from 0.0 included; all NaN alike."""
    return "nan" if math.isnan(value) else struct.pack("<d", value)


def label(pair):
    name, value = pair.split("=")
    return (name, bits(float.fromhex(value))) if name == "le" else (
        name, bytes.fromhex(value).decode("utf-8", "replace"))


def expected(program):
    samples = {}
    for line in run(program, "values").decode("ascii").splitlines():
        name, labels, value = line.split(" ")
        key = name, frozenset(label(pair) for pair in labels.split(",") if pair)
        assert key not in samples, f"twice: {key}"
        samples[key] = bits(float(int(value)) if value.isdigit() else float.fromhex(value))
    return samples


def parsed(families):
    samples = {}
    for family in families:
        for sample in family.samples:
            labels = frozenset(
                (k, bits(float(v))) if k == "le" else (k, v) for k, v in sample.labels.items())
            key = sample.name, labels
            assert key not in samples, f"twice: {key}"
            samples[key] = bits(float(sample.value))
    return samples


def compare(what, found, want):
    wrong = [key for key in want.keys() | found.keys() if want.get(key) != found.get(key)]
    for key in wrong[:5]:
        print(f"{what}: {key}: is {found.get(key)}, should be {want.get(key)}")
    print(f"{what}: {len(want)} samples, {len(wrong)} wrong")
    return len(wrong)


def check_families(families):
    by_name = {family.name: family for family in families}
    assert set(by_name) == {"random_counts", "random_size_bytes", "random_wait_seconds"}, set(by_name)
    assert by_name["random_counts"].type == "counter"
    assert by_name["random_counts"].documentation == 'Counts "of" back\\slash,\nand a line.'
    assert by_name["random_size_bytes"].unit == "bytes"
    assert by_name["random_wait_seconds"].type == "histogram"


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_exposition"
    want = expected(program)
    strict = list(read_openmetrics(run(program, "openmetrics").decode("utf-8")))
    check_families(strict)
    wrong = compare("OpenMetrics", parsed(strict), want)
    wrong += compare("Prometheus text", parsed(read_prometheus(run(program, "prometheus").decode("utf-8"))), want)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
