# SPDX-License-Identifier: Apache-2.0
"""tools/export beside PyTorch: an exported model gives the outputs that it had, to 1e-5.

export_test.py <folder of the built programs>   exit code 77: numpy is not there; without torch its part is left out

Keras does not take part: stand-ins with the interface of its layers hold the numbers of a PyTorch model the way Keras
does (kernels of inputs x outputs, gates z, r, h), and must give its outputs.
"""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import types

try:
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SOURCE = pathlib.Path(os.environ.get("SONDE_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(SOURCE / "tools" / "export"))
import export_keras  # noqa: E402
from network_file import Network, bfloat16  # noqa: E402

try:
    import torch
    from torch import nn

    import export_pytorch
except ImportError as missing:
    torch = None
    print(f"PyTorch's part skipped: {missing}")


def run(program, mode, file, rows):
    """What sonde makes of the rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.safetensors"
        path.write_bytes(file)
        text = "\n".join([f"{len(rows)} {rows.shape[1]}", *(" ".join(f"{x:.9g}" for x in row) for row in rows)])
        done = subprocess.run([program, mode, path], input=text, capture_output=True, text=True, check=True)
    return np.array([line.split() for line in done.stdout.splitlines()], dtype=np.float32)


def check(name, ours, theirs):
    off = np.abs(ours - theirs).max()
    print(f"{name}: off by {off:.2g}")
    return not off <= 1e-5


def refused(name, make):
    name = " ".join(name.split())
    try:
        make()
    except ValueError as error:
        print(f"{name}: refused, {' '.join(str(error).split())}")
        return False
    print(f"{name}: not refused")
    return True


def rows_of(count, features):
    return np.random.default_rng(count).uniform(-1, 1, (count, features)).astype(np.float32)


def random_norm(size, epsilon=1e-5):
    norm = nn.LayerNorm(size, eps=epsilon)
    with torch.no_grad():
        norm.weight.normal_(1, 0.2)
        norm.bias.normal_(0, 0.2)
    return norm


def dense_models():
    torch.manual_seed(1)
    yield "reference shape", nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(),
        nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid())
    yield "every layer", [
        nn.Sequential(nn.Linear(7, 20, bias=False), random_norm(20), nn.LeakyReLU(), nn.Dropout(0.3)),
        [nn.Identity(), nn.Linear(20, 5), random_norm(5), nn.Tanh()], nn.Linear(5, 7)]
    yield "another epsilon", [nn.Linear(7, 5), random_norm(5, 1e-3), nn.Sigmoid(), nn.Linear(5, 7)]
    yield "eleven layers", nn.Sequential(*(nn.Linear(4, 4) for _ in range(11)))


def check_dense(program):
    wrong = 0
    for name, model in dense_models():
        leaves = nn.Sequential(*export_pytorch.leaves([model])).eval()
        rows = rows_of(50, next(leaves.parameters()).shape[1])
        wrong += check(name, run(program, "dense", export_pytorch.to_bytes(model), rows), outputs(leaves, rows))
        if name == "another epsilon":
            continue  # scaled before it is rounded
        for element, rounded in (("F16", torch.float16), ("BF16", torch.bfloat16)):
            leaves.to(rounded).float()
            file = export_pytorch.to_bytes(model, element)
            wrong += check(f"{name}, {element}", run(program, "dense", file, rows), outputs(leaves, rows))
    return wrong


def outputs(model, rows):
    with torch.no_grad():
        return model(torch.from_numpy(rows)).numpy()


def forecasts(cells, head, rows):
    with torch.no_grad():
        return head(cells(torch.from_numpy(rows)[None])[0])[0].numpy()


def check_recurrent(program):
    torch.manual_seed(2)
    wrong, rows, head = 0, rows_of(40, 3), nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    for cells in (nn.GRU(3, 5, 2, batch_first=True), nn.LSTM(3, 5, 2, batch_first=True),
                  nn.GRU(3, 5, bias=False, batch_first=True)):
        file = export_pytorch.to_bytes([cells, head])
        wrong += check(str(cells), run(program, "recurrent", file, rows), forecasts(cells, head, rows))
    return wrong


def check_refusals():
    return sum(refused(str(modules), lambda m=modules: export_pytorch.to_bytes(m)) for modules in (
        nn.ReLU(), nn.Sequential(nn.Linear(2, 2), nn.GELU()), nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Tanh()),
        nn.Sequential(nn.Linear(2, 2), nn.LeakyReLU(0.2)), nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.LayerNorm(2)),
        nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(1)), nn.GRU(2, 2, bidirectional=True), nn.LSTM(2, 2, proj_size=1),
        nn.Sequential()))


def keras_layer(kind, weights=(), **attributes):
    """A stand-in: an object of a class of that name."""
    attributes = {key: types.SimpleNamespace(__name__=value) if "activation" in key else value
                  for key, value in attributes.items()}
    return type(kind, (), {"get_weights": lambda self: list(weights), **attributes})()


def keras_model(*layers):
    return types.SimpleNamespace(layers=list(layers))


def keras_dense(linear, activation="linear"):
    return keras_layer("Dense", [p.detach().numpy().T for p in linear.parameters()], activation=activation)


def keras_gru(gru):
    def gates(numbers):
        r, z, n = np.split(numbers, 3)
        return np.concatenate([z, r, n])
    w, u, b, c = (gates(p.detach().numpy()) for p in gru.parameters())
    return keras_layer("GRU", [w.T, u.T, np.stack([b, c])], activation="tanh", recurrent_activation="sigmoid",
                       go_backwards=False, reset_after=True)


def keras_lstm(lstm):
    w, u, b, c = (p.detach().numpy() for p in lstm.parameters())
    return keras_layer("LSTM", [w.T, u.T, b + c], activation="tanh", recurrent_activation="sigmoid",
                       go_backwards=False)


def check_keras(program):
    torch.manual_seed(3)
    linear, norm, last = nn.Linear(6, 9), random_norm(9, 1e-3), nn.Linear(9, 6)
    inner = keras_model(
        keras_dense(linear),
        keras_layer("LayerNormalization", [p.detach().numpy() for p in norm.parameters()], axis=[-1], epsilon=1e-3,
                    scale=True, center=True),
        keras_layer("LeakyReLU", negative_slope=0.01), keras_layer("Dropout", rate=0.1))
    model = keras_model(keras_layer("InputLayer"), inner, keras_dense(last, "sigmoid"))
    rows = rows_of(30, 6)
    wrong = check("Keras's interface, dense", run(program, "dense", export_keras.to_bytes(model), rows),
                  outputs(nn.Sequential(linear, norm, nn.LeakyReLU(), last, nn.Sigmoid()), rows))
    rows, head = rows_of(40, 3), nn.Linear(5, 3)
    for cells, make in ((nn.GRU(3, 5, batch_first=True), keras_gru), (nn.LSTM(3, 5, batch_first=True), keras_lstm)):
        file = export_keras.to_bytes(keras_model(make(cells), keras_dense(head)))
        wrong += check(f"Keras's interface, {cells}", run(program, "recurrent", file, rows),
                       forecasts(cells, head, rows))
    dense = keras_layer("Dense", [np.eye(2), np.zeros(2)], activation="leaky_relu")
    gru = keras_layer("GRU", activation="tanh", recurrent_activation="sigmoid", go_backwards=False, reset_after=False)
    for layer in (dense, gru, keras_layer("Conv2D")):
        wrong += refused(f"Keras's interface, {type(layer).__name__}",
                         lambda one=layer: export_keras.to_bytes(keras_model(one)))
    return wrong


def check_writer():
    """Without torch: the bytes of a small file, and the rounding of every half and its neighbours."""
    network = Network()
    network.dense([[1, 2]], [3])
    network.activation("relu")
    file = network.to_bytes("BF16")
    size, = struct.unpack("<Q", file[:8])
    expected = struct.pack("<3H", 0x4040, 0x3F80, 0x4000)  # 0.bias, 0.weight
    wrong = size % 8 != 0 or file[8 + size:] != expected
    halves = np.arange(0x7F80, dtype=np.uint32)
    for step in (0x7FFF, 0x8000, 0x8001):
        even = halves + (halves & 1) if step == 0x8000 else halves + (step > 0x8000)
        wrong += (bfloat16(((halves << 16) + step).astype(np.uint32).view(np.float32)) != even).any()
    print(f"writer: {int(wrong)} wrong")
    return int(wrong) + refused("too large for F16", lambda: large().to_bytes("F16")) + refused("NaN", nan)


def large():
    network = Network()
    network.dense([[7e4]])
    return network


def nan():
    Network().dense([[np.nan]])


def main():
    program = pathlib.Path(sys.argv[1]) / "reference_network_file"
    wrong = check_writer()
    if torch is not None:
        wrong += check_dense(program) + check_recurrent(program) + check_refusals() + check_keras(program)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
