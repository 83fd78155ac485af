"""Memory: how many bytes a training run takes on each GPU, before it is started.

A job on a thousand GPUs that runs out of memory after an hour of loading is an expensive way to do
a sum. The sum is simple: the states of the model (weights, gradients, optimizer), the activations
that the backward pass needs, and what each way of sharing takes off. Papers give it as formulas,
and each formula is one line. The errors are in what the line leaves out: what is shared and what
stays whole, a division that rounds down, a number of bytes that a float can't hold.

So the katas count in exact integers. Two of them build the two halves of the sum, and the third
chooses the cheapest way to train that fits. Everywhere 1 GB is 10^9 bytes.

Read before you start:

- Rajbhandari et al. 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
- Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models"
"""
