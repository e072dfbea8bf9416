#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/torch_recurrent.hpp: what PyTorch makes of small GRUs and LSTMs, and of them after steps of
training by truncated back-propagation through time.

torch_recurrent.py > tests/golden/torch_recurrent.hpp

Needs torch (Debian: python3-torch, 1.13). The network: 2 inputs, one or two recurrent layers of 3 units, 2 linear
outputs. Its two segments are the first half of the sequence, 6 rows, and the second. Windows are 6, 3 or 2 of them, so
that there are one, two or three steps per epoch, all but the first with states carried on.
"""
import numpy as np
import torch
from torch import nn

import torch_training
from torch_training import weights_decay

ROWS, SEGMENTS, INPUTS, UNITS, OUTPUTS, SEED = 12, 2, 2, 3, 2, 20240301
CASES = [  # name, loss, optimizer, window, epochs
    ("one_step", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.01), 6, 1),
    ("squared", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.01), 3, 3),
    ("decoupled", nn.HuberLoss(), lambda p: torch.optim.AdamW(weights_decay(p, 0.1), lr=0.01), 2, 1),
]


class Recurrent(nn.Module):
    def __init__(self, cell, layers):
        super().__init__()
        torch.manual_seed(SEED)
        self.cells = cell(INPUTS, UNITS, layers)
        self.head = nn.Linear(UNITS, OUTPUTS)

    def forward(self, rows, state=None):
        hidden, state = self.cells(rows, state)
        return self.head(hidden), state


def array(name, values):
    torch_training.array(name, values, np.format_float_positional)


def all_numbers(made):
    return torch.cat([p.detach().ravel() for p in made.parameters()]).numpy()


def carried(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def trained(made, rows, targets, loss, optimizer, window, epochs):
    adam = optimizer(made.parameters())
    segments = [x.reshape(SEGMENTS, -1, x.shape[-1]).transpose(0, 1) for x in (rows, targets)]  # step, segment, feature
    for _ in range(epochs):
        state = None
        for first in range(0, ROWS // SEGMENTS, window):
            x, t = (s[first:first + window] for s in segments)
            adam.zero_grad()
            outputs, state = made(x, state)
            loss(outputs, t).backward()
            state = carried(state)
            adam.step()
    return all_numbers(made)


def main():
    chance = torch.Generator().manual_seed(SEED)
    rows, targets = (torch.randn((ROWS, width), generator=chance) for width in (INPUTS, OUTPUTS))
    print("// SPDX-License-Identifier: Apache-2.0\n"
          "// Written by tools/golden/torch_recurrent.py with PyTorch " + torch.__version__ + "; do not edit.\n"
          "#pragma once\n\nnamespace sonde::testing::golden {\n\n// clang-format off")
    array("recurrent_rows", rows.numpy())
    array("recurrent_targets", targets.numpy())
    for cell, cell_name in ((nn.GRU, "gru"), (nn.LSTM, "lstm")):
        for layers in (1, 2):
            name = f"{cell_name}_{layers}"
            array(f"{name}_start", all_numbers(Recurrent(cell, layers)))
            array(f"{name}_outputs", Recurrent(cell, layers)(rows.unsqueeze(1))[0].detach().numpy())
            for case, loss, optimizer, window, epochs in CASES:
                made = Recurrent(cell, layers)
                array(f"{name}_{case}", trained(made, rows, targets, loss, optimizer, window, epochs))
    print("// clang-format on\n\n}  // namespace sonde::testing::golden")


if __name__ == "__main__":
    main()
