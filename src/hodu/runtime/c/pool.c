/* The pool of threads; see pool.h. Each worker has a slot of its own, in which the caller leaves a
 * part of the work; it is done when the slot's state returns to IDLE. A part that its worker has not
 * begun when the caller is done with its own, because other programs have the cores, is taken back
 * and done by the caller: nobody waits for a thread to wake. */
#include "pool.h"
#include "posix.h"

enum { IDLE, WORK, BUSY, EXIT };
enum { SPINS = 2000 }; /* tens of microseconds: about what it costs to wake a thread */

typedef struct slot {
  int state;
  hodu_task task;
  void *arguments;
  int64_t begin, end;
  struct workers *workers;
  hodu_thread thread;
} __attribute__((aligned(64))) slot;

/* Where threads sleep until a state changes. */
typedef struct gate {
  int sleeping;
  hodu_mutex mutex;
  hodu_condition changed;
} gate;

typedef struct workers {
  int busy;    /* whether a run has the workers */
  int process; /* the process the threads belong to */
  int started; /* threads that exist: slots 1 to started */
  int pools;   /* that share the workers */
  gate work, done;
  slot *slots;
} workers;

struct hodu_pool {
  workers *shared;
  int threads;
};

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __asm__ volatile("pause");
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

static int load(int *state) { return __atomic_load_n(state, __ATOMIC_SEQ_CST); }

/* Returns when *state is not `unwanted`: spins for a moment, then sleeps. Whoever changes *state
 * looks at `sleeping` afterwards; both orders are sequentially consistent, so one sees the other. */
static void wait_while(gate *self, int *state, int unwanted) {
  for (int i = 0; i < SPINS; i++) {
    if (load(state) != unwanted) return;
    relax();
  }
  pthread_mutex_lock(&self->mutex);
  __atomic_add_fetch(&self->sleeping, 1, __ATOMIC_SEQ_CST);
  while (load(state) == unwanted) pthread_cond_wait(&self->changed, &self->mutex);
  __atomic_sub_fetch(&self->sleeping, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(&self->mutex);
}

static void wake(gate *self) {
  if (load(&self->sleeping) == 0) return;
  pthread_mutex_lock(&self->mutex);
  pthread_cond_broadcast(&self->changed);
  pthread_mutex_unlock(&self->mutex);
}

static void set(int *state, int value) { __atomic_store_n(state, value, __ATOMIC_SEQ_CST); }

/* Changes a state from `from` to `to`, unless it is another one. */
static int change(int *state, int from, int to) {
  return __atomic_compare_exchange_n(state, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void *work(void *argument) {
  slot *own = argument;
  for (;;) {
    wait_while(&own->workers->work, &own->state, IDLE);
    if (load(&own->state) == EXIT) return NULL;
    if (!change(&own->state, WORK, BUSY)) continue;
    own->task(own->arguments, own->begin, own->end);
    set(&own->state, IDLE);
    wake(&own->workers->done);
  }
}

static void open_gate(gate *self) {
  self->sleeping = 0;
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->changed, NULL);
}

static void forget_threads(workers *self) {
  self->started = 0;
  for (int i = 0; i < HODU_MAX_THREADS; i++) self->slots[i].state = IDLE;
  open_gate(&self->work);
  open_gate(&self->done);
}

/* Starts threads until there are `wanted` of them; how many there are, if the system has no more. */
static int start(workers *self, int wanted) {
  while (self->started < wanted) {
    slot *next = &self->slots[self->started + 1];
    next->workers = self;
    if (pthread_create(&next->thread, NULL, work, next) != 0) break;
    self->started++;
  }
  return self->started < wanted ? self->started : wanted;
}

/* Takes the workers for a run, unless another has them. After a fork the threads, and whatever run
 * they were in, belong to the parent: the first thread to come here makes them anew. */
static int acquire(workers *self) {
  int here = getpid(), owner = load(&self->process);
  if (owner != here) {
    if (owner == 0 || !change(&self->process, owner, 0)) return 0;
    forget_threads(self);
    set(&self->busy, 1);
    set(&self->process, here);
    return 1;
  }
  return change(&self->busy, 0, 1);
}

void hodu_pool_run(void *pool, hodu_task task, void *arguments, int64_t count) {
  hodu_pool *self = pool;
  workers *shared = self->shared;
  int64_t parts = count < self->threads ? count : self->threads;
  if (parts <= 1 || !acquire(shared)) {
    if (count > 0) task(arguments, 0, count);
    return;
  }
  parts = start(shared, (int)parts - 1) + 1;
  for (int64_t i = 1; i < parts; i++) {
    slot *own = &shared->slots[i];
    own->task = task;
    own->arguments = arguments;
    own->begin = count * i / parts;
    own->end = count * (i + 1) / parts;
    set(&own->state, WORK);
  }
  wake(&shared->work);
  task(arguments, 0, count / parts);
  for (int64_t i = 1; i < parts; i++) {
    slot *other = &shared->slots[i];
    if (change(&other->state, WORK, IDLE)) task(arguments, other->begin, other->end);
    else wait_while(&shared->done, &other->state, BUSY);
  }
  set(&shared->busy, 0);
}

static hodu_pool *pool_over(workers *shared, int threads) {
  hodu_pool *self = malloc(sizeof *self);
  if (!self) return NULL;
  self->shared = shared;
  self->threads = threads < 1 ? 1 : threads > HODU_MAX_THREADS ? HODU_MAX_THREADS : threads;
  __atomic_add_fetch(&shared->pools, 1, __ATOMIC_SEQ_CST);
  return self;
}

hodu_pool *hodu_pool_share(hodu_pool *pool, int threads) { return pool_over(pool->shared, threads); }

hodu_pool *hodu_pool_create(int threads) {
  size_t bytes = sizeof(slot) * HODU_MAX_THREADS;
  workers *shared = malloc(sizeof *shared + 64 + bytes);
  if (!shared) return NULL;
  shared->slots = (slot *)(((uintptr_t)(shared + 1) + 63) & ~(uintptr_t)63);
  shared->busy = shared->pools = 0;
  shared->process = getpid();
  forget_threads(shared);
  hodu_pool *self = pool_over(shared, threads);
  if (!self) free(shared);
  return self;
}

void hodu_pool_destroy(hodu_pool *pool) {
  workers *shared = pool->shared;
  free(pool);
  if (__atomic_sub_fetch(&shared->pools, 1, __ATOMIC_SEQ_CST) != 0) return;
  if (shared->process == getpid()) {
    for (int i = 1; i <= shared->started; i++) set(&shared->slots[i].state, EXIT);
    wake(&shared->work);
    for (int i = 1; i <= shared->started; i++) pthread_join(shared->slots[i].thread, NULL);
  }
  free(shared);
}
