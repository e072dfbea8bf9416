# SPDX-License-Identifier: Apache-2.0
"""VUS-PR: the area under precision and recall of ranges, averaged over how far a label reaches beyond its range
(Paparrizos et al., Volume under the surface, PVLDB 15, 2022), with the 250 thresholds of TSB-AD (Liu, Paparrizos,
The elephant in the room, NeurIPS 2024).

For a reach w the labels are widened by w / 2 rows on both sides of each range, with weights sqrt(1 - distance / w).
Of the rows above a threshold: precision is their weight by their number; recall is their weight by the mean of all
labelled rows and those rows' own weights outside of the ranges, times the share of the widened ranges that they touch.
"""
import numpy as np

THRESHOLDS = 250


def ranges_of(labels):
    """[first row, behind the last row] of each run of ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], labels, [0]))))
    return edges.reshape(-1, 2)


def widened(labels, ranges, reach):
    weights = labels.astype(float)
    if reach == 0:
        return weights
    distance = np.arange(1, reach // 2 + 1)
    fading = np.sqrt(1 - distance / reach)
    for first, behind in ranges:
        for rows in (first - distance, behind - 1 + distance):
            inside = (rows >= 0) & (rows < len(labels))
            weights[rows[inside]] += fading[inside]
    return np.minimum(weights, 1)


def merged(ranges, half, size):
    """The ranges, widened by `half` rows; those that meet are one."""
    result = []
    for first, behind in ranges:
        first, behind = max(first - half, 0), min(behind + half, size)
        if result and first < result[-1][1]:
            result[-1][1] = behind
        else:
            result.append([first, behind])
    return result


def vus_pr(labels, scores, reach):
    """The mean over reaches 0..reach. Labels are 0 or 1, at least one of each; higher scores are more anomalous."""
    labels, ranges, size = np.asarray(labels), ranges_of(labels), len(labels)
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    cuts = falling[np.linspace(0, size - 1, THRESHOLDS).astype(int)]
    above = np.searchsorted(-falling, -cuts, side="right")
    labelled_above = np.cumsum(labels[order])[above - 1]
    areas = []
    for w in range(reach + 1):
        hits = np.cumsum(widened(labels, ranges, w)[order])[above - 1]
        peaks = np.sort([-scores[first:behind].max() for first, behind in merged(ranges, w // 2, size)])
        touched = np.searchsorted(peaks, -cuts, side="right") / len(peaks)
        recall = np.minimum(hits / (labels.sum() + (hits - labelled_above) / 2), 1) * touched
        areas.append(np.sum(np.diff(recall, prepend=0) * hits / above))
    return float(np.mean(areas))


def reach_of(values):
    """The lag, from 3 on, at which the autocorrelation of the first 20,000 values has its highest peak; 125 without."""
    values = np.asarray(values[:20000], dtype=float) - np.mean(values[:20000])
    size = 1 << (2 * len(values) - 1).bit_length()
    spectrum = np.fft.rfft(values, size)
    correlation = np.fft.irfft(spectrum * np.conj(spectrum), size)[3:min(401, len(values))]
    peaks = np.flatnonzero((correlation[1:-1] > correlation[:-2]) & (correlation[1:-1] > correlation[2:])) + 1
    if not values.any() or len(peaks) == 0:
        return 125
    best = int(peaks[np.argmax(correlation[peaks])])
    return best + 3 if 3 <= best <= 300 else 125
