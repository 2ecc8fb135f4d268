/* sum = x + y, ten floats. */
#include "hodu.h"

static const int64_t shape[] = {10};
static const hodu_tensor inputs[] = {{"x", 1, 1, shape, 40, 0, 0, 0},
                                     {"y", 1, 1, shape, 40, 0, 0, 0}};
static const hodu_tensor outputs[] = {{"sum", 1, 1, shape, 40, 0, 0, 0}};
static const hodu_model info = {
    .abi = HODU_ABI, .name = "add", .target = "host", .input_count = 2, .output_count = 1,
    .inputs = inputs, .outputs = outputs};

const hodu_model *hodu_info(void) { return &info; }

int hodu_init(hodu_instance *self, void *arena, const void *weights) {
  *self = (hodu_instance){.arena = arena, .weights = weights};
  return HODU_OK;
}

int hodu_execute(hodu_instance *self, const void *const *in, void *const *out) {
  const float *x = in[0], *y = in[1];
  float *sum = out[0];
  (void)self;
  for (int i = 0; i < 10; i++) sum[i] = x[i] + y[i];
  return HODU_OK;
}

void hodu_cleanup(hodu_instance *self) { (void)self; }
