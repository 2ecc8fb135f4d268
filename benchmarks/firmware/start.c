/* Starts a board, runs a model once and says by semihosting what came out and how deep the stack was.
   X_BYTES and Y_BYTES are the sizes of its input and output; the input is linked in as `given`. */
#include <stddef.h>
#include <stdint.h>

extern uint32_t stack_top, stack_end;
extern const uint8_t given[];
int net(const void *x, void *y);

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

/* What clang calls to clear a block, in the ABI of Arm. */
void __aeabi_memclr4(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr8(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memcpy4(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memcpy8(void *to, const void *from, size_t count) { memcpy(to, from, count); }

static int host(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void say(const char *word, uint32_t value) {
  static char digits[10];
  host(4, word);
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  digits[8] = '\n';
  host(4, digits);
}

static uint8_t x[X_BYTES] __attribute__((section(".caller"), aligned(8)));
static uint8_t y[Y_BYTES] __attribute__((section(".caller"), aligned(8)));

__attribute__((noinline, used)) void count_begin(void) { __asm volatile("nop" ::: "memory"); }
__attribute__((noinline, used)) void count_end(void) { __asm volatile("nop" ::: "memory"); }

static void run(void) {
  uint32_t here;
  __asm volatile("mov %0, sp" : "=r"(here));
  memcpy(x, given, X_BYTES);
  count_begin();
  int status = net(x, y);
  count_end();
  const uint32_t *deepest = &stack_end;
  while (*deepest == 0xA5A5A5A5u) deepest++;
  say("status ", (uint32_t)status);
  say("stack ", here - (uint32_t)deepest);
  for (int i = 0; i < Y_BYTES; i += 4) say("y ", *(uint32_t *)(y + i));
  host(0x18, (void *)0x20026);
}

__attribute__((naked, noreturn)) void reset(void) {
  /* The FPU is switched on and the stack is painted before any C. */
  __asm volatile(
      "ldr r0, =0xE000ED88\n ldr r1, [r0]\n orr r1, r1, #(0xF << 20)\n str r1, [r0]\n dsb\n isb\n"
      "ldr r0, =stack_end\n ldr r1, =stack_top\n ldr r2, =0xA5A5A5A5\n"
      "1: cmp r0, r1\n bhs 2f\n str r2, [r0], #4\n b 1b\n"
      "2: bl %c0\n b .\n .ltorg\n" ::"i"(run));
}

static void fault(void) { host(0x18, (void *)0x20023); }

__attribute__((section(".vectors"), used)) void *const vectors[16] = {
    &stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};
