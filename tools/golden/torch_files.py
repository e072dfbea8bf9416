#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/torch_*.safetensors: small networks of PyTorch as tools/export writes them, and in
torch_outputs.safetensors what PyTorch makes of some rows with them.

torch_files.py   in the folder of the sources; needs torch (Debian: python3-torch, 1.13)
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "export"))
from export_pytorch import numbers, to_bytes  # noqa: E402
from network_file import tensors_to_bytes  # noqa: E402

ROWS, FEATURES, SEED = 8, 6, 20240302
FOLDER = pathlib.Path("tests/golden")


def autoencoder():
    torch.manual_seed(SEED)
    made = nn.Sequential(nn.Linear(FEATURES, 5), nn.LayerNorm(5), nn.LeakyReLU(), nn.Dropout(0.25), nn.Linear(5, 3),
                         nn.Tanh(), nn.Linear(3, FEATURES), nn.Sigmoid()).eval()
    with torch.no_grad():
        made[1].weight.add_(0.2 * torch.randn(5))
        made[1].bias.add_(0.2 * torch.randn(5))
    return made


class Recurrent(nn.Module):
    def __init__(self, cell):
        super().__init__()
        torch.manual_seed(SEED)
        self.cells, self.head = cell(FEATURES, 4, 2), nn.Linear(4, FEATURES)

    def forward(self, rows):
        return self.head(self.cells(rows)[0])


def main():
    rows = torch.rand((ROWS, FEATURES), generator=torch.Generator().manual_seed(SEED))
    outputs = {"rows": numbers(rows)}

    def write(name, made, modules, element_type="F32"):
        (FOLDER / f"torch_{name}.safetensors").write_bytes(to_bytes(modules, element_type))
        outputs[name] = numbers(made(rows))
    write("dense_f32", autoencoder(), autoencoder())
    write("dense_f16", autoencoder().half().float(), autoencoder(), "F16")
    write("dense_bf16", autoencoder().bfloat16().float(), autoencoder(), "BF16")
    for name, cell in (("gru", nn.GRU), ("lstm", nn.LSTM)):
        made = Recurrent(cell)
        write(name, made, [made.cells, made.head])
    text = {"by": f"tools/golden/torch_files.py with PyTorch {torch.__version__}"}
    (FOLDER / "torch_outputs.safetensors").write_bytes(tensors_to_bytes(outputs, text, "F32"))


if __name__ == "__main__":
    main()
