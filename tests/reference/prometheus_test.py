# SPDX-License-Identifier: Apache-2.0
"""promtool has no complaint about an endpoint's /metrics, and a real Prometheus that scrapes it returns the
same counts.

prometheus_test.py <folder of the built programs>   exit code 77: prometheus or its client is not there
"""
import pathlib
import subprocess
import sys

from prometheus_server import PrometheusServer, counts, get, lint, missing


def same_counts(url, want):
    with PrometheusServer(url.removeprefix("http://")) as server:
        found = server.scraped()
    wrong = [key for key in want if want[key] != found.get(key)]
    for key in wrong[:5]:
        print(f"{key}: Prometheus has {found.get(key)}, should be {want[key]}")
    print(f"Prometheus: {len(want)} counts, {len(wrong)} wrong")
    return not wrong


def main():
    if missing():
        print(f"skipped: no {missing()}")
        return 77
    with subprocess.Popen([pathlib.Path(sys.argv[1]) / "reference_http_endpoint"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as endpoint:
        url = endpoint.stdout.readline().strip()
        text = get(url + "/metrics")
        want = counts(text)
        assert want["demo_requests_total", frozenset({("model", "resnet50")})] == 12345, want
        assert want["demo_request_duration_seconds_count", frozenset()] == 1000, want
        good = lint(text)
        good &= same_counts(url, want)
        endpoint.stdin.close()
    return 0 if good and endpoint.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
