/* A pool of threads for hodu_parallel: threads spin for a moment, then sleep until there is work.
 *
 * A pool serves one run at a time. A run that finds it busy, from another thread or from inside a
 * task, does all of its work on the thread it was called from. After fork, the child starts threads
 * of its own when it first needs them.
 */
#ifndef HODU_POOL_H
#define HODU_POOL_H

#include "hodu.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HODU_MAX_THREADS 256

typedef struct hodu_pool hodu_pool;

/* A pool of `threads` threads, the caller of hodu_pool_run being one of them; they start when they
 * are first needed. NULL when there is no memory. */
hodu_pool *hodu_pool_create(int threads);

/* A pool that uses at most `threads` of the same threads as `pool`. */
hodu_pool *hodu_pool_share(hodu_pool *pool, int threads);

/* A hodu_parallel: calls task on up to `threads` parts of [0, count) and returns when all are
 * done. Part i of n is [count*i/n, count*(i+1)/n). */
void hodu_pool_run(void *pool, hodu_task task, void *arguments, int64_t count);

/* Ends the threads with the last of the pools that share them. No run may be under way. */
void hodu_pool_destroy(hodu_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
