/* Text of numbers, types and elements. */
#include "text.h"

void put(FILE *file, const char *text) { fwrite(text, 1, strlen(text), file); }

static void put_unsigned(FILE *file, uint64_t value) {
  char digits[24];
  size_t start = sizeof digits;
  digits[--start] = 0;
  do digits[--start] = (char)('0' + value % 10);
  while (value /= 10);
  put(file, digits + start);
}

void put_integer(FILE *file, int64_t value) {
  if (value < 0) put(file, "-");
  put_unsigned(file, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* value = digits * 10^(exponent - 5) with six digits, for a finite value above 0. */
static uint64_t six_digits(double value, int *exponent) {
  *exponent = 0;
  while (value >= 10.0) value /= 10.0, ++*exponent;
  while (value < 1.0) value *= 10.0, --*exponent;
  uint64_t digits = (uint64_t)(value * 1e5 + 0.5);
  if (digits < 1000000) return digits;
  ++*exponent;
  return digits / 10;
}

/* The six digits with a point behind the first power + 1, or behind zeros when power is below 0. */
static void put_digits(FILE *file, uint64_t digits, int power) {
  char six[6], text[16], *at = text;
  for (int i = 5; i >= 0; i--, digits /= 10) six[i] = (char)('0' + digits % 10);
  int last = 5;
  while (last > 0 && last > power && six[last] == '0') last--;
  if (power < 0) *at++ = '0', *at++ = '.';
  for (int i = -1; i > power; i--) *at++ = '0';
  for (int i = 0; i <= last; i++) {
    if (power >= 0 && i == power + 1) *at++ = '.';
    *at++ = six[i];
  }
  *at = 0;
  put(file, text);
}

void put_real(FILE *file, double value) {
  if (value != value) return put(file, "nan");
  if (value < 0) put(file, "-"), value = -value;
  if (value == 0) return put(file, "0");
  if (value > 1.7976931348623157e308) return put(file, "inf");
  int exponent;
  uint64_t digits = six_digits(value, &exponent);
  int scientific = exponent < -5 || exponent > 5;
  put_digits(file, digits, scientific ? 0 : exponent);
  if (!scientific) return;
  put(file, "e");
  put_integer(file, exponent);
}

void put_shape(FILE *file, int32_t rank, const int64_t *shape) {
  put(file, "[");
  for (int32_t i = 0; i < rank; i++) {
    if (i) put(file, ", ");
    put_integer(file, shape[i]);
  }
  put(file, "]");
}

void put_type(FILE *file, const hodu_tensor *tensor, const int64_t *shape) {
  put(file, dtype_name(tensor->dtype));
  put_shape(file, tensor->rank, shape);
}

typedef struct dtype_facts {
  const char *name;
  size_t bytes;
} dtype_facts;

/* By the number in ONNX's TensorProto.DataType. */
static const dtype_facts dtypes[20] = {
    [1] = {"f32", 4},  [2] = {"u8", 1},  [3] = {"i8", 1},   [4] = {"u16", 2},  [5] = {"i16", 2},
    [6] = {"i32", 4},  [7] = {"i64", 8}, [9] = {"bool", 1}, [10] = {"f16", 2}, [11] = {"f64", 8},
    [12] = {"u32", 4}, [13] = {"u64", 8}, [16] = {"bf16", 2}, [17] = {"f8e4m3", 1},
    [19] = {"f8e5m2", 1}};

const char *dtype_name(int32_t dtype) { return dtypes[dtype].name; }
size_t dtype_bytes(int32_t dtype) { return dtypes[dtype].bytes; }

/* A small float of `exponent_bits` and `fraction_bits`; without `infinite`, only all ones is NaN. */
static double small_float(unsigned bits, int exponent_bits, int fraction_bits, int infinite) {
  unsigned fraction = bits & ((1u << fraction_bits) - 1);
  int top = (1 << exponent_bits) - 1, exponent = (int)(bits >> fraction_bits) & top;
  double sign = bits >> (exponent_bits + fraction_bits) & 1 ? -1.0 : 1.0, scale = 1.0;
  if (exponent == top && infinite) return fraction ? 0.0 / 0.0 * sign : sign / 0.0;
  if (exponent == top && fraction == (1u << fraction_bits) - 1) return 0.0 / 0.0;
  double value = (double)fraction / (double)(1u << fraction_bits) + (exponent ? 1.0 : 0.0);
  int power = (exponent ? exponent : 1) - (top >> 1);
  for (; power > 0; power--) scale *= 2.0;
  for (; power < 0; power++) scale *= 0.5;
  return sign * value * scale;
}

#define ELEMENT(type) (((const type *)data)[i])

void put_element(FILE *file, int32_t dtype, const void *data, size_t i) {
  switch (dtype) {
    case 1: return put_real(file, ELEMENT(float));
    case 2: return put_unsigned(file, ELEMENT(uint8_t));
    case 3: return put_integer(file, ELEMENT(int8_t));
    case 4: return put_unsigned(file, ELEMENT(uint16_t));
    case 5: return put_integer(file, ELEMENT(int16_t));
    case 6: return put_integer(file, ELEMENT(int32_t));
    case 7: return put_integer(file, ELEMENT(int64_t));
    case 9: return put(file, ELEMENT(uint8_t) ? "true" : "false");
    case 10: return put_real(file, small_float(ELEMENT(uint16_t), 5, 10, 1));
    case 11: return put_real(file, ELEMENT(double));
    case 12: return put_unsigned(file, ELEMENT(uint32_t));
    case 13: return put_unsigned(file, ELEMENT(uint64_t));
    case 16: return put_real(file, small_float(ELEMENT(uint16_t), 8, 7, 1));
    case 17: return put_real(file, small_float(ELEMENT(uint8_t), 4, 3, 0));
    default: return put_real(file, small_float(ELEMENT(uint8_t), 5, 2, 1));
  }
}
