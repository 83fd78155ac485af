"""Checkpointing: keep less between forward and backward, and compute the rest a second time.

A backward pass needs values of the forward pass. A network of n layers therefore holds n
outputs until its gradient is there, and in training they take far more memory than the weights.
Checkpointing throws most of them away and makes them again when they are needed. It costs one
more forward pass, about a third of the time of a step. It is what lets a model of twice the
depth, or a text of twice the length, fit on the same card; almost every large model is trained
with it.

The katas lead from one function to a whole network:

    checkpoint_function    one function whose inner values are not kept
    checkpoint_chain       a chain of layers, cut into segments; only the borders are kept
    checkpoint_plan        which outputs to keep when they differ in size and in cost

A kept value is called a checkpoint. To recompute is to call the same code again on the same
input; this gives the same values only where the random numbers are the same too, as dropout
needs them.

Meters judge the method: how often each function is called, how many bytes live on between
forward and backward, how many outputs of layers are alive at once. Results alone can't show
it, since a plain call gives the same ones. The library's own checkpointing is refused.

Read before you start:

- Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174
- Griewank and Walther, "Algorithm 799: revolve", ACM TOMS 26 (2000)
- Jain et al., "Checkmate: Breaking the Memory Wall with Optimal Tensor Rematerialization",
  arXiv:1910.02653
- PyTorch's notes "torch.utils.checkpoint" and "Hooks for autograd saved tensors"
"""
