/* Writing text and numbers without printf, which a program without a C library does not have. */
#ifndef HODU_TEXT_H
#define HODU_TEXT_H

#include "hodu.h"
#include "system.h"

void put(FILE *file, const char *text);
void put_integer(FILE *file, int64_t value);
void put_real(FILE *file, double value); /* six significant digits */
void put_shape(FILE *file, int32_t rank, const int64_t *shape);
void put_type(FILE *file, const hodu_tensor *tensor, const int64_t *shape); /* f32[2, 3] */
void put_element(FILE *file, int32_t dtype, const void *data, size_t index);

const char *dtype_name(int32_t dtype);
size_t dtype_bytes(int32_t dtype);

#endif
