"""Saved-tensor hooks that find the border by recursion: the chain before the last segment, then that segment."""

import math

import torch
from torch.autograd.graph import saved_tensors_hooks


def check(n, segments):
    borders = [0, *[end for _, end in segments]]
    if borders[-1] != n or any(start != before or end <= start for (start, end), before in zip(segments, borders)):
        raise ValueError(segments)


def sqrt_segments(n):
    if n < 0:
        raise ValueError(n)
    count = math.isqrt(n)
    return [(n * i // count, n * (i + 1) // count) for i in range(count)]


class Frame:
    def __init__(self, layers, x):
        self.layers, self.x = layers, x
        self.state = torch.get_rng_state()
        self.gpus = torch.cuda.get_rng_state_all() if x.is_cuda else []
        self.count = 0
        self.found = {}

    def run(self):
        x = self.x
        for layer in self.layers:
            x = layer(x)
        return x

    def pack(self, tensor):
        self.count += 1
        return self.count

    def unpack(self, number):
        if number not in self.found:
            with torch.random.fork_rng(), torch.enable_grad(), saved_tensors_hooks(self.keep, lambda _: None):
                torch.set_rng_state(self.state)
                if self.gpus:
                    torch.cuda.set_rng_state_all(self.gpus)
                self.again = 0
                self.run()
        return self.found.pop(number)

    def keep(self, tensor):
        self.again += 1
        self.found[self.again] = tensor.detach()


def checkpoint_sequential(layers, segments, x):
    check(len(layers), segments)

    def until(count):
        if count == 0:
            return x
        start, end = segments[count - 1]
        frame = Frame(layers[start:end], until(count - 1))
        if end - start == 1:  # its input and its output are borders anyway
            return frame.run()
        with saved_tensors_hooks(frame.pack, frame.unpack):
            return frame.run()

    return until(len(segments))
