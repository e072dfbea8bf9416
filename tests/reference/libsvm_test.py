# SPDX-License-Identifier: Apache-2.0
"""svm-predict and libsvm read what write_libsvm wrote, read_libsvm reads what svm-train wrote; they say the same.

libsvm_test.py <folder of the built programs>   exit code 77: numpy, libsvm or its programs are not there
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy as np
    try:
        from libsvm import svmutil
    except ImportError:
        import svmutil
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TRAIN, PREDICT = shutil.which("svm-train"), shutil.which("svm-predict")
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def data(labels):
    """Rows around two middles, with zeros among them; labels of either."""
    rng = np.random.default_rng(20240229)
    which = rng.integers(0, 2, size=300)
    rows = rng.normal(size=(300, 6)) + 1.5 * which[:, None] + 2
    rows[rng.random(rows.shape) < 0.2] = 0
    rows[:, 5] = 0  # a feature that no file shows
    return rows.astype(np.float32).astype(float), np.array(labels)[which]


def write_data(path, rows, labels):
    with path.open("w", encoding="ascii") as file:
        for row, label in zip(rows, labels):
            file.write(" ".join([str(label)] + [f"{j + 1}:{x:.17g}" for j, x in enumerate(row) if x != 0]) + "\n")


def ours(program, arguments, rows, positive):
    """Decision and score of each row."""
    lines = [f"{len(rows)} {rows.shape[1]}"]
    lines += [" ".join(f"{value:.9g}" for value in [label, *row]) for row, label in zip(rows, positive.astype(int))]
    done = subprocess.run([program, *map(str, arguments)], input="\n".join(lines), capture_output=True, text=True,
                          check=True)
    return np.array([line.split() for line in done.stdout.splitlines()], dtype=float).T


def theirs(model_file, rows, options=""):
    """libsvm's first label, and the labels and values that it gives the rows."""
    model = svmutil.svm_load_model(str(model_file))
    sparse = [{j + 1: x for j, x in enumerate(row) if x != 0} for row in rows]
    labels, _, values = svmutil.svm_predict([], sparse, model, "-q " + options)
    return model.get_labels(), np.array(labels), np.array(values)


def compare(program, folder, kind, kernel, probability, labels):
    """How many things are wrong."""
    rows, target = data(labels)
    positive = target == max(labels)
    wrong = 0
    written, trained, input_file, output = (folder / name for name in ("written", "trained", "rows", "output"))
    write_data(input_file, rows, target)
    flag = ["-b", "1"] if probability else []

    decision, score = ours(program, ["write", kind, kernel, int(probability), written], rows, positive)
    names, predicted, values = theirs(written, rows)
    wrong += not np.allclose(values[:, 0], decision, **CLOSE)
    subprocess.run([PREDICT, "-q", *flag, input_file, written, output], check=True, stdout=subprocess.DEVNULL)
    text = output.read_text(encoding="ascii").splitlines()
    said = np.array([float(line.split()[0]) for line in text if not line.startswith("labels")])
    wrong += not np.array_equal(said if not probability else predicted, np.where(decision > 0, 1, -1)
                                if kind == "one-class" else (decision > 0).astype(int))
    if probability:
        _, _, probabilities = theirs(written, rows, "-b 1")
        wrong += not np.allclose(probabilities[:, names.index(1)], score, **CLOSE)

    machine = ["-s", "2", "-n", "0.1"] if kind == "one-class" else ["-s", "0"]
    machine += ["-t", "2" if kernel == "rbf" else "0", *flag]
    subprocess.run([TRAIN, "-q", *machine, input_file, trained], check=True, stdout=subprocess.DEVNULL)
    decision, score = ours(program, ["read", kind, trained], rows, positive)
    names, predicted, values = theirs(trained, rows)
    first = kind == "one-class" or names[0] == max(labels)
    # svm-train writes support vectors with 8 digits, of which a float keeps 7.
    wrong += not np.allclose(values[:, 0] if first else -values[:, 0], decision, rtol=1e-5, atol=1e-5)
    if probability:
        _, _, probabilities = theirs(trained, rows, "-b 1")
        wrong += not np.allclose(probabilities[:, names.index(max(labels))], score, rtol=1e-5, atol=1e-5)
    print(f"{kind}, {kernel}, probability {probability}, labels {labels}: {wrong} wrong")
    return wrong


def main():
    if not TRAIN or not PREDICT:
        print("skipped: no svm-train")
        return 77
    program = pathlib.Path(sys.argv[1]) / "reference_libsvm"
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        for kernel in ("rbf", "linear"):
            wrong += compare(program, pathlib.Path(name), "one-class", kernel, False, [0, 1])
            for probability in (False, True):
                for labels in ([0, 1], [1, 0], [-1, 1], [7, 3]):
                    wrong += compare(program, pathlib.Path(name), "svc", kernel, probability, labels)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
