# SPDX-License-Identifier: Apache-2.0
"""The families of models that quality.py compares, with scikit-learn's of the same name and settings."""
import dataclasses
import typing

import numpy as np
from sklearn.cluster import KMeans
from sklearn.covariance import MinCovDet
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.svm import OneClassSVM

# The best single methods known for these sets: MCD, published with the DTE paper; DBSCAN distance, measured.
BARS = {"unsupervised": 77.8, "clean": 87.1}


@dataclasses.dataclass
class Family:
    name: str
    reference: typing.Callable = None  # (training rows, seed) -> a function that scores rows
    settings: typing.Callable = lambda train: {"scaling": "none"}
    seeded: bool = False
    same_method: bool = True  # so that the means have to agree
    model: str = None  # in the catalogue of models, where it is not the name


def k_means(train, seed):
    model = KMeans(n_clusters=8, n_init=4, random_state=seed).fit(train)
    return lambda rows: model.transform(rows).min(axis=1)


def mahalanobis(train, seed):
    covariance = np.cov(train, rowvar=False).reshape(train.shape[1], -1)
    covariance = 0.999 * covariance + 0.001 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    precision = np.linalg.inv(covariance + 1e-9 * np.eye(len(covariance)))
    mean = train.mean(axis=0)
    return lambda rows: np.einsum("ij,ij->i", (rows - mean) @ precision, rows - mean)


def robust(train, seed):
    model = MinCovDet(random_state=seed).fit(train)
    return model.mahalanobis


def knn(train, seed):
    model = NearestNeighbors(n_neighbors=5).fit(train)
    return lambda rows: model.kneighbors(rows)[0][:, -1]


def dbscan(train, seed):
    """Distance to the nearest core row; eps is the 90 % quantile of the distance to the tenth row, itself counted."""
    reach = NearestNeighbors(n_neighbors=10).fit(train).kneighbors(train)[0][:, -1]
    model = NearestNeighbors(n_neighbors=1).fit(train[reach <= np.quantile(reach, 0.9)])
    return lambda rows: model.kneighbors(rows)[0][:, 0]


def lof(train, seed):
    model = LocalOutlierFactor(n_neighbors=20, novelty=True).fit(train)
    return lambda rows: -model.score_samples(rows)


def isolation_forest(train, seed):
    model = IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(train)
    return lambda rows: -model.score_samples(rows)


def one_class_svm(train, seed):
    model = OneClassSVM(nu=0.5, gamma="auto").fit(train)
    return lambda rows: -model.score_samples(rows)


def pca(train, seed):
    model = PCA(random_state=seed).fit(train)
    kept = model.explained_variance_ > 1e-9
    return lambda rows: (model.transform(rows)[:, kept] ** 2 / model.explained_variance_[kept]).sum(axis=1)


def ecod(train, seed):
    columns = np.sort(train, axis=0)

    def score(rows):
        total = np.zeros(len(rows))
        for column, values in zip(columns.T, rows.T):
            left = np.searchsorted(column, values, side="right")
            right = len(column) - np.searchsorted(column, values, side="left")
            total -= np.log(np.maximum(np.minimum(left, right), 1) / len(column))
        return total

    return score


def _unscaled(**settings):
    return lambda train: {"scaling": "none", **settings}


FAMILIES = [
    Family("default", settings=lambda train: {}, seeded=True),
    Family("kmeans", k_means, _unscaled(restarts=4), seeded=True),
    Family("dbscan", dbscan),
    Family("knn", knn),
    Family("lof", lof),
    Family("isolation-forest", isolation_forest, seeded=True),
    Family("one-class-svm", one_class_svm, lambda train: {"scaling": "none", "nu": 0.5, "gamma": 1 / train.shape[1]}),
    Family("pca", pca),
    Family("mahalanobis", mahalanobis, _unscaled(estimate="fixed", shrinkage=0.001)),
    Family("mahalanobis, robust", robust, _unscaled(estimate="robust"), seeded=True, model="mahalanobis"),
    Family("ecod", ecod),
    Family("hbos"),
    Family("lesinn", settings=_unscaled(), seeded=True),
]
