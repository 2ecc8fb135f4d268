/* Tensors in files: NumPy's .npy, https://numpy.org/neps/nep-0001-npy-format.html, and raw bytes. */
#ifndef HODU_NPY_H
#define HODU_NPY_H

#include "text.h"

/* Reads `path` into `data`, which has room for the tensor. A file that does not begin as .npy is
 * raw: it must have exactly the tensor's bytes. Returns 1, or 0 after saying what is wrong. */
int read_tensor(const char *path, const hodu_tensor *tensor, void *data);

/* Writes a tensor of these sizes to `path`, whole or not at all. Returns 1, or 0 after an error. */
int write_tensor(const char *path, const hodu_tensor *tensor, const int64_t *shape,
                 const void *data);

#endif
