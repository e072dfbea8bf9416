# SPDX-License-Identifier: Apache-2.0
"""Files that numpy.save writes, of every type of numbers, say the same as their numbers in a CSV; the loss curve is XML.

train_files_test.py <folder of the built programs>   exit code 77: numpy or the tool is not there
"""
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

try:
    import numpy as np
except ImportError:
    print("skipped: no numpy")
    sys.exit(77)

SONDE = pathlib.Path(sys.argv[1]) / "sonde"


def verdicts(path, *options):
    """What it prints of the rows behind the first 80."""
    run = subprocess.run([SONDE, "detect", "--detector", "knn", "--train", "80", *options, path],
                         capture_output=True, text=True, check=True)
    return run.stdout


def numbers(rng, dtype):
    shape = (120, 2, 3)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    low = 0 if np.dtype(dtype).kind in "bu" else -100
    return rng.integers(low, 2 if dtype == "?" else 100, shape).astype(dtype)


def same_as_csv(folder, array):
    np.save(folder / "rows.npy", array)
    np.savetxt(folder / "rows.csv", array.reshape(len(array), -1), delimiter=",", fmt="%.17g")
    return verdicts(folder / "rows.npy") == verdicts(folder / "rows.csv", "--timestamp-column", "none")


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def check(good, what):
    if not good:
        print(f"FAILED: {what}")
    return good


def test_arrays(folder, rng):
    good = True
    for dtype in ("u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8", "?"):
        good &= check(same_as_csv(folder, numbers(rng, dtype)), f"{dtype}: another verdict than by CSV")
    rows = numbers(rng, "<f4")
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(folder / "version.npy", "wb") as file:
            np.lib.format.write_array(file, rows, version=version)
        np.save(folder / "rows.npy", rows)
        good &= check(verdicts(folder / "version.npy") == verdicts(folder / "rows.npy"), f"version {version}")
    good &= check(same_as_csv(folder, rows[:, 0, 0]), "one dimension")
    images = rng.integers(0, 256, (120, 3, 3)).astype("u1")
    (folder / "images.idx").write_bytes(idx_bytes(images))
    np.save(folder / "images.npy", images / 255)
    good &= check(verdicts(folder / "images.idx") == verdicts(folder / "images.npy"), "idx: not scaled to [0, 1]")
    np.save(folder / "fortran.npy", np.asfortranarray(rows.reshape(len(rows), -1)))
    refused = subprocess.run([SONDE, "detect", "--train", "80", folder / "fortran.npy"], capture_output=True, text=True)
    stream = subprocess.run([SONDE, "detect", folder / "rows.npy"], capture_output=True, text=True)
    good &= check(stream.returncode == 2 and "learn first" in stream.stderr, "a detector of one column takes npy")
    return good & check(refused.returncode == 1 and "ascontiguousarray" in refused.stderr, "Fortran's order is taken")


def test_plot(folder, rng):
    np.save(folder / "rows.npy", numbers(rng, "<f4"))
    subprocess.run([SONDE, "train", "--detector", "autoencoder", "--epochs", "4", "--input", folder / "rows.npy",
                    "--output", folder / "model", "--history", folder / "losses.csv", "--plot", folder / "losses.svg"],
                   check=True, capture_output=True)
    svg = xml.etree.ElementTree.parse(folder / "losses.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    lines = [[float(pair.split(",")[1]) for pair in line.get("points").split()] for line in svg.iter(space + "polyline")]
    losses = np.loadtxt(folder / "losses.csv", delimiter=",", skiprows=1)[:, 1:3]
    good = check(svg.tag == space + "svg" and len(lines) == 2, "no plot of two lines")
    if good:  # heights are in proportion to losses, downwards
        height = np.array(lines).T.ravel()
        slope = np.corrcoef(height, losses.ravel())[0, 1]
        good = check(slope < -0.9999, f"heights are not in proportion to losses: {slope}")
    return good


def main():
    if not SONDE.exists():
        print("skipped: the tool is not built")
        return 77
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        good = test_arrays(folder, rng) & test_plot(folder, rng)
    print("all as it should be" if good else "")
    return 0 if good else 1


sys.exit(main())
