"""One list of all calls, from which each question picks what it wants."""


class ConstantRegistry:
    def __init__(self):
        self.calls = []

    def export(self, module_name, constant_name, *names, v1=None):
        self.calls.append((module_name, constant_name, names, names if v1 is None else tuple(v1)))

    def constants(self, module_name, *, version=2):
        found = []
        for module, constant, new, old in self.calls:
            names = new if version == 2 else old
            if module == module_name and len(names) > 0:
                found.append((names, constant))
        return found
