/* What the program of a built executable asks of the system: a part of the C library.
 *
 * A hosted compiler has its own headers; a freestanding one (Linux without a C library) takes the
 * same functions from start.c. */
#ifndef HODU_SYSTEM_H
#define HODU_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#if __STDC_HOSTED__
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#else
typedef struct hodu_file FILE;
FILE *fopen(const char *path, const char *mode); /* modes "rb" and "wb" */
size_t fread(void *data, size_t size, size_t count, FILE *file);
size_t fwrite(const void *data, size_t size, size_t count, FILE *file);
int fclose(FILE *file);
int remove(const char *path);
int rename(const char *from, const char *to);
int mkdir(const char *path, unsigned mode);
void *malloc(size_t size);
void free(void *memory);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
extern FILE *const stdout, *const stderr;
#endif

uint64_t hodu_nanoseconds(void); /* of a monotonic clock */
int hodu_cores(void);            /* that this process may run on */

#endif
