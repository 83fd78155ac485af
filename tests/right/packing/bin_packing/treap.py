"""Bins in a randomised search tree by number; every node knows the most room in its subtree."""

import random


class Node:
    def __init__(self, number, room, priority):
        self.number, self.room, self.most = number, room, room
        self.priority, self.left, self.right = priority, None, None

    def renew(self):
        self.most = max(self.room, self.left.most if self.left else 0, self.right.most if self.right else 0)


def first_fit(lengths, capacity):
    return pack(list(enumerate(lengths)), capacity)


def first_fit_decreasing(lengths, capacity):
    return pack(sorted(enumerate(lengths), key=lambda pair: pair[1], reverse=True), capacity)


def pack(samples, capacity):
    for _, length in samples:
        if length < 1:
            raise ValueError("too short")
        if length > capacity:
            raise ValueError("too long")
    chance, root, bins = random.Random(7), None, []
    for index, length in samples:
        if root is None or root.most < length:
            root = append(root, Node(len(bins), capacity - length, chance.random()))
            bins.append([index])
            continue
        node, path = root, []
        while True:
            path.append(node)
            if node.left and node.left.most >= length:
                node = node.left
            elif node.room >= length:
                break
            else:
                node = node.right
        node.room -= length
        bins[node.number].append(index)
        for each in reversed(path):
            each.renew()
    return bins


def append(root, new):
    path, node = [], root
    while node and node.priority >= new.priority:
        path.append(node)
        node = node.right
    new.left = node
    if path:
        path[-1].right = new
    new.renew()
    for each in reversed(path):
        each.renew()
    return path[0] if path else new
