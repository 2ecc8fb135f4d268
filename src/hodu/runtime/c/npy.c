/* Reading and writing .npy; files are taken for hostile. */
#include "npy.h"

enum { MAGIC_BYTES = 8, HEADER_LIMIT = 65536, PATH_LIMIT = 4096 };

static const char magic[6] = {(char)0x93, 'N', 'U', 'M', 'P', 'Y'};

/* The type in the header of .npy; the small floats, which NumPy lacks, are raw bytes to it. */
static const char *const codes[20] = {
    [1] = "<f4", [2] = "|u1", [3] = "|i1", [4] = "<u2", [5] = "<i2", [6] = "<i4", [7] = "<i8",
    [9] = "|b1", [10] = "<f2", [11] = "<f8", [12] = "<u4", [13] = "<u8", [16] = "|V2",
    [17] = "|V1", [19] = "|V1"};

static int fail(const char *path, const char *reason) {
  put(stderr, "error: '");
  put(stderr, path);
  put(stderr, "' ");
  put(stderr, reason);
  put(stderr, "\n");
  return 0;
}

static int fail_type(const char *path, const hodu_tensor *tensor, const char *found) {
  put(stderr, "error: '");
  put(stderr, path);
  put(stderr, "' holds ");
  put(stderr, found);
  put(stderr, ", input '");
  put(stderr, tensor->name);
  put(stderr, "' is ");
  put_type(stderr, tensor, tensor->shape);
  put(stderr, "\n");
  return 0;
}

/* The text after 'key': in a header, or NULL. */
static const char *find_value(const char *header, const char *key) {
  size_t length = strlen(key);
  for (; *header; header++) {
    if (*header != '\'' && *header != '"') continue;
    size_t same = 0;
    while (same < length && header[1 + same] == key[same]) same++;
    if (same < length || header[1 + length] != *header) continue;
    const char *at = header + length + 2;
    while (*at == ' ') at++;
    if (*at++ != ':') continue;
    while (*at == ' ') at++;
    return at;
  }
  return NULL;
}

static int same_code(const char *value, const char *code) {
  if (*value != '\'' && *value != '"') return 0;
  int order = value[1] == code[0] || (value[1] == '=' && code[0] == '<') ||
              (code[1] == 'V' && value[1] == '<');
  return order && value[2] == code[1] && value[3] == code[2] && value[4] == *value;
}

/* Whether the tuple at `value` is the tensor's shape. */
static int same_shape(const char *value, const hodu_tensor *tensor) {
  if (*value++ != '(') return 0;
  for (int32_t i = 0; i < tensor->rank; i++) {
    uint64_t size = 0;
    while (*value == ' ' || *value == ',') value++;
    if (*value < '0' || *value > '9') return 0;
    for (; *value >= '0' && *value <= '9'; value++) {
      if (size > ((uint64_t)1 << 59)) return 0;
      size = size * 10 + (uint64_t)(*value - '0');
    }
    if (size != (uint64_t)tensor->shape[i]) return 0;
  }
  while (*value == ' ' || *value == ',') value++;
  return *value == ')';
}

/* A copy of the value at `text` up to `end`, for an error. */
static void copy_value(const char *text, char end, char out[64]) {
  size_t i = 0;
  for (; i < 60 && text[i] && text[i] >= ' ' && text[i] <= '~'; i++) {
    out[i] = text[i];
    if (i && text[i] == end) {
      i++;
      break;
    }
  }
  out[i] = 0;
}

static int check_header(const char *path, const hodu_tensor *tensor, const char *header) {
  const char *type = find_value(header, "descr"), *shape = find_value(header, "shape");
  const char *order = find_value(header, "fortran_order");
  char found[140] = "an array of type ";
  if (!type || !shape || !order) return fail(path, "has a damaged .npy header");
  if (!same_code(type, codes[tensor->dtype])) {
    copy_value(type, *type, found + strlen(found));
    return fail_type(path, tensor, found);
  }
  if (!same_shape(shape, tensor)) {
    memcpy(found, "an array of shape ", 19);
    copy_value(shape, ')', found + 18);
    return fail_type(path, tensor, found);
  }
  if (*order == 'T' && tensor->rank > 1)
    return fail(path, "is in Fortran order; save it in C order, as by numpy.ascontiguousarray");
  return 1;
}

/* Reads the rest of a header whose first eight bytes were read. */
static int read_header(const char *path, const hodu_tensor *tensor, int version, FILE *file) {
  unsigned char sizes[4] = {0};
  size_t width = version == 1 ? 2 : 4;
  if (version < 1 || version > 3) return fail(path, "is of an unknown version of .npy");
  if (fread(sizes, 1, width, file) != width) return fail(path, "has a damaged .npy header");
  size_t length = sizes[0] | (size_t)sizes[1] << 8 | (size_t)sizes[2] << 16 | (size_t)sizes[3] << 24;
  if (length > HEADER_LIMIT) return fail(path, "has a .npy header that is too long");
  char *header = malloc(length + 1);
  if (!header) return fail(path, "cannot be read: no memory");
  size_t got = fread(header, 1, length, file);
  header[got] = 0;
  int good = got == length ? check_header(path, tensor, header)
                           : fail(path, "has a damaged .npy header");
  free(header);
  return good;
}

static int read_file(const char *path, const hodu_tensor *tensor, char *data, FILE *file) {
  unsigned char start[MAGIC_BYTES], extra;
  size_t got = fread(start, 1, MAGIC_BYTES, file), kept = 0;
  if (got == MAGIC_BYTES && memcmp(start, magic, sizeof magic) == 0) {
    if (!read_header(path, tensor, start[6], file)) return 0;
  } else if (got <= tensor->bytes) {
    memcpy(data, start, kept = got);
  } else {
    return fail(path, "is raw and longer than the input");
  }
  if (fread(data + kept, 1, tensor->bytes - kept, file) != tensor->bytes - kept)
    return fail_type(path, tensor, "too few bytes");
  if (fread(&extra, 1, 1, file) != 0) return fail_type(path, tensor, "too many bytes");
  return 1;
}

int read_tensor(const char *path, const hodu_tensor *tensor, void *data) {
  FILE *file = fopen(path, "rb");
  if (!file) return fail(path, "cannot be opened");
  int good = read_file(path, tensor, data, file);
  fclose(file);
  return good;
}

static char *append(char *at, const char *text) {
  size_t length = strlen(text);
  memcpy(at, text, length);
  return at + length;
}

static char *append_size(char *at, int64_t value) {
  char digits[24], *start = digits + sizeof digits;
  *--start = 0;
  do *--start = (char)('0' + value % 10);
  while (value /= 10);
  return append(at, start);
}

/* A header of version 1, padded so that the data begins at a multiple of 64. */
static size_t make_header(char *header, const hodu_tensor *tensor, const int64_t *shape) {
  char *at = header + 10;
  at = append(append(at, "{'descr': '"), codes[tensor->dtype]);
  at = append(at, "', 'fortran_order': False, 'shape': (");
  for (int32_t i = 0; i < tensor->rank; i++) at = append(append_size(at, shape[i]), ", ");
  if (tensor->rank > 1) at -= 2;
  at = append(at, "), }");
  while ((at + 1 - header) % 64) *at++ = ' ';
  *at++ = '\n';
  size_t length = (size_t)(at - header) - 10;
  memcpy(header, magic, sizeof magic);
  header[6] = 1, header[7] = 0;
  header[8] = (char)(length & 255), header[9] = (char)(length >> 8);
  return length + 10;
}

int write_tensor(const char *path, const hodu_tensor *tensor, const int64_t *shape,
                 const void *data) {
  char temporary[PATH_LIMIT + 8];
  size_t bytes = dtype_bytes(tensor->dtype);
  if (strlen(path) >= PATH_LIMIT || tensor->rank > 64) return fail(path, "cannot be written");
  memcpy(append(temporary, path), ".tmp", 5);
  for (int32_t i = 0; i < tensor->rank; i++) bytes *= (size_t)shape[i];
  char *header = malloc(256 + 24 * (size_t)tensor->rank);
  FILE *file = header ? fopen(temporary, "wb") : NULL;
  if (!file) {
    free(header);
    return fail(path, "cannot be written");
  }
  size_t length = make_header(header, tensor, shape);
  int good = fwrite(header, 1, length, file) == length && fwrite(data, 1, bytes, file) == bytes;
  free(header);
  good = fclose(file) == 0 && good;
  if (good && rename(temporary, path) == 0) return 1;
  remove(temporary);
  return fail(path, "cannot be written");
}
