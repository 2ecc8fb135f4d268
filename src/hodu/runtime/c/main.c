/* The program of a built executable: runs the model on tensors from files. */
#include "npy.h"
#include "pool.h"

const hodu_model *hodu_info(void);
int hodu_init(hodu_instance *self, void *arena, const void *weights);
int hodu_execute(hodu_instance *self, const void *const *inputs, void *const *outputs);

enum { SHOWN = 8, PATH_LIMIT = 4096 };

typedef struct options {
  const char **files; /* of each input */
  const char *folder, *weights;
  int64_t threads, runs;
} options;

typedef struct session {
  const hodu_model *model;
  void **inputs, **outputs;
  const int64_t **shapes; /* of each output, after a run */
  hodu_instance instance;
} session;

static int fail(const char *message, const char *subject, const char *hint) {
  put(stderr, "error: ");
  put(stderr, message);
  if (subject) put(stderr, " '"), put(stderr, subject), put(stderr, "'");
  put(stderr, "\n");
  if (hint) put(stderr, "  help: "), put(stderr, hint), put(stderr, "\n");
  return 0;
}

/* -- arguments */

static void show_usage(FILE *file, const char *program) {
  put(file, "usage: ");
  put(file, program);
  put(file,
      " [-i NAME=FILE]... [-o FOLDER]\n"
      "  -i NAME=FILE     an input, from a .npy file or raw bytes\n"
      "  -o FOLDER        write each output to FOLDER/NAME.npy instead of showing it\n"
      "  -w FILE          the weights, when they are not in the program\n"
      "  --threads N      use N threads (default: all cores)\n"
      "  --benchmark N    run N times and show the least and the median time\n"
      "  --list-inputs    show the inputs\n"
      "  --list-outputs   show the outputs\n");
}

static int list(const hodu_tensor *tensors, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    put(stdout, tensors[i].name);
    put(stdout, ": ");
    put_type(stdout, &tensors[i], tensors[i].shape);
    put(stdout, tensors[i].dynamic ? " at most\n" : "\n");
  }
  return 1;
}

static int parse_count(const char *text, int64_t *value) {
  *value = 0;
  for (const char *at = text; *at; at++) {
    if (*at < '0' || *at > '9' || *value > 9999) return fail("not a number up to 99999:", text, NULL);
    *value = *value * 10 + (*at - '0');
  }
  return *value > 0 ? 1 : fail("a number above 0 is needed, not", text, NULL);
}

/* NAME=FILE, where a name may have '=' in it: the longest input name that fits is taken. */
static int parse_input(const hodu_model *model, const char *text, options *chosen) {
  int32_t best = -1;
  size_t longest = 0;
  for (int32_t i = 0; i < model->input_count; i++) {
    size_t length = strlen(model->inputs[i].name);
    if (strlen(text) <= length || text[length] != '=' || length < longest) continue;
    if (memcmp(text, model->inputs[i].name, length) == 0) best = i, longest = length;
  }
  if (best < 0) return fail("there is no such input:", text, "see --list-inputs; -i NAME=FILE");
  if (chosen->files[best]) return fail("given twice: input", model->inputs[best].name, NULL);
  chosen->files[best] = text + longest + 1;
  return 1;
}

static int parse_option(const hodu_model *model, const char *name, const char *value,
                        options *chosen) {
  int input = strcmp(name, "-i") == 0, folder = strcmp(name, "-o") == 0;
  int weights = strcmp(name, "-w") == 0, threads = strcmp(name, "--threads") == 0;
  if (!input && !folder && !weights && !threads && strcmp(name, "--benchmark") != 0)
    return fail("unknown option", name, "see --help");
  if (!value) return fail("a value is missing after", name, "see --help");
  if (input) return parse_input(model, value, chosen);
  if (folder) return chosen->folder = value, 1;
  if (weights) return chosen->weights = value, 1;
  return parse_count(value, threads ? &chosen->threads : &chosen->runs);
}

/* -- memory and files of a run */

/* Memory for `bytes`, aligned; it is kept until the program ends. */
static void *allocate(size_t bytes) {
  char *raw = malloc(bytes + HODU_ALIGNMENT);
  if (!raw) return fail("no memory", NULL, NULL), NULL;
  return (void *)(((uintptr_t)raw + HODU_ALIGNMENT - 1) & ~(uintptr_t)(HODU_ALIGNMENT - 1));
}

static int load_inputs(session *self, const options *chosen) {
  const hodu_model *model = self->model;
  for (int32_t i = 0; i < model->input_count; i++) {
    if (!chosen->files[i])
      return fail("a file is missing for input", model->inputs[i].name, "give -i NAME=FILE");
    self->inputs[i] = allocate(model->inputs[i].bytes);
    if (!self->inputs[i]) return 0;
    if (!read_tensor(chosen->files[i], &model->inputs[i], self->inputs[i])) return 0;
  }
  return 1;
}

/* Room for outputs, and for the sizes of those that have them only after a run. */
static int make_outputs(session *self) {
  const hodu_model *model = self->model;
  size_t ranks = 1;
  for (int32_t i = 0; i < model->output_count; i++) ranks += (size_t)model->outputs[i].rank;
  int64_t *sizes = allocate(ranks * sizeof *sizes);
  if (!(self->instance.shapes = sizes)) return 0;
  for (int32_t i = 0; i < model->output_count; i++) {
    const hodu_tensor *tensor = &model->outputs[i];
    self->outputs[i] = allocate(tensor->bytes);
    if (!self->outputs[i]) return 0;
    self->shapes[i] = tensor->dynamic ? sizes : tensor->shape;
    sizes += tensor->rank;
  }
  return 1;
}

static int load_weights(const hodu_model *model, const char *path, const void **weights) {
  const int64_t size = (int64_t)model->weight_bytes;
  const hodu_tensor tensor = {"weights", 2, 1, &size, model->weight_bytes, 0, 0, 0};
  void *data;
  *weights = NULL;
  if (model->has_weights || model->weight_bytes == 0) return 1;
  if (!path) return fail("the weights are in a file that was not given", NULL, "give -w FILE");
  *weights = data = allocate(model->weight_bytes);
  return data && read_tensor(path, &tensor, data);
}

static int prepare(session *self, const options *chosen) {
  const void *weights;
  void *arena = allocate(self->model->arena_bytes);
  if (!arena || !load_weights(self->model, chosen->weights, &weights)) return 0;
  int status = hodu_init(&self->instance, arena, weights);
  if (status == HODU_NO_VARIANT)
    return fail("it has no code for this processor, or none that HODU_CPU names", NULL, NULL);
  if (status != HODU_OK) return fail("the model cannot be prepared", NULL, NULL);
  if (chosen->threads > 1) {
    self->instance.pool = hodu_pool_create((int)chosen->threads);
    if (self->instance.pool) self->instance.parallel = hodu_pool_run;
  }
  return make_outputs(self) && load_inputs(self, chosen);
}

/* -- running */

/* The text of an error, in which {0} to {3} are values; its hint and place follow, if any. */
static void explain(const hodu_model *model, const hodu_error *error) {
  static const char *const labels[] = {"\n  help: ", "\n  at: "};
  int part = 0;
  for (const char *at = model->sites[error->site]; *at; at++) {
    char single[2] = {*at, 0};
    if (*at == '{' && at[1] >= '0' && at[1] <= '3' && at[2] == '}')
      put_integer(stderr, error->values[at[1] - '0']), at += 2;
    else if (*at == '\x1f') {
      if (part < 2 && at[1] && at[1] != '\x1f') put(stderr, labels[part]);
      part++;
    } else {
      put(stderr, single);
    }
  }
}

static int run(session *self) {
  int status = hodu_execute(&self->instance, (const void *const *)self->inputs, self->outputs);
  const hodu_error *error = &self->instance.error;
  if (status == HODU_OK) return 1;
  put(stderr, "error: ");
  if (error->site >= 0 && error->site < self->model->site_count) explain(self->model, error);
  else put(stderr, "the model failed with status "), put_integer(stderr, status);
  put(stderr, "\n");
  return 0;
}

static void put_milliseconds(const char *label, uint64_t nanoseconds) {
  put(stdout, label);
  put_real(stdout, (double)nanoseconds / 1e6);
  put(stdout, " ms");
}

static int benchmark(session *self, int64_t runs) {
  uint64_t *times = allocate((size_t)runs * sizeof *times);
  if (!times) return 0;
  for (int64_t done = 0; done < runs; done++) {
    uint64_t start = hodu_nanoseconds(), spent;
    if (!run(self)) return 0;
    spent = hodu_nanoseconds() - start;
    int64_t at = done;
    for (; at > 0 && times[at - 1] > spent; at--) times[at] = times[at - 1];
    times[at] = spent;
  }
  put_milliseconds("min ", times[0]);
  put_milliseconds(", median ", times[runs / 2]);
  put(stdout, ", ");
  put_integer(stdout, runs);
  put(stdout, " runs\n");
  return 1;
}

static void show(const hodu_tensor *tensor, const int64_t *shape, const void *data) {
  size_t count = 1;
  for (int32_t i = 0; i < tensor->rank; i++) count *= (size_t)shape[i];
  put(stdout, tensor->name);
  put(stdout, ": ");
  put_type(stdout, tensor, shape);
  put(stdout, " =");
  for (size_t i = 0; i < count && i < SHOWN; i++) {
    put(stdout, " ");
    put_element(stdout, tensor->dtype, data, i);
  }
  put(stdout, count > SHOWN ? " ...\n" : "\n");
}

/* FOLDER/NAME.npy, in which the characters of a name that mean something in paths become '_'. */
static int write_output(const char *folder, const hodu_tensor *tensor, const int64_t *shape,
                        const void *data) {
  char path[PATH_LIMIT];
  size_t length = strlen(folder), name = strlen(tensor->name);
  if (length + name + 6 > sizeof path) return fail("the path is too long:", folder, NULL);
  memcpy(path, folder, length);
  path[length++] = '/';
  for (size_t i = 0; i < name; i++) {
    char c = tensor->name[i];
    path[length++] = c == '/' || c == '\\' || c == ':' || (i == 0 && c == '.') ? '_' : c;
  }
  memcpy(path + length, ".npy", 5);
  return write_tensor(path, tensor, shape, data);
}

static int deliver(const session *self, const char *folder) {
  const hodu_model *model = self->model;
  if (folder) mkdir(folder, 0777);
  for (int32_t i = 0; i < model->output_count; i++) {
    if (!folder) show(&model->outputs[i], self->shapes[i], self->outputs[i]);
    else if (!write_output(folder, &model->outputs[i], self->shapes[i], self->outputs[i])) return 0;
  }
  return 1;
}

static int execute(const hodu_model *model, const options *chosen) {
  session self = {.model = model};
  self.inputs = allocate(sizeof(void *) * ((size_t)model->input_count + 1));
  self.outputs = allocate(sizeof(void *) * ((size_t)model->output_count + 1));
  self.shapes = allocate(sizeof(void *) * ((size_t)model->output_count + 1));
  if (!self.inputs || !self.outputs || !self.shapes || !prepare(&self, chosen)) return 0;
  if (chosen->runs) return benchmark(&self, chosen->runs);
  return run(&self) && deliver(&self, chosen->folder);
}

int main(int argc, char **argv) {
  const hodu_model *model = hodu_info();
  options chosen = {.threads = hodu_cores()};
  chosen.files = allocate(sizeof(char *) * ((size_t)model->input_count + 1));
  if (!chosen.files) return 1;
  for (int32_t i = 0; i < model->input_count; i++) chosen.files[i] = NULL;
  for (int i = 1; i < argc; i += 2) {
    if (strcmp(argv[i], "--list-inputs") == 0) return !list(model->inputs, model->input_count);
    if (strcmp(argv[i], "--list-outputs") == 0) return !list(model->outputs, model->output_count);
    if (strcmp(argv[i], "--help") == 0) return show_usage(stdout, argv[0]), 0;
    if (!parse_option(model, argv[i], argv[i + 1], &chosen)) return 2;
  }
  return execute(model, &chosen) ? 0 : 1;
}
