"""The parts of a model that sees and reads: images of any size, and experts that share the work.

A vision-language model turns an image into vectors that a language model reads among its words.
Kimi-VL does this without resizing every image to one square. MoonViT cuts each image into patches
as it is, and all patches of all images stand in one long row. Then 2 x 2 patches become one
vector, and a decoder with many small experts, Moonlight, reads them. Each token is seen by a few
of the experts only.

The katas are its parts, in the order in which data passes through them:

    image_packing      images of any size  ->  one row of patches, and where each image begins
    rope_2d            queries and keys learn the row and the column of their patch
    patch_merger       2 x 2 patches  ->  one vector as wide as the language model
    moe_router         which experts see a token, and how much each of them counts
    moe_layer          send the tokens to their experts, and put the results back in place
    parameter_count    how large all this is, and how much of it works for one token

One vocabulary serves all of them:

    grids     one pair (h, w) an image: how many patches it is high and wide, both 1 or more
    T         tokens or patches of all images together; for patches, the sum of h * w over grids
    d, D      width of a patch's vector or of a head; width of a token's vector
    E, k      experts in all; experts that see one token

Patches of an image stand row by row: patch (row, column) is number row * w + column of its image.
Images follow each other in the order of grids. Almost every bug in these parts hides behind a
square image or an image that stands alone, so no property is content with those.

Read before you start:

- Kimi Team, "Kimi-VL Technical Report", arXiv:2504.07491, section 2
- Dehghani et al., "Patch n' Pack: NaViT, a Vision Transformer for any Aspect Ratio and Resolution",
  arXiv:2307.06304
- DeepSeek-AI, "DeepSeek-V3 Technical Report", arXiv:2412.19437, section 2.1
"""
