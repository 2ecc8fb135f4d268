/* The interface of a compiled model: C99, the same on a server and on a microcontroller.
 *
 * A model NAME exports NAME_info, NAME_init, NAME_execute and NAME_cleanup; a shared library also
 * exports them as hodu_info, hodu_init, hodu_execute and hodu_cleanup. Execution allocates nothing
 * and is re-entrant for each instance. One instance serves one call at a time. No output overlaps
 * an input or another output. Its contents are not defined before the call has returned HODU_OK:
 * firmware computes in its memory.
 */
#ifndef HODU_H
#define HODU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HODU_ABI 2
#define HODU_ALIGNMENT 64 /* of arenas and of weights, enough for any model: NAME_ALIGNMENT is */

enum hodu_status {
  HODU_OK = 0,
  HODU_INDEX = 1,    /* an index out of range */
  HODU_DIVISION = 2, /* an integer divided by zero */
  HODU_VALUE = 3,    /* a value that is not allowed */
  HODU_SHAPE = 4,    /* sizes that do not fit */
  HODU_NO_WEIGHTS = 5, /* the weights of the model are in a file that was not given */
  HODU_NO_ARENA = 6,
  HODU_NO_VARIANT = 7 /* no code of the model suits this processor, or HODU_CPU chose such code */
};

/* Work on [begin, end) of a parallel loop. */
typedef void (*hodu_task)(void *arguments, int64_t begin, int64_t end);

/* Divides [0, count) statically among the threads of `pool` and returns when all of it is done. */
typedef void (*hodu_parallel)(void *pool, hodu_task task, void *arguments, int64_t count);

/* What went wrong: `site` is an index into the texts of hodu_model, whose {0} to {3} are `values`. */
typedef struct hodu_error {
  int32_t status;
  int32_t site;
  int64_t values[4];
} hodu_error;

/* An input, an output or a state. `dtype` is numbered as in ONNX's TensorProto.DataType. */
typedef struct hodu_tensor {
  const char *name;
  int32_t dtype;
  int32_t rank;
  const int64_t *shape; /* of an output whose sizes depend on the data: the greatest */
  size_t bytes;
  size_t offset;   /* of a state: where it lies in the arena */
  int32_t dynamic; /* of an output: whether its sizes depend on the data */
  int32_t updated; /* of an input: whether a run leaves it with new contents */
} hodu_tensor;

typedef struct hodu_model {
  uint32_t abi;
  const char *name;
  const char *target;
  int32_t input_count, output_count, state_count, site_count;
  const hodu_tensor *inputs, *outputs, *states;
  const char *const *sites; /* texts of errors, each with the node it belongs to */
  size_t arena_bytes;       /* intermediates and states */
  size_t weight_bytes;
  int32_t has_weights; /* whether the weights are in the library itself */
  int32_t kernel_count;
  const char *const *kernels; /* names of the steps of execution, for profiles */
} hodu_model;

typedef struct hodu_instance {
  void *arena;         /* arena_bytes, aligned to HODU_ALIGNMENT */
  const void *weights; /* weight_bytes, aligned; NULL when they are in the library */
  hodu_parallel parallel; /* NULL: everything runs on the calling thread */
  void *pool;
  int64_t *shapes;    /* NULL, or room for the sizes of all outputs, one after the other */
  uint64_t *profile;  /* NULL, or room for nanoseconds of each kernel, added up */
  uint64_t (*clock)(void); /* nanoseconds, where `profile` is wanted */
  hodu_error error;   /* valid after execute returned another status than HODU_OK */
} hodu_instance;

typedef const hodu_model *(*hodu_info_function)(void);
typedef int (*hodu_init_function)(hodu_instance *self, void *arena, const void *weights);
typedef int (*hodu_execute_function)(hodu_instance *self, const void *const *inputs,
                                     void *const *outputs);
typedef void (*hodu_cleanup_function)(hodu_instance *self);

#ifdef __cplusplus
}
#endif

#endif
