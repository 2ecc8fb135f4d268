/* What a processor can do at most: multiply-adds in registers; reading and copying memory. */
#include <stdint.h>

#ifndef LANES
#define LANES 4
#endif
enum { CHAINS = 12, READS = 8 };
typedef float vector __attribute__((vector_size(LANES * 4)));

/* The chains depend on a and b, which the compiler does not know, so that none can be left out. */
float hodu_limits_multiply(int64_t turns, float a, float b) {
  vector chains[CHAINS], factor = (vector){0} + a, term = (vector){0} + b, sum = {0};
  for (int i = 0; i < CHAINS; i++) chains[i] = (vector){0} + (float)i;
  for (int64_t turn = 0; turn < turns; turn++)
    for (int i = 0; i < CHAINS; i++) chains[i] = chains[i] * factor + term;
  for (int i = 0; i < CHAINS; i++) sum += chains[i];
  return sum[0];
}

float hodu_limits_read(const float *data, int64_t count, int64_t times) {
  const vector *at = (const vector *)data;
  vector sums[READS] = {{0}}, sum = {0};
  for (int64_t time = 0; time < times; time++)
    for (int64_t i = 0; i + READS <= count / LANES; i += READS)
      for (int j = 0; j < READS; j++) sums[j] += at[i + j];
  for (int j = 0; j < READS; j++) sum += sums[j];
  float total = 0;
  for (int j = 0; j < LANES; j++) total += sum[j];
  return total;
}

/* Halves of the data become each other scaled, so that no call of memcpy can take their place. */
float hodu_limits_copy(float *data, int64_t count, int64_t times) {
  const int64_t half = count / LANES / 2;
  for (int64_t time = 0; time < times; time++) {
    const vector *from = (const vector *)data + time % 2 * half;
    vector *to = (vector *)data + (time + 1) % 2 * half;
    for (int64_t i = 0; i + READS <= half; i += READS)
      for (int j = 0; j < READS; j++) to[i + j] = from[i + j] * 0.5f;
  }
  return data[0];
}
