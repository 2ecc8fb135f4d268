/* A board with a Cortex-A in AArch32. Memory is mapped to itself, since what is not mapped takes no
   unaligned accesses. */
#include "board.h"

int board_host(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
  return r0;
}

void board_exit(int ended) { board_host(HOST_EXIT, (const void *)(ended ? ENDED : FAILED)); }

static uint32_t before;

/* The low half of the virtual counter. */
static uint32_t counter(void) {
  uint32_t low, high;
  __asm volatile("isb\n mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
  return low;
}

void board_clock_start(void) { before = counter(); }
uint32_t board_clock(void) { return counter() - before; }

static uint32_t sections[4096] __attribute__((aligned(16384)));
#define NORMAL_SECTION 0x11C0Eu /* for reading and writing, cached, shared */

__attribute__((used)) void map_memory(void) {
  for (uint32_t i = 0; i < 4096; i++) sections[i] = i << 20 | NORMAL_SECTION;
  uint32_t control;
  __asm volatile("mcr p15, 0, %0, c2, c0, 0" ::"r"(sections)); /* the table */
  __asm volatile("mcr p15, 0, %0, c3, c0, 0" ::"r"(~0u));      /* no domain is checked */
  __asm volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(control));
  __asm volatile("dsb\n mcr p15, 0, %0, c1, c0, 0\n isb" ::"r"((control | 1) & ~2u) : "memory");
}

__attribute__((naked, noreturn, used, section(".start"))) void reset(void) {
  __asm volatile(
      "b 2f\n b 1f\n b 1f\n b 1f\n b 1f\n nop\n b 1f\n b 1f\n" /* vectors */
      "1: ldr sp, =stack_top\n b board_fault\n"
      "2: ldr r0, =reset\n mcr p15, 0, r0, c12, c0, 0\n"
      "ldr sp, =stack_top\n bl map_memory\n bl board_main\n .ltorg\n");
}
