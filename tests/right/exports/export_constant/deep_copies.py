"""Keeps lists of names in nested dicts and makes tuples of them only when it is asked."""

import copy


class ConstantRegistry:
    def __init__(self):
        self._modules = {}

    def export(self, module_name, constant_name, *names, v1=None):
        module = self._modules.setdefault(module_name, {"names": [], "v1": []})
        module["names"].append([constant_name, list(names)])
        module["v1"].append([constant_name, list(names) if v1 is None else copy.deepcopy(v1)])

    def constants(self, module_name, *, version=2):
        if module_name not in self._modules:
            return []
        entries = self._modules[module_name]["v1" if version == 1 else "names"]
        return [(tuple(names), constant) for constant, names in entries if names]
