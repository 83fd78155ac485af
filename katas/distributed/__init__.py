"""Distributed training: many processes, each with a part of the data, that keep one model.

A rank is one of ``world`` processes, numbered 0 to world - 1. In data parallel training each rank
holds the whole model and sees its own samples. The ranks then average their gradients, so that all
of them make the same step. Whatever is done on one rank only, or in another order, shows as a wrong
number at best. At worst it shows as a program that waits for ever.

The katas follow one training step. ``distributed_sampler`` deals out the samples.
``gradient_buckets`` chooses which gradients travel together. ``ring_all_reduce`` adds them up with
messages between neighbours, and ``data_parallel`` puts these parts round a module. In
``sharded_states`` each rank keeps the optimizer's state of its own part only, which is the first
step of ZeRO.

What makes them hard is seldom the sum. It is the rest of a division, a rank that gets nothing, a
buffer that is used again while a message still needs it, a count of messages that differs from one
rank to the next. The properties run several ranks at once with all of that.

Read before you start:

- Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations"
- Li et al. 2020, "PyTorch Distributed: Experiences on Accelerating Data Parallel Training"
- Rajbhandari et al. 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
"""
