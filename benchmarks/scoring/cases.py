# SPDX-License-Identifier: Apache-2.0
"""What peers.py times: data, our model, the peers and the goal of each case."""
import dataclasses
import typing

from contenders import Program, Python, file_with

import numpy as np
from sklearn.cluster import DBSCAN, KMeans
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.svm import OneClassSVM

import networks
import onnx_model


@dataclasses.dataclass
class Case:
    name: str
    unit: str  # batch, row or fit
    ours: typing.Callable
    peers: typing.Callable  # a dictionary of contenders
    ratio: typing.Any = None  # the best peer's time by ours must be at least this; or a dictionary: of each peer
    seconds: float = None  # ours per row must be at most this
    fits: int = 1  # rounds of a fit


def blobs(rows, features, seed, centres=20, spread=0.3):
    """Clouds in the unit cube, and a tenth of the rows anywhere in it."""
    rng = np.random.default_rng(seed)
    middle = rng.random((centres, features))
    points = middle[rng.integers(centres, size=rows)] + spread * rng.normal(size=(rows, features)) / features**0.5
    points[: rows // 10] = rng.random((rows // 10, features))
    rng.shuffle(points)
    return points.astype(np.float32)


def k_means(programs):
    for features, clusters, goal in ((16, 64, 1.7), (16, 256, 1.7), (64, 64, 1.7), (64, 256, 1.7),
                                     (784, 8, 1.3), (784, 64, 1.3), (784, 256, 1.3)):
        train = blobs(max(2000, 4 * clusters), features, 1, clusters)
        queries = blobs(20000 if features < 100 else 5000, features, 2, clusters)

        def ours(train=train, queries=queries, clusters=clusters):
            return Program(programs / "scoring_contender", "kmeans", train, queries, clusters=clusters, restarts=1,
                           scaling="none")

        def peers(train=train, queries=queries, clusters=clusters):
            model = KMeans(clusters, n_init=1, random_state=1).fit(train)
            centres = np.ascontiguousarray(model.cluster_centers_, dtype=np.float32)
            half = (centres**2).sum(1)[None, :] / 2

            def numpy_distance(rows):
                squares = (rows**2).sum(1) + 2 * (half - rows @ centres.T).min(1)
                return np.sqrt(np.maximum(squares, 0))

            return {"scikit-learn": Python(model.predict, queries), "numpy": Python(numpy_distance, queries),
                    "dlib": Program(programs / "scoring_peers", "dlib-centers", centres, queries)}

        yield Case(f"k-means {features} x {clusters}", "batch", ours, peers, goal)
        if (features, clusters) in ((16, 64), (64, 64)):
            yield Case(f"k-means {features} x {clusters}, one row", "row", ours, peers,
                       seconds=0.5e-6 if features == 16 else None)


def gaussian(programs):
    for features in (8, 64, 784):
        train, queries = blobs(2000, features, 1), blobs(200000 if features < 100 else 20000, features, 2)

        def ours(train=train, queries=queries):
            return Program(programs / "scoring_contender", "gaussian-diagonal", train, queries)

        def peers(train=train, queries=queries):
            mean, stddev = train.mean(0), train.std(0)
            return {"numpy": Python(lambda rows: np.sqrt((((rows - mean) / stddev) ** 2).sum(1)), queries)}

        yield Case(f"Gaussian diagonal {features}", "batch", ours, peers, 3)
        if features < 100:
            yield Case(f"Gaussian diagonal {features}, one row", "row", ours, peers, seconds=20e-9)


def mahalanobis(programs):
    for features, goal in ((8, 2), (64, 2), (784, 1.5)):
        train, queries = blobs(3000, features, 1), blobs(50000 if features < 100 else 3000, features, 2)

        def ours(train=train, queries=queries):
            return Program(programs / "scoring_contender", "mahalanobis", train, queries, scaling="none")

        def peers(train=train, queries=queries):
            mean = train.mean(0)
            precision = np.linalg.inv(np.cov(train, rowvar=False) + 1e-6 * np.eye(features)).astype(np.float32)

            def distance(rows):
                centred = rows - mean
                return np.sqrt(np.maximum(np.einsum("ij,ij->i", centred @ precision, centred), 0))

            return {"numpy": Python(distance, queries)}

        yield Case(f"Mahalanobis {features}", "batch", ours, peers, goal)


def isolation_forest(programs):
    train, queries = blobs(5000, 16, 1), blobs(20000, 16, 2)

    def ours():
        return Program(programs / "scoring_contender", "isolation-forest", train, queries, scaling="none")

    def peers():
        model = IsolationForest(n_estimators=100, max_samples=256, random_state=1).fit(train)
        return {"scikit-learn": Python(model.score_samples, queries)}

    yield Case("isolation forest 100 x 256", "batch", ours, peers, 10)
    yield Case("isolation forest 100 x 256, one row", "row", ours, peers, seconds=3e-6)


def one_class_svm(programs):
    for features in (8, 64):
        train, queries = blobs(510, features, 1), blobs(20000, features, 2)

        def ours(train=train, queries=queries, features=features):
            return Program(programs / "scoring_contender", "one-class-svm", train, queries, nu=0.5, gamma=1 / features,
                           scaling="none")

        def peers(train=train, queries=queries, features=features):
            model = OneClassSVM(nu=0.5, gamma=1 / features).fit(train)
            return {"scikit-learn": Python(model.score_samples, queries)}

        yield Case(f"one-class SVM, 255 vectors, {features}", "batch", ours, peers, 20)


def neighbours(programs):
    for features in (8, 64):
        train, queries = blobs(10000, features, 1), blobs(4000, features, 2)
        for name, fit in (("lof", lambda rows: LocalOutlierFactor(n_neighbors=20, novelty=True).fit(rows).score_samples),
                          ("knn", lambda rows: lambda queries, model=NearestNeighbors(n_neighbors=20).fit(rows):
                          model.kneighbors(queries))):
            def ours(name=name, train=train, queries=queries):
                return Program(programs / "scoring_contender", name, train, queries, neighbours=20, scaling="none")

            def peers(fit=fit, train=train, queries=queries):
                return {"scikit-learn": Python(fit(train), queries)}

            yield Case(f"{'LOF' if name == 'lof' else 'kNN'}, 10,000 rows, k 20, {features}", "batch", ours, peers, 5)


def nearest_core(programs):
    for features, goal in ((2, 1), (4, 1), (8, None), (16, 5)):
        train, queries = blobs(100000, features, 1), blobs(20000 if features < 8 else 2000, features, 2)

        def ours(train=train, queries=queries):
            # Every row is a core point, so that both have the same points to look among.
            return Program(programs / "scoring_contender", "dbscan", train, queries, eps=0.01, min_points=1,
                           scaling="none")

        def peers(train=train, queries=queries):
            return {"nanoflann": Program(programs / "scoring_peers", "nanoflann", train, queries),
                    "scikit-learn": Python(NearestNeighbors(n_neighbors=1).fit(train).kneighbors, queries)}

        yield Case(f"nearest core point of 100,000, {features}", "batch", ours, peers, goal)


def dbscan_fit(programs):
    import time
    for features, eps in ((2, 0.01), (8, 0.2), (16, 0.35)):
        train = blobs(100000, features, 1)

        def clusters(train=train, eps=eps):
            return Program(programs / "scoring_contender", "dbscan-clusters", train, train, eps=eps, min_points=10)

        def model(train=train, eps=eps):
            return Program(programs / "scoring_contender", "dbscan", train, train, eps=eps, min_points=10,
                           scaling="none")

        def peers(train=train, eps=eps):
            start = time.perf_counter()
            DBSCAN(eps=eps, min_samples=10).fit(train)
            return {"scikit-learn": Python(None, train[:1], time.perf_counter() - start)}

        # One of a few seconds says enough; the others take half a minute each.
        fits = 7 if features == 2 else 1
        yield Case(f"DBSCAN fit, 100,000 rows, {features}", "fit", clusters, peers, 20, fits=fits)
        if features == 2:
            yield Case(f"the same with a calibrated model, {features}", "fit", model, peers, fits=fits)


def check_same(ours, theirs):
    """That contenders of the autoencoder score alike: what is timed has to be the same."""
    scores = ours.scores()
    ours.close()
    for name, contender in theirs.items():
        off = np.abs(contender.scores() / scores - 1).max()
        contender.close()
        if off > 1e-5:
            raise SystemExit(f"the scores of {name} differ from ours by {off:.1g}")


def autoencoder(programs):
    """784-128-64-32-64-128-784 beside PyTorch (Debian: python3-torch) and ONNX Runtime, where they are there."""
    rng = np.random.default_rng(1)
    train, layers = rng.random((10240, 784), dtype=np.float32), networks.layers_of_chance(rng)
    weights = np.concatenate([values.ravel() for layer in layers for values in layer[:2]])[None, :]
    model = file_with("autoencoder.onnx", onnx_model.autoencoder(layers))
    torch, library = networks.torch_on_one_thread(), networks.onnx_runtime()

    def ours(queries, precision="weights"):
        return Program(programs / "scoring_contender", f"autoencoder-{precision}", weights, queries)

    def peers(queries):
        found = {}
        if torch:
            found["PyTorch"] = Python(networks.torch_scores(torch, layers), queries)
        if library:
            found["ONNX Runtime"] = Program(programs / "scoring_peers", "onnxruntime", library, queries, model)
        return found

    few = train[:512]
    check_same(ours(few), peers(few))
    batches = {rows: rng.random((rows, 784), dtype=np.float32) for rows in (32, 256, 4096)}
    for rows, goal in ((32, 1.2), (256, 1.2), (4096, 1.3)):
        yield Case(f"autoencoder, batches of {rows}", "batch", lambda q=batches[rows]: ours(q),
                   lambda q=batches[rows]: peers(q), {"PyTorch": 1.4, "ONNX Runtime": goal})
    yield Case("autoencoder, one row", "row", lambda: ours(few), lambda: peers(few), {"PyTorch": 10, "ONNX Runtime": 2})
    for rows, queries in batches.items():
        yield Case(f"autoencoder in bytes, batches of {rows}", "batch", lambda q=queries: ours(q, "bytes"),
                   lambda q=queries: {"our floats": ours(q)})
    yield Case("autoencoder in bytes, one row", "row", lambda: ours(few, "bytes"), lambda: {"our floats": ours(few)})
    if torch:
        yield Case("autoencoder, an epoch of 10,240 rows", "fit",
                   lambda: Program(programs / "scoring_contender", "autoencoder-epoch", train, train[:1]),
                   lambda: {"PyTorch": Python(None, train[:1], networks.torch_epoch(torch, layers, train))}, 2, fits=5)


def all_cases(programs):
    for family in (k_means, gaussian, mahalanobis, isolation_forest, one_class_svm, neighbours, nearest_core,
                   dbscan_fit, autoencoder):
        yield from family(programs)
