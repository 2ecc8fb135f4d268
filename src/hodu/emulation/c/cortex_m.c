/* A board with a Cortex-M: its vectors, and SysTick as a clock. */
#include "board.h"

extern uint32_t stack_top;

int board_host(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_exit(int ended) { board_host(HOST_EXIT, (const void *)(ended ? ENDED : FAILED)); }

/* SysTick: control, reload, value. It counts down, in 24 bits. */
#define TICKS ((volatile uint32_t *)0xE000E010)
#define FULL 0xFFFFFFu
#define WRAPPED (1u << 16)

static uint32_t before;

void board_clock_start(void) {
  TICKS[1] = FULL, TICKS[2] = 0, TICKS[0] = 5;
  before = TICKS[2];
}

uint32_t board_clock(void) {
  uint32_t ticks = (before - TICKS[2]) & FULL;
  return TICKS[0] & WRAPPED ? NO_CLOCK : ticks;
}

__attribute__((naked, noreturn)) static void reset(void) {
  /* The FPU is switched on before any C, in what a Cortex-M0 has too. */
  __asm volatile(
      "ldr r0, =0xE000ED88\n ldr r1, =0x00F00000\n ldr r2, [r0]\n orrs r2, r1\n str r2, [r0]\n"
      "dsb\n isb\n bl board_main\n .ltorg\n");
}

#define FAULT board_fault
__attribute__((section(".start"), used)) void *const vectors[16] = {
    &stack_top, reset, FAULT, FAULT, FAULT, FAULT, FAULT, 0, 0, 0, 0, FAULT, FAULT, 0, FAULT, FAULT,
};
