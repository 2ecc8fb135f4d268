/* What start.c, which is the same for all models, asks of the file that is written for one. */
#ifndef HODU_BOARD_H
#define HODU_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* A file of the host, and the memory that it is read into or written from. */
typedef struct board_file {
  const char *name;
  void *data;
  uint32_t bytes;
} board_file;

extern const board_file board_inputs[], board_outputs[]; /* the last ones have no name */
int board_run(void);                                     /* the model's status */

#endif
