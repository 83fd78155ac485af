"""Automatic differentiation: the gradient of a program, exact, for little more than the price of running it.

Training a network means one number, the loss, and its derivative with respect to millions of others. Differences
would need one run of the program per parameter; reverse mode needs one run forward, which records what was computed,
and one pass back over the record. Everything that a framework adds (broadcasting, modes without a record, checks that
nothing recorded was overwritten, tools that test a gradient) rests on that pass, and each kata here builds one part.

The results are easy to check and hard to get right: a value that is used twice, a pass that is made twice, a constant
on the left, a derivative at 0. The properties run random programs with all of that.

Read before you start:

- Baydin et al. 2018, "Automatic Differentiation in Machine Learning: a Survey", sections 2 and 3
- Andrej Karpathy, micrograd: reverse mode for numbers in a hundred lines
- Griewank and Walther, Evaluating Derivatives, chapters 3 and 4: why reverse mode is cheap
- PyTorch, "Autograd mechanics": the rules that the later katas follow
"""
