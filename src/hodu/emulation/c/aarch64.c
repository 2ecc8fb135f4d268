/* A board with a Cortex-A in AArch64. Memory is mapped to itself, since what is not mapped takes no
   unaligned accesses. */
#include "board.h"

int board_host(int operation, const void *argument) {
  register uint64_t x0 __asm("x0") = (uint32_t)operation;
  register const void *x1 __asm("x1") = argument;
  __asm volatile("hlt 0xF000" : "+r"(x0) : "r"(x1) : "memory");
  return (int)x0;
}

void board_exit(int ended) {
  uint64_t reason[] = {ended ? ENDED : FAILED, 0};
  board_host(HOST_EXIT, reason);
}

static uint64_t before;

static uint64_t counter(void) {
  uint64_t value;
  __asm volatile("isb\n mrs %0, cntvct_el0" : "=r"(value));
  return value;
}

void board_clock_start(void) { before = counter(); }
uint32_t board_clock(void) { return (uint32_t)(counter() - before); }

static uint64_t gigabytes[512] __attribute__((aligned(4096)));
#define NORMAL_BLOCK 0x701u /* for reading and writing, shared, of the first kind below */
#define CACHED 0xFFu
#define ADDRESSES 0x80993519u /* 39 bits in pages of 4 KiB from the first table, none from the other */

__attribute__((used)) void map_memory(void) {
  for (uint64_t i = 0; i < 4; i++) gigabytes[i] = i << 30 | NORMAL_BLOCK;
  uint64_t control;
  __asm volatile("msr mair_el1, %0" ::"r"((uint64_t)CACHED));
  __asm volatile("msr tcr_el1, %0" ::"r"((uint64_t)ADDRESSES));
  __asm volatile("msr ttbr0_el1, %0" ::"r"(gigabytes));
  __asm volatile("mrs %0, sctlr_el1" : "=r"(control));
  __asm volatile("dsb sy\n isb\n msr sctlr_el1, %0\n isb" ::"r"((control | 5) & ~2ull) : "memory");
}

__attribute__((naked, noreturn, used, section(".start"))) void reset(void) {
  __asm volatile(
      "mov x0, 3 << 20\n msr cpacr_el1, x0\n isb\n" /* the FPU */
      "adr x0, vectors\n msr vbar_el1, x0\n"
      "ldr x0, =stack_top\n mov sp, x0\n bl map_memory\n bl board_main\n .ltorg\n"
      ".balign 2048\n vectors: .rept 16\n b board_fault\n .balign 128\n .endr\n");
}
