/* What system.h asks beyond the C library, for a program that has one. */
#define _GNU_SOURCE
#include "system.h"

#include <unistd.h>

uint64_t hodu_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int hodu_cores(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : (int)cores;
}
