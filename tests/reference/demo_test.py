# SPDX-License-Identifier: Apache-2.0
"""The demo's /metrics while it serves: promtool has no complaint, the strict OpenMetrics parser reads it, and a
real Prometheus that scrapes it has counts between those seen before and after.

demo_test.py <folder of the built programs>   exit code 77: something that it needs is not there
"""
import os
import signal
import subprocess
import sys
import time

from prometheus_server import PATIENCE, PrometheusServer, counts, get, lint, missing

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def traffic(samples):
    return sum(value for (name, _), value in samples.items() if name == "demo_requests_total")


def wait_until_all_is_shown(url):
    """Until the detectors are warm: what is not known yet is absent."""
    end = time.monotonic() + PATIENCE
    while "demo_detector_level" not in get(url + "/metrics"):
        assert time.monotonic() < end, "the detectors do not get warm"
        time.sleep(0.2)


def scraped_counts_lie_between(url):
    with PrometheusServer(url.removeprefix("http://")) as server:
        server.scraped(lambda found: traffic(found) > 0)
        before = counts(get(url + "/metrics"))
        between = server.scraped(lambda found: traffic(found) > traffic(before))
        after = counts(get(url + "/metrics"))
    # What a scrape from before `before` had is smaller there; each of a scrape's counts is of its own instant.
    grown = {key for key in before if between.get(key, 0) >= before[key]}
    wrong = [key for key in between.keys() & after.keys() if between[key] > after[key]]
    wrong += [key for key in before if key not in grown]
    for key in wrong[:5]:
        print(f"{key}: {before.get(key)}, {between.get(key)} in Prometheus, {after.get(key)}")
    print(f"Prometheus: {len(before)} counts, {len(wrong)} wrong, {traffic(between):.0f} requests")
    return bool(before) and not wrong


def shows_its_input_detector(url):
    """Every image is judged, in one of two ways; what becomes of trainings and rows is there from the start."""
    text = get(url + "/metrics")
    wanted = ['demo_inputs_total{verdict="normal"}', 'demo_inputs_total{verdict="anomalous"}',
              'demo_input_cells_total{column="3",row="3"}', 'demo_input_scoring_seconds_count',
              'demo_retrainings_total{model="inputs",outcome="published"}',
              'demo_retraining_rows_total{fate="taken",model="inputs"}',
              'demo_retraining_threshold{model="inputs"}', 'demo_retraining_model_age_seconds{model="inputs"}']
    absent = [name for name in wanted if name not in text]
    print(f"input detector: {len(wanted) - len(absent)} of {len(wanted)} series")
    return not absent


def reads_as_openmetrics(url):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    families = list(text_string_to_metric_families(get(url + "/metrics", OPENMETRICS)))
    print(f"OpenMetrics: {len(families)} families")
    return any(family.name == "demo_requests" and family.type == "counter" for family in families)


def main():
    program = os.environ.get("SONDE_DEMO_BIN", "")
    if missing() or not os.path.exists(program):
        print(f"skipped: no {missing() or 'demo'}")
        return 77
    with subprocess.Popen([program, "--serve"], stdout=subprocess.PIPE, text=True) as demo:
        try:
            url = next(line for line in demo.stdout if line.startswith("metrics:")).split()[1]
            url = url.removesuffix("/metrics")
            wait_until_all_is_shown(url)
            good = scraped_counts_lie_between(url)
            good &= reads_as_openmetrics(url)
            good &= shows_its_input_detector(url)
            good &= lint(get(url + "/metrics"))
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.stdout.read()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
