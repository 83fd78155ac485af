"""Saved-tensor hooks in a class; the second call is broken off as soon as it has saved what is needed."""

import torch
from torch.autograd.graph import saved_tensors_hooks


class Enough(Exception):
    pass


class Frame:
    def __init__(self, function, args, preserve):
        self.function, self.args, self.preserve = function, args, preserve
        self.state = torch.get_rng_state()
        self.gpu = torch.cuda.get_rng_state() if torch.cuda.is_available() else None
        self.count = 0
        self.values = None

    def pack(self, tensor):
        self.count += 1
        return (self.count - 1, tensor.shape)

    def unpack(self, packed):
        if self.values is None:
            self.values = []
            if self.preserve:
                with torch.random.fork_rng():
                    torch.set_rng_state(self.state)
                    if self.gpu is not None:
                        torch.cuda.set_rng_state(self.gpu)
                    self.call()
            else:
                self.call()
        value, self.values[packed[0]] = self.values[packed[0]], None
        return value

    def call(self):
        try:
            with torch.enable_grad(), saved_tensors_hooks(self.keep, lambda packed: packed):
                self.function(*self.args)
        except Enough:
            pass

    def keep(self, tensor):
        self.values.append(tensor.detach())
        if len(self.values) == self.count:
            raise Enough
        return None


def checkpoint(function, *args, preserve_rng_state=True):
    frame = Frame(function, args, preserve_rng_state)
    with saved_tensors_hooks(frame.pack, frame.unpack):
        return function(*args)
