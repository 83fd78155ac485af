"""Neural network layers in numpy: functions that compute, and modules that remember.

A layer is two things at once. One is a function: arrays in, arrays out, nothing kept. The other
is the state that the function needs: weights, which are trained; running statistics, which are
measured on the way; and a flag that says whether training goes on. A module is a function with
state. It holds the arrays, it finds those of the modules inside it, and when it is called it
hands all of them to the function:

    module       holds                               calls
    Linear       weight, bias                        linear(x, weight, bias)
    Dropout      p, rng, training                    dropout(x, p, training, rng)
    BatchNorm    weight, bias, running statistics    batch_norm(x, mean, var, ...)

So the katas take the functions first, one mistake of the field at a time: a scale that is
forgotten outside of training, a variance that divides by the wrong number, a sum that overflows,
an index that means "leave this out". The last kata is the module: how assigning to an attribute
registers it, and how a model is saved and loaded.

The vocabulary:

    N, C              samples in a batch; channels, or classes
    H, W              height and width of an image
    x                 the input, the first argument of every function
    training          whether the model is being trained; dropout and batch
                      normalisation act differently then

Arrays are float32 or float64, and a result has the dtype of its input x. Every result is a new
array: it shares no memory with the arguments. Formulas and rules are those of PyTorch; where
torch is installed, the properties ask it.

Read before you start:

- PyTorch, the pages of torch.nn.functional and torch.nn.Module: the rules that are followed here
- Ba, Kiros, Hinton 2016, "Layer Normalization", arXiv:1607.06450
- Ioffe and Szegedy 2015, "Batch Normalization", arXiv:1502.03167, algorithms 1 and 2
- Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285
"""
