/* What start.c, which is the same for all models and processors, asks of the others: of the file that
   is written for a model, and of the one of a processor. */
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

/* A processor's file has the code at the start of an image, which calls board_main. */
void board_main(void);
void board_fault(void);                             /* ends a run that went wrong */
int board_host(int operation, const void *argument); /* semihosting */
void board_exit(int ended);                          /* whether all went well */
void board_clock_start(void);
uint32_t board_clock(void); /* ticks since then, NO_CLOCK if it has wrapped around */
#define NO_CLOCK 0xFFFFFFFFu

#define ENDED 0x20026
#define FAILED 0x20023
enum { HOST_OPEN = 1, HOST_CLOSE, HOST_SAY = 4, HOST_WRITE, HOST_READ, HOST_EXIT = 0x18 };

#endif
