# SPDX-License-Identifier: Apache-2.0
"""Who is timed: programs that answer lines (contender.cpp, peers.cpp) and scikit-learn's estimators in this process.

Every contender has batch() and row(): seconds per row of scoring all query rows at once, and one by one.
"""
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import contextlib
import pathlib
import subprocess
import tempfile
import time

import numpy as np

_folder = tempfile.TemporaryDirectory(prefix="sonde_benchmark_")
_written = {}


def file_of(rows):
    """The path of a file with these rows, as contender.cpp reads them; a path is one already."""
    if isinstance(rows, pathlib.Path):
        return rows
    key = id(rows)
    if key not in _written:
        path = pathlib.Path(_folder.name) / f"{len(_written)}.rows"
        shape = np.array(rows.shape, dtype="<u8")
        path.write_bytes(shape.tobytes() + np.ascontiguousarray(rows, dtype="<f4").tobytes())
        _written[key] = (path, rows)  # kept, so that no other array gets its id
    return _written[key][0]


def file_with(name, data):
    path = pathlib.Path(_folder.name) / name
    path.write_bytes(data)
    return path


def labels_file_of(labels):
    if labels is None:
        return "-"
    if isinstance(labels, pathlib.Path):
        return labels
    return file_with(f"{id(labels)}.labels", np.asarray(labels, dtype=np.uint8).tobytes())


class Program:
    """A model in another process: it stays fitted while others are timed."""

    def __init__(self, program, model, train, queries, labels=None, **settings):
        words = [f"{name.replace('_', '-')}={value}" for name, value in settings.items()]
        self.process = subprocess.Popen(
            [program, model, file_of(train), labels_file_of(labels), *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.queries = file_of(queries)
        self.fit_seconds = float(self._line().split()[1])

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args[1]} gave up")
        return line

    def _ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._line()

    def batch(self):
        return float(self._ask(f"batch {self.queries}"))

    def row(self):
        return float(self._ask(f"row {self.queries}"))

    def scores(self):
        out = pathlib.Path(_folder.name) / "scores"
        self._ask(f"score {self.queries} {out}")
        return np.fromfile(out)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Python:
    """A function of rows in this process."""

    def __init__(self, score, queries, fit_seconds=0.0):
        self.score, self.queries, self.fit_seconds = score, queries, fit_seconds

    def batch(self):
        return _seconds(lambda: self.score(self.queries)) / len(self.queries)

    def row(self):
        some = [self.queries[i:i + 1] for i in range(min(20, len(self.queries)))]
        return _seconds(lambda: [self.score(row) for row in some]) / len(some)

    def scores(self):
        return self.score(self.queries)

    def close(self):
        pass


@contextlib.contextmanager
def one_thread():
    """scikit-learn starts no thread of its own; the variables above speak to numpy's libraries."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with threadpool_limits(1):
        yield


def _seconds(work):
    """Of one call; as often as 50 ms take."""
    rounds, start = 0, time.perf_counter()
    while True:
        work()
        rounds += 1
        taken = time.perf_counter() - start
        if taken >= 0.05:
            return taken / rounds
