/* All that the interface has: weights, a state, errors, a parallel loop, sizes known after a run.
 *
 * picked = the elements of x above 0; scaled = x * weights + count; count (state) += 1.
 * An index i outside [0, 4) is an error; i = 3 divides by zero. */
#include "hodu.h"

extern const unsigned char full_weights[] __attribute__((weak));

static const int64_t four[] = {4}, one[] = {1};
static const hodu_tensor inputs[] = {{"x", 1, 1, four, 16, 0, 0, 0},
                                     {"i", 7, 0, four, 8, 0, 0, 0}};
static const hodu_tensor outputs[] = {{"picked", 1, 1, four, 16, 0, 1, 0},
                                      {"scaled", 1, 1, four, 16, 0, 0, 0}};
static const hodu_tensor states[] = {{"count", 1, 1, one, 4, 64, 0, 0}};
static const char *const sites[] = {
    "index {0} is out of range for {1} elements\x1fuse an index below {1}\x1fmodel.py:7",
    "division by zero\x1f\x1f", "value {0}", "sizes {0} and {1}"};
static const char *const kernels[] = {"pick", "scale"};
static const hodu_model info = {
    .abi = HODU_ABI, .name = "full", .target = "host", .input_count = 2, .output_count = 2,
    .state_count = 1, .site_count = 4, .inputs = inputs, .outputs = outputs, .states = states,
    .sites = sites, .arena_bytes = 128, .weight_bytes = 16, .has_weights = WEIGHTS_INSIDE,
    .kernel_count = 2, .kernels = kernels};

const hodu_model *hodu_info(void) { return &info; }

int hodu_init(hodu_instance *self, void *arena, const void *weights) {
  *self = (hodu_instance){.arena = arena, .weights = weights};
  if (WEIGHTS_INSIDE) self->weights = full_weights;
  if (!self->weights) return HODU_NO_WEIGHTS;
  *(float *)((char *)arena + 64) = 0;
  return HODU_OK;
}

static int fail(hodu_instance *self, int status, int site, int64_t a, int64_t b) {
  self->error = (hodu_error){status, site, {a, b, 0, 0}};
  return status;
}

typedef struct scale_arguments {
  const float *x, *weights;
  float *scaled, count;
} scale_arguments;

static void scale(void *arguments, int64_t begin, int64_t end) {
  scale_arguments *a = arguments;
  for (int64_t i = begin; i < end; i++) a->scaled[i] = a->x[i] * a->weights[i] + a->count;
}

int hodu_execute(hodu_instance *self, const void *const *in, void *const *out) {
  const float *x = in[0];
  float *picked = out[0], *count = (float *)((char *)self->arena + 64);
  int64_t index = *(const int64_t *)in[1], found = 0;
  uint64_t start = self->profile ? self->clock() : 0;
  if (index < 0 || index > 5) return fail(self, HODU_INDEX, 0, index, 4);
  if (index == 3) return fail(self, HODU_DIVISION, 1, 0, 0);
  if (index == 4) return fail(self, HODU_VALUE, 2, index, 0);
  if (index == 5) return fail(self, HODU_SHAPE, 3, 2, 3);
  for (int i = 0; i < 4; i++)
    if (x[i] > 0) picked[found++] = x[i];
  if (self->shapes) self->shapes[0] = found, self->shapes[1] = 4;
  if (self->profile) self->profile[0] += self->clock() - start + 1;
  scale_arguments a = {x, self->weights, out[1], *count};
  if (self->parallel) self->parallel(self->pool, scale, &a, 4);
  else scale(&a, 0, 4);
  *count += 1;
  return HODU_OK;
}

void hodu_cleanup(hodu_instance *self) { (void)self; }
