/* Sums through the pool for many sizes and threads; exits 0 when all are right. */
#include "pool.h"

enum { LARGEST = 1000 };

typedef struct counts {
  unsigned char done[LARGEST];
  hodu_pool *pool;
} counts;

static void inner(void *arguments, int64_t begin, int64_t end) {
  int *total = arguments;
  __atomic_add_fetch(total, (int)(end - begin), __ATOMIC_SEQ_CST);
}

static void mark(void *arguments, int64_t begin, int64_t end) {
  counts *self = arguments;
  int nested = 0;
  hodu_pool_run(self->pool, inner, &nested, 7);
  for (int64_t i = begin; i < end; i++) self->done[i] += nested == 7;
}

static int check(hodu_pool *pool, int64_t count) {
  counts self = {.pool = pool};
  hodu_pool_run(pool, mark, &self, count);
  for (int64_t i = 0; i < LARGEST; i++)
    if (self.done[i] != (i < count)) return 1;
  return 0;
}

int main(void) {
  const int64_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 100, LARGEST};
  for (int threads = 1; threads <= 8; threads++) {
    hodu_pool *pool = hodu_pool_create(threads), *few = hodu_pool_share(pool, 2);
    for (int round = 0; round < 50; round++)
      for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (check(pool, sizes[i]) || check(few, sizes[i])) return 1;
    hodu_pool_destroy(pool);
    hodu_pool_destroy(few);
  }
  return 0;
}
