#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_training.h: what PyTorch 1.13 makes, in float64, of a few updates of the formula network
(formula_network.h): the losses of the batches, and how far each tensor has moved."""
import numpy as np
import torch
import torchvision

SIDE, COUNT, BATCH, EPOCHS, RATE = 64, 8, 4, 2, 0.005
FIRST_TRAINABLE = {"1": 16, "2": 11, "3": 6, "4": 3, "all": 0}  # whole blocks of VGG-11's `features`


def values(count, p):
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(p) * np.uint32(0x9E3779B9)
        x ^= x >> np.uint32(15)
        x *= np.uint32(2246822519)
        x ^= x >> np.uint32(13)
    return x / 4294967296.0


def network():
    model = torchvision.models.VGG(features([4, "M", 8, "M", 16, 16, "M", 32, 32, "M", 32, 32, "M"]), num_classes=2)
    model.classifier = torch.nn.Sequential(
        torch.nn.Linear(32 * 49, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Linear(256, 2)
    )
    for p, parameter in enumerate(model.parameters()):
        inputs = parameter[0].numel() if parameter.dim() > 1 else 0
        scale = 2 * np.sqrt(6.0 / inputs) if inputs else 0.1
        made = ((values(parameter.numel(), p) - 0.5) * scale).astype(np.float32)
        parameter.data = torch.from_numpy(made.reshape(parameter.shape).astype(np.float64))
    return model


def features(plan):
    layers, channels = [], 3
    for item in plan:
        if item == "M":
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers += [torch.nn.Conv2d(channels, item, 3, padding=1), torch.nn.ReLU()]
            channels = item
    return torch.nn.Sequential(*layers)


def train(degree):
    model = network()
    for i, layer in enumerate(model.features):
        for parameter in layer.parameters():
            parameter.requires_grad = i >= FIRST_TRAINABLE[degree]
    before = [p.detach().clone() for p in model.parameters()]
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=RATE, momentum=0.5)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)
    images = values(COUNT * 3 * SIDE * SIDE, 99).astype(np.float32).astype(np.float64)
    images = torch.from_numpy(images.reshape(COUNT, 3, SIDE, SIDE))
    labels = torch.arange(COUNT) % 2
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, COUNT, BATCH):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(images[start : start + BATCH]), labels[start : start + BATCH])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
    moved = [(p.detach() - b).norm().item() for p, b in zip(model.parameters(), before)]
    return losses, moved


def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_training.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_TRAINING_H\n#define LB_EXPECTED_TRAINING_H\n")
    parameters = len(list(network().parameters()))
    print(f"enum {{ FORMULA_SIDE = {SIDE}, FORMULA_COUNT = {COUNT}, FORMULA_BATCH = {BATCH}, FORMULA_EPOCHS = {EPOCHS},")
    print(f"       FORMULA_LOSSES = {EPOCHS * COUNT // BATCH}, FORMULA_PARAMETERS = {parameters} }};\n")
    print("/* Losses of the batches, and the L2 norms of the tensors' changes: 0 where frozen. */")
    print("static const struct {\n    const char *degree;\n    double losses[FORMULA_LOSSES], moved[FORMULA_PARAMETERS];")
    print("} FORMULA_FIGURES[] = {")
    for degree in FIRST_TRAINABLE:
        losses, moved = train(degree)
        print(f'    {{"{degree}",\n     {{{", ".join(f"{v:.12g}" for v in losses)}}},')
        print(f'     {{{", ".join(f"{v:.9g}" for v in moved)}}}}},')
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
