/* A board with a RISC-V of 32 bits. */
#include "board.h"

__attribute__((naked, noinline)) int board_host(int operation, const void *argument) {
  /* What asks for semihosting are these three, uncompressed and within one page. */
  __asm volatile(
      ".balign 16\n .option push\n .option norvc\n"
      "slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n ret\n .option pop\n");
}

void board_exit(int ended) { board_host(HOST_EXIT, (const void *)(ended ? ENDED : FAILED)); }

static uint32_t before;

static uint32_t counter(void) {
  uint32_t value;
  __asm volatile("csrr %0, minstret" : "=r"(value));
  return value;
}

void board_clock_start(void) { before = counter(); }
uint32_t board_clock(void) { return counter() - before; }

__attribute__((naked, noreturn, used, section(".start"))) void reset(void) {
  __asm volatile(
      "la t0, 1f\n csrw mtvec, t0\n la sp, stack_top\n call board_main\n"
      ".balign 4\n 1: la sp, stack_top\n tail board_fault\n");
}
