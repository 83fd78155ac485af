"""Packing: training on sequences of many lengths without paying for padding.

A batch is a rectangle, and sequences have lengths of their own. Padding each to the longest one is
simple, and often half of the work goes into numbers that nobody wants. Packing puts several
sequences into one row instead. Everything that looked at a row as one sequence must then be told
where each one begins and ends.

The katas follow a batch on its way. ``pack_stream`` and ``bin_packing`` choose which samples go
together: as they come, or after a look at all of them. ``unpad_input`` takes the padding out and
keeps the borders in ``cu_seqlens``, the running sum of the lengths: [3, 1, 2] becomes [0, 3, 4, 6].
``varlen_attention`` and ``packed_loss`` compute inside those borders, so that no sequence sees
another one. ``patch_forward`` puts such code into a model that knows nothing of it.

The bugs here are quiet. The loss goes down all the same when one sequence sees the next, when a
sample is lost at a border, or when the last pack is never sent.

Read before you start:

- Krell et al. 2021, "Efficient Sequence Packing without Cross-contamination": what packing saves,
  and what it must not change
- Johnson 1973, "Near-optimal bin packing algorithms": first fit and its relatives
- FlashAttention, ``flash_attn_varlen_func``: the interface that made ``cu_seqlens`` common
"""
