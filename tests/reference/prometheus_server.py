# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus that scrapes one target, and what tests ask of it. Needs Debian's packages prometheus and
python3-prometheus-client; `missing()` says what is not there."""
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    text_string_to_metric_families = None

PATIENCE = 30  # seconds until the server is up and has scraped


def missing():
    """The first thing that these tests need and that is not there, or None."""
    if text_string_to_metric_families is None:
        return "the Python module prometheus_client"
    return next((program for program in ("prometheus", "promtool") if shutil.which(program) is None), None)


def get(url, accept="text/plain"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode("utf-8")


def counts(text):
    """The samples of counters and histograms, which never fall; gauges of windows do. To Prometheus, an empty
    label is no label."""
    return {(sample.name, frozenset(label for label in sample.labels.items() if label[1])): sample.value
            for family in text_string_to_metric_families(text)
            if family.name.startswith("demo_") and family.type in ("counter", "histogram")
            for sample in family.samples}


def lint(text):
    """True when promtool has no complaint."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text.encode("utf-8"), capture_output=True)
    complaint = (done.stdout + done.stderr).decode("utf-8").strip()
    print(f"promtool: exit code {done.returncode}, complaint: {complaint or 'none'}")
    return done.returncode == 0 and not complaint


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class PrometheusServer:
    """Scrapes `target` (host:port) once a second while the `with` block runs."""

    def __init__(self, target):
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"http://127.0.0.1:{free_port()}"
        config = pathlib.Path(self.folder.name) / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1s}\nscrape_configs:\n"
                          f"  - job_name: sonde\n    static_configs: [{{targets: ['{target}']}}]\n")
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder.name}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}"], stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def query(self):
        """What an instant query finds of `demo_*`, keyed as in `counts`; nothing while it is not up yet."""
        question = urllib.parse.urlencode({"query": '{__name__=~"demo_.*"}'})
        try:
            answer = json.loads(get(f"{self.url}/api/v1/query?{question}"))
        except (urllib.error.URLError, ConnectionError):
            return {}
        samples = {}
        for one in answer["data"]["result"]:
            labels = {k: v for k, v in one["metric"].items() if k not in ("__name__", "job", "instance")}
            samples[one["metric"]["__name__"], frozenset(labels.items())] = float(one["value"][1])
        return samples

    def scraped(self, good=bool):
        """The first query that is `good`: by itself, that finds anything. The last one when patience ends."""
        end = time.monotonic() + PATIENCE
        found = {}
        while time.monotonic() < end and self.process.poll() is None:
            found = self.query()
            if good(found):
                return found
            time.sleep(0.1)
        self.log.flush()
        print(pathlib.Path(self.log.name).read_text()[-3000:])
        return found
