/* The functions of <string.h> that compiled models and their programs call, where there is no C
 * library. The empty asm keeps compilers from making calls of memcpy of these loops. */
#include <stddef.h>
#include <stdint.h>

#define OPAQUE(x) __asm__ volatile("" : "+r"(x)::"memory")

void *memcpy(void *to, const void *from, size_t size) {
  char *t = to;
  const char *f = from;
  for (; size >= 8; size -= 8, t += 8, f += 8) {
    __builtin_memcpy(t, f, 8);
    OPAQUE(t);
  }
  for (; size; size--, t++, f++) {
    *t = *f;
    OPAQUE(t);
  }
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size) return memcpy(to, from, size);
  char *t = to;
  const char *f = from;
  while (size--) {
    t[size] = f[size];
    OPAQUE(t);
  }
  return to;
}

void *memset(void *to, int byte, size_t size) {
  char *t = to;
  uint64_t wide = 0x0101010101010101u * (unsigned char)byte;
  for (; size >= 8; size -= 8, t += 8) {
    __builtin_memcpy(t, &wide, 8);
    OPAQUE(t);
  }
  for (; size; size--, t++) {
    *t = (char)byte;
    OPAQUE(t);
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (; size; size--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) {
    end++;
    OPAQUE(end);
  }
  return (size_t)(end - text);
}

int strcmp(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (unsigned char)*a - (unsigned char)*b;
}
