/* What an x86-64 processor and its system offer, and which variant of a model suits them.
 *
 * Needs no C library. The bits are those of Intel's Software Developer's Manual, volume 2A, CPUID,
 * and volume 1, 13.3; the levels those of the x86-64 psABI, 3.1.1.
 */
#ifndef HODU_CPU_H
#define HODU_CPU_H

#include "hodu.h"

/* Registers of CPUID leaves 1, 7 (its subleaf 1 too) and 0x80000001, and XCR0; zero where there is
 * none. */
typedef struct hodu_cpu {
  uint32_t leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_1_eax, extended_ecx, xcr0;
} hodu_cpu;

/* All of a level's instructions, or the dot products of bytes in registers of 256 or 512 bits. */
enum hodu_feature { HODU_AVX2 = 1, HODU_AVX512 = 2, HODU_AVX_VNNI = 4, HODU_AVX512_VNNI = 8 };

typedef struct hodu_variant {
  const char *name;
  int needs; /* bits of hodu_feature */
  hodu_info_function info;
  hodu_init_function init;
  hodu_execute_function execute;
  hodu_cleanup_function cleanup;
} hodu_variant;

#define HODU_BIT(n) (1u << (n))

/* The bits of what may be used. */
static int hodu_cpu_features(const hodu_cpu *cpu) {
  /* SSE3, SSSE3, FMA, CX16, SSE4.1, SSE4.2, MOVBE, POPCNT, OSXSAVE, AVX, F16C */
  const uint32_t leaf1 = HODU_BIT(0) | HODU_BIT(9) | HODU_BIT(12) | HODU_BIT(13) | HODU_BIT(19) |
                         HODU_BIT(20) | HODU_BIT(22) | HODU_BIT(23) | HODU_BIT(27) | HODU_BIT(28) |
                         HODU_BIT(29);
  const uint32_t extended = HODU_BIT(0) | HODU_BIT(5);              /* LAHF, LZCNT */
  const uint32_t avx2 = HODU_BIT(3) | HODU_BIT(5) | HODU_BIT(8);    /* BMI1, AVX2, BMI2 */
  const uint32_t avx512 = HODU_BIT(16) | HODU_BIT(17) | HODU_BIT(28) | HODU_BIT(30) | HODU_BIT(31);
  const uint32_t ymm = HODU_BIT(1) | HODU_BIT(2);                   /* the system keeps XMM, YMM */
  const uint32_t zmm = ymm | HODU_BIT(5) | HODU_BIT(6) | HODU_BIT(7); /* and masks, ZMM */
  if ((cpu->leaf1_ecx & leaf1) != leaf1 || (cpu->extended_ecx & extended) != extended ||
      (cpu->leaf7_ebx & avx2) != avx2 || (cpu->xcr0 & ymm) != ymm)
    return 0;
  int found = HODU_AVX2;
  if (cpu->leaf7_1_eax & HODU_BIT(4)) found |= HODU_AVX_VNNI;
  if ((cpu->leaf7_ebx & avx512) == avx512 && (cpu->xcr0 & zmm) == zmm) {
    found |= HODU_AVX512;
    if (cpu->leaf7_ecx & HODU_BIT(11)) found |= HODU_AVX512_VNNI;
  }
  return found;
}

static void hodu_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t found[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(found[0]), "=b"(found[1]), "=c"(found[2]), "=d"(found[3])
                   : "a"(leaf), "c"(subleaf));
}

static hodu_cpu hodu_read_cpu(void) {
  hodu_cpu cpu = {0, 0, 0, 0, 0, 0};
  uint32_t found[4], most, high;
  hodu_cpuid(0, 0, found);
  most = found[0];
  hodu_cpuid(1, 0, found);
  cpu.leaf1_ecx = found[2];
  if (most >= 7) {
    hodu_cpuid(7, 0, found);
    cpu.leaf7_ebx = found[1];
    cpu.leaf7_ecx = found[2];
    if (found[0] >= 1) {
      hodu_cpuid(7, 1, found);
      cpu.leaf7_1_eax = found[0];
    }
  }
  hodu_cpuid(0x80000000u, 0, found);
  if (found[0] >= 0x80000001u) {
    hodu_cpuid(0x80000001u, 0, found);
    cpu.extended_ecx = found[2];
  }
  if (cpu.leaf1_ecx & HODU_BIT(27)) /* the system has turned XGETBV on */
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(cpu.xcr0), "=d"(high) : "c"(0));
  return cpu;
}

static int hodu_same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

/* The number of the last of `count` variants, in rising order, that a processor with these features
 * can run; or of the one that is wanted by name. -1: there is none. */
static int hodu_select(const hodu_variant *variants, int count, int has, const char *wanted) {
  int found = -1;
  for (int i = 0; i < count; i++)
    if (!(variants[i].needs & ~has) && (!wanted || !*wanted || hodu_same(variants[i].name, wanted)))
      found = i;
  return found;
}

#if defined(__ELF__)
extern char *getenv(const char *) __attribute__((weak)); /* programs without a C library lack it */
#define HODU_WANTED (getenv ? getenv("HODU_CPU") : 0)
#elif defined(__APPLE__)
extern char *getenv(const char *);
#define HODU_WANTED getenv("HODU_CPU")
#else
#define HODU_WANTED 0
#endif

/* The same for this processor and HODU_CPU of the environment. `kept` holds what was found before,
 * plus 2; threads that ask at once find the same. */
static int hodu_chosen(const hodu_variant *variants, int count, int *kept) {
  int found = __atomic_load_n(kept, __ATOMIC_RELAXED);
  if (!found) {
    const hodu_cpu cpu = hodu_read_cpu();
    found = hodu_select(variants, count, hodu_cpu_features(&cpu), HODU_WANTED) + 2;
    __atomic_store_n(kept, found, __ATOMIC_RELAXED);
  }
  return found - 2;
}

#endif
