"""The bookkeeping in numpy; the tokens themselves go through torch's take and put, which know gradients."""

import numpy as np
import torch


def unpad(x, mask):
    if len(x.shape) < 2 or list(mask.shape) != list(x.shape[:2]):
        raise ValueError("the mask does not fit")
    rows, columns = mask.shape
    there = mask.detach().cpu().bool().numpy()
    indices = np.flatnonzero(there)
    lengths = there.sum(axis=1).astype(np.int32)
    cu = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    b, n = (torch.from_numpy(each).to(x.device) for each in np.divmod(indices, max(columns, 1)))
    return (
        x[b, n],
        torch.from_numpy(indices.astype(np.int64)).to(x.device),
        torch.from_numpy(cu).to(x.device),
        int(lengths.max(initial=0)),
    )


def pad(tokens, indices, batch, seqlen):
    if tokens.dim() == 0 or list(indices.shape) != [tokens.shape[0]]:
        raise ValueError("the indices do not fit")
    flat = torch.zeros(batch * seqlen, *tokens.shape[1:], dtype=tokens.dtype, device=tokens.device)
    flat = flat.index_put((indices,), tokens)
    return flat.reshape(batch, seqlen, *tokens.shape[1:])


def positions(cu_seqlens):
    if cu_seqlens.dim() != 1 or len(cu_seqlens) == 0:
        raise ValueError("cu_seqlens")
    lengths = np.diff(cu_seqlens.detach().cpu().numpy())
    pieces = [np.arange(length, dtype=np.int64) for length in lengths] or [np.zeros(0, np.int64)]
    return torch.from_numpy(np.concatenate(pieces)).to(cu_seqlens.device)
