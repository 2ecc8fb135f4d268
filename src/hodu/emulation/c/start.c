/* Runs a model once on files of the host, which semihosting reads and writes, and says how it ended,
   how deep the stack was, and how long it took. */
#include "board.h"

#define PAINT 0xA5A5A5A5u
extern uint32_t stack_end;
register uintptr_t stack_pointer __asm("sp");

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

enum { FOR_READING = 1, FOR_WRITING = 5 };

static void say(const char *word, uint32_t value) {
  static char digits[10];
  board_host(HOST_SAY, word);
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  digits[8] = '\n';
  board_host(HOST_SAY, digits);
}

void board_fault(void) {
  board_host(HOST_SAY, "fault\n");
  board_exit(0);
}

static void transfer(const board_file *file, int mode, int operation) {
  for (; file->name; file++) {
    size_t length = 0;
    while (file->name[length]) length++;
    uintptr_t opening[] = {(uintptr_t)file->name, (uintptr_t)mode, length};
    uintptr_t handle = (uintptr_t)board_host(HOST_OPEN, opening);
    uintptr_t moving[] = {handle, (uintptr_t)file->data, file->bytes};
    if (handle == (uintptr_t)-1 || (file->bytes && board_host(operation, moving))) board_fault();
    board_host(HOST_CLOSE, &handle);
  }
}

__attribute__((noinline, used)) void count_begin(void) { __asm volatile("nop" ::: "memory"); }
__attribute__((noinline, used)) void count_end(void) { __asm volatile("nop" ::: "memory"); }

__attribute__((noreturn, used)) void board_main(void) {
  transfer(board_inputs, FOR_READING, HOST_READ);
  uintptr_t here = stack_pointer;
  /* Here, where no call is under way; volatile, lest it become a call of memset. */
  for (volatile uint32_t *p = &stack_end; (uintptr_t)p < here; p++) *p = PAINT;
  board_clock_start();
  count_begin();
  int status = board_run();
  count_end();
  uint32_t ticks = board_clock();
  const uint32_t *deepest = &stack_end;
  while (*deepest == PAINT) deepest++;
  transfer(board_outputs, FOR_WRITING, HOST_WRITE);
  say("status ", (uint32_t)status);
  say("stack ", (uint32_t)(here - (uintptr_t)deepest));
  if (ticks != NO_CLOCK) say("ticks ", ticks);
  board_exit(1);
  for (;;) {
  }
}
