#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/torch_training.hpp: what PyTorch makes of a small network, and of it after steps of training.

torch_training.py > tests/golden/torch_training.hpp

Needs torch (Debian: python3-torch, 1.13). The network: 6 inputs, 5 ReLU units behind a layer norm, 4 tanh units, 6
sigmoid units. Each case is one or three steps over all eight rows.
"""
import numpy as np
import torch
from torch import nn

ROWS, FEATURES, SEED = 8, 6, 20240229
CASES = [  # name, loss, optimizer, steps, bound on the gradient's length
    ("cross_entropy", nn.BCELoss(), lambda p: torch.optim.Adam(p, lr=0.01), 1, 0),
    ("squared", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.01), 3, 0),
    ("absolute", nn.L1Loss(), lambda p: torch.optim.Adam(p, lr=0.01), 1, 0),
    ("huber", nn.HuberLoss(), lambda p: torch.optim.Adam(p, lr=0.01), 1, 0),
    ("decoupled", nn.MSELoss(), lambda p: torch.optim.AdamW(weights_decay(p, 0.1), lr=0.01), 3, 0),
    ("coupled", nn.MSELoss(), lambda p: torch.optim.Adam(weights_decay(p, 0.1), lr=0.01), 3, 0),
    ("clipped", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.01, eps=0.1), 3, 0.01),
]


def weights_decay(parameters, decay):
    parameters = list(parameters)
    return [{"params": [p for p in parameters if p.dim() == 2], "weight_decay": decay},
            {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0}]


def network():
    torch.manual_seed(SEED)
    made = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.ReLU(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 6),
                         nn.Sigmoid())
    with torch.no_grad():
        made[1].weight.add_(0.2 * torch.randn(5))
        made[1].bias.add_(0.2 * torch.randn(5))
    return made


def array(name, values, text=np.format_float_scientific):
    values = np.asarray(values, dtype=np.float32).ravel()
    print(f"inline constexpr float {name}[{len(values)}] = {{")
    for i in range(0, len(values), 7):
        line = ", ".join(text(v, unique=True, trim="0") + "F" for v in values[i:i + 7])
        print(f"    {line},")
    print("};")


def all_numbers(made):
    return torch.cat([p.detach().ravel() for p in made.parameters()]).numpy()


def main():
    rows = torch.rand((ROWS, FEATURES), generator=torch.Generator().manual_seed(SEED))
    print("// SPDX-License-Identifier: Apache-2.0\n"
          "// Written by tools/golden/torch_training.py with PyTorch " + torch.__version__ + "; do not edit.\n"
          "#pragma once\n\nnamespace sonde::testing::golden {\n\n// clang-format off")
    array("torch_rows", rows.numpy())
    array("torch_start", all_numbers(network()))
    array("torch_outputs", network()(rows).detach().numpy())
    for name, loss, optimizer, steps, bound in CASES:
        made = network()
        adam = optimizer(made.parameters())
        for _ in range(steps):
            adam.zero_grad()
            loss(made(rows), rows).backward()
            if bound:
                nn.utils.clip_grad_norm_(made.parameters(), bound)
            adam.step()
        array(f"torch_{name}", all_numbers(made))
    print("// clang-format on\n\n}  // namespace sonde::testing::golden")


if __name__ == "__main__":
    main()
