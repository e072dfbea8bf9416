# SPDX-License-Identifier: Apache-2.0
"""promtool has no complaint about an endpoint's /metrics, and a real Prometheus that scrapes it returns the
same counts.

prometheus_test.py <folder of the built programs>   exit code 77: prometheus or its client is not there
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PATIENCE = 30  # seconds until the server is up and has scraped


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode("utf-8")


def counts(text):
    """Samples of counters and histograms, which stand still here; gauges of windows do not. To Prometheus, an
    empty label is no label."""
    return {(sample.name, frozenset(label for label in sample.labels.items() if label[1])): sample.value
            for family in text_string_to_metric_families(text)
            if family.name.startswith("demo_") and family.type in ("counter", "histogram")
            for sample in family.samples}


def lint(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text.encode("utf-8"), capture_output=True)
    complaint = (done.stdout + done.stderr).decode("utf-8").strip()
    print(f"promtool: exit code {done.returncode}, complaint: {complaint or 'none'}")
    return done.returncode == 0 and not complaint


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def query(server, expression):
    """The samples of an instant query, keyed as in `counts`; none while the server is not up yet."""
    try:
        answer = json.loads(get(f"{server}/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
    except (urllib.error.URLError, ConnectionError):
        return {}
    samples = {}
    for one in answer["data"]["result"]:
        labels = {k: v for k, v in one["metric"].items() if k not in ("__name__", "job", "instance")}
        samples[one["metric"]["__name__"], frozenset(labels.items())] = float(one["value"][1])
    return samples


def scraped(server, process, want):
    """What the server knows of the wanted samples, once it has scraped; at the latest when patience ends."""
    end = time.monotonic() + PATIENCE
    found = {}
    while time.monotonic() < end and process.poll() is None:
        found = {key: value for key, value in query(server, '{__name__=~"demo_.*"}').items() if key in want}
        if found:
            break
        time.sleep(0.1)
    return found


def serve_and_compare(target, want):
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1s}\nscrape_configs:\n"
                          f"  - job_name: sonde\n    static_configs: [{{targets: ['{target}']}}]\n")
        log = open(pathlib.Path(folder) / "log", "w+")
        process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            found = scraped(f"http://127.0.0.1:{port}", process, want)
        finally:
            process.terminate()
            process.wait()
        wrong = [key for key in want if want[key] != found.get(key)]
        for key in wrong[:5]:
            print(f"{key}: Prometheus has {found.get(key)}, should be {want[key]}")
        if not found:
            log.seek(0)
            print(log.read()[-3000:])
    print(f"Prometheus: {len(want)} counts, {len(wrong)} wrong")
    return not wrong


def main():
    for program in ("prometheus", "promtool"):
        if shutil.which(program) is None:
            print(f"skipped: no {program}")
            return 77
    with subprocess.Popen([pathlib.Path(sys.argv[1]) / "reference_http_endpoint"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as endpoint:
        url = endpoint.stdout.readline().strip()
        text = get(url + "/metrics")
        want = counts(text)
        assert want["demo_requests_total", frozenset({("model", "resnet50")})] == 12345, want
        assert want["demo_request_duration_seconds_count", frozenset()] == 1000, want
        good = lint(text)
        good &= serve_and_compare(url.removeprefix("http://"), want)
        endpoint.stdin.close()
    return 0 if good and endpoint.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
