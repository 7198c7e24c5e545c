#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""PyTorch's side of `benchmarks/run engine`: the same work as engine.c, from the same files.

    reference_engine.py make FOLDER                     a random VGG-16 (model.pth) and a batch of images (images.npy)
    reference_engine.py predict|all|1 FOLDER BATCHES    one line of JSON as engine.c prints it
    reference_engine.py peak FOLDER BATCHES             what the machine can do"""
import json
import os
import resource
import sys
import time

import numpy as np
import torch
import torchvision

BATCH = 32
FIRST_TRAINABLE = {"all": 0, "1": 24}  # of `features`: whole blocks


def make(folder):
    torch.manual_seed(0)
    model = torchvision.models.vgg16()
    model.classifier[6] = torch.nn.Linear(4096, 2)
    torch.save(model.state_dict(), os.path.join(folder, "model.pth"))
    images = np.random.RandomState(0).rand(BATCH, 3, 224, 224).astype(np.float32)
    images[:, :, :, :40] = 0
    np.save(os.path.join(folder, "images.npy"), images)


def load(folder):
    model = torchvision.models.vgg16(num_classes=2)
    model.load_state_dict(torch.load(os.path.join(folder, "model.pth")))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    return model, torch.from_numpy(np.load(os.path.join(folder, "images.npy")))


def predict(model, images, batches):
    model.eval()
    seconds = []
    with torch.no_grad():
        for _ in range(batches):
            start = time.perf_counter()
            logits = model(images)
            seconds.append(time.perf_counter() - start)
    return seconds, logits.flatten().tolist()


def train(model, images, degree, batches):
    model.train()
    for i, layer in enumerate(model.features):
        for parameter in layer.parameters():
            parameter.requires_grad = i >= FIRST_TRAINABLE[degree]
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.001, momentum=0.5)
    labels = torch.arange(len(images)) % 2
    seconds, losses = [], []
    for _ in range(batches):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    return seconds, [sum(losses) / len(losses)]


def least_seconds(function):
    function()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak():
    side, length = 4096, 100_000_000
    a, b = torch.rand(side, side), torch.rand(side, side)
    x, y = torch.rand(length), torch.rand(length)
    return {
        "gigaflops": 2 * side**3 / least_seconds(lambda: a @ b) / 1e9,
        "gigabytes": 3 * 4 * length / least_seconds(lambda: x.add_(y)) / 1e9,
    }


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "make":
        make(sys.argv[2])
        return
    what, folder, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    if what == "peak":
        print(json.dumps(peak()))
        return
    model, images = load(folder)
    work = predict(model, images, batches) if what == "predict" else train(model, images, what, batches)
    seconds = [s / len(images) for s in work[0][1:]]  # the first batch touches memory for the first time
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "results": work[1]}))


main()
