/* Calls a compiled model with NumPy arrays: the hot path of hodu.runtime, without Python's headers.
 *
 * It reads the fields of arrays where NumPy's stable ABI has them; the size of Python's object
 * header is given by Python, and hodu_python_probe lets it check that all of that holds. */
#include "hodu.h"

typedef struct object object;
extern object *PyList_GetItem(object *list, ptrdiff_t index);
extern void *PyEval_SaveThread(void);
extern void PyEval_RestoreThread(void *state);
extern int clock_gettime(int clock, void *time);

/* What follows the object header in an ndarray. */
typedef struct array_fields {
  void *data;
  int rank;
  intptr_t *shape, *strides;
  object *base, *dtype;
  int flags;
} array_fields;

enum { CONTIGUOUS = 0x1, ALIGNED = 0x100, WRITEABLE = 0x400 };

typedef struct expected_array {
  object *dtype;
  int64_t rank;
  const int64_t *shape;
  int64_t updated; /* whether the model writes to it */
} expected_array;

/* What a module has prepared for its calls. */
typedef struct call_plan {
  size_t header_bytes;
  object *array_type;
  hodu_execute_function execute;
  int64_t input_count, output_count;
  const expected_array *inputs;
} call_plan;

static const array_fields *fields(size_t header_bytes, object *array) {
  return (const array_fields *)((const char *)array + header_bytes);
}

static object *type_of(size_t header_bytes, object *any) {
  return *(object **)((char *)any + header_bytes - sizeof(object *));
}

/* Whether `any` is an ndarray of the dtype and shape that the model takes, usable in place. */
static int fits(const call_plan *plan, const expected_array *expected, object *any) {
  if (type_of(plan->header_bytes, any) != plan->array_type) return 0;
  const array_fields *array = fields(plan->header_bytes, any);
  if (array->dtype != expected->dtype || array->rank != expected->rank) return 0;
  int needed = CONTIGUOUS | ALIGNED | (expected->updated ? WRITEABLE : 0);
  if ((array->flags & needed) != needed) return 0;
  for (int64_t i = 0; i < expected->rank; i++)
    if (array->shape[i] != expected->shape[i]) return 0;
  return 1;
}

/* Runs the model on lists of arrays; `pointers` has room for all of them. Outputs are arrays that
 * the caller has just made. Returns a hodu_status, or -1 when an input must be converted first. */
int hodu_python_call(const call_plan *plan, hodu_instance *instance, void **pointers,
                     object *inputs, object *outputs) {
  for (int64_t i = 0; i < plan->input_count; i++) {
    object *given = PyList_GetItem(inputs, i);
    if (!fits(plan, &plan->inputs[i], given)) return -1;
    pointers[i] = fields(plan->header_bytes, given)->data;
  }
  void **results = pointers + plan->input_count;
  for (int64_t i = 0; i < plan->output_count; i++)
    results[i] = fields(plan->header_bytes, PyList_GetItem(outputs, i))->data;
  void *state = PyEval_SaveThread();
  int status = plan->execute(instance, (const void *const *)pointers, results);
  PyEval_RestoreThread(state);
  return status;
}

/* The fields of an ndarray as this file sees them: its type, data, rank, first size, dtype, flags. */
void hodu_python_probe(size_t header_bytes, object *array, int64_t found[6]) {
  const array_fields *seen = fields(header_bytes, array);
  found[0] = (int64_t)(intptr_t)type_of(header_bytes, array);
  found[1] = (int64_t)(intptr_t)seen->data;
  found[2] = seen->rank;
  found[3] = seen->shape[0];
  found[4] = (int64_t)(intptr_t)seen->dtype;
  found[5] = seen->flags;
}

/* Nanoseconds of a monotonic clock, for profiles. */
uint64_t hodu_clock(void) {
#ifdef __APPLE__
  enum { MONOTONIC = 6 };
#else
  enum { MONOTONIC = 1 };
#endif
  struct { intptr_t seconds, nanoseconds; } now;
  clock_gettime(MONOTONIC, &now);
  return (uint64_t)now.seconds * 1000000000u + (uint64_t)now.nanoseconds;
}
