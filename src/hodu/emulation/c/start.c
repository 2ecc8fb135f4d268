/* Starts a board with a Cortex-M, runs a model once on files of the host, which semihosting reads and
   writes, and says how it ended, how deep the stack was, and how long it took. */
#include "board.h"

extern uint32_t stack_top, stack_end;

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

enum { OPEN = 1, CLOSE = 2, SAY = 4, WRITE = 5, READ = 6, EXIT = 0x18 };
enum { FOR_READING = 1, FOR_WRITING = 5 };
#define ENDED ((const void *)0x20026)
#define FAILED ((const void *)0x20023)

static int host(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void say(const char *word, uint32_t value) {
  static char digits[10];
  host(SAY, word);
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  digits[8] = '\n';
  host(SAY, digits);
}

static void fault(void) {
  host(SAY, "fault\n");
  host(EXIT, FAILED);
}

static void transfer(const board_file *file, int mode, int operation) {
  for (; file->name; file++) {
    size_t length = 0;
    while (file->name[length]) length++;
    uintptr_t opening[] = {(uintptr_t)file->name, (uintptr_t)mode, length};
    uintptr_t handle = (uintptr_t)host(OPEN, opening);
    uintptr_t moving[] = {handle, (uintptr_t)file->data, file->bytes};
    if (handle == (uintptr_t)-1 || (file->bytes && host(operation, moving))) fault();
    host(CLOSE, &handle);
  }
}

__attribute__((noinline, used)) void count_begin(void) { __asm volatile("nop" ::: "memory"); }
__attribute__((noinline, used)) void count_end(void) { __asm volatile("nop" ::: "memory"); }

/* SysTick: control, reload, value. It counts down, in 24 bits. */
#define TICKS ((volatile uint32_t *)0xE000E010)
#define FULL 0xFFFFFFu
#define WRAPPED (1u << 16)

__attribute__((noreturn, used)) void run(void) {
  uint32_t here;
  transfer(board_inputs, FOR_READING, READ);
  __asm volatile("mov %0, sp" : "=r"(here));
  TICKS[1] = FULL, TICKS[2] = 0, TICKS[0] = 5;
  uint32_t before = TICKS[2];
  count_begin();
  int status = board_run();
  count_end();
  uint32_t ticks = (before - TICKS[2]) & FULL;
  uint32_t wrapped = TICKS[0] & WRAPPED;
  const uint32_t *deepest = &stack_end;
  while (*deepest == 0xA5A5A5A5u) deepest++;
  transfer(board_outputs, FOR_WRITING, WRITE);
  say("status ", (uint32_t)status);
  say("stack ", here - (uint32_t)deepest);
  if (!wrapped) say("ticks ", ticks);
  host(EXIT, ENDED);
  for (;;) {
  }
}

__attribute__((naked, noreturn)) void reset(void) {
  /* The FPU is switched on and the stack is painted before any C, in what a Cortex-M0 has too. */
  __asm volatile(
      "ldr r0, =0xE000ED88\n ldr r1, =0x00F00000\n ldr r2, [r0]\n orrs r2, r1\n str r2, [r0]\n"
      "dsb\n isb\n"
      "ldr r0, =stack_end\n ldr r1, =stack_top\n ldr r2, =0xA5A5A5A5\n"
      "1: cmp r0, r1\n bhs 2f\n str r2, [r0]\n adds r0, #4\n b 1b\n"
      "2: bl run\n .ltorg\n");
}

__attribute__((section(".vectors"), used)) void *const vectors[16] = {
    &stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};
