/* kernels.c - picks the instruction set tier.
 *
 * Built for baseline x86-64: it runs before anyone knows what the CPU can do. A tier needs the
 * instructions (CPUID) and an operating system that saves the registers (XCR0). */
#include "engine/kernels/kernels.h"

#include <cpuid.h>
#include <string.h>

#include "engine/kernels/acts.h"
#include "engine/kernels/tiers.h"

#ifdef __AVX__
#error "kernels.c is built without instruction set flags: it must run on any CPU"
#endif

static const char *const TIER_NAMES[CPU_TIERS] = {
    [CPU_REF] = "ref", [CPU_AVX2] = "avx2", [CPU_AVX512] = "avx512", [CPU_VNNI] = "vnni"};

/* State components of XCR0. */
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6 };

enum { LEAF_FEATURES = 1, LEAF_EXTENDED = 7 };

/* A tier asks for these bits on top of the tier below it. */
struct tier_needs {
    unsigned leaf1_ecx, leaf7_ebx, leaf7_ecx;
    uint64_t xcr0;
};

static const struct tier_needs NEEDS[CPU_TIERS] = {
    [CPU_AVX2] = {bit_FMA | bit_F16C | bit_AVX, bit_AVX2, 0, XCR0_YMM},
    [CPU_AVX512] = {0, bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ, 0, XCR0_ZMM},
    [CPU_VNNI] = {0, 0, bit_AVX512VNNI, XCR0_ZMM},
};

static uint64_t read_xcr0(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static bool has_all(uint64_t bits, uint64_t wanted)
{
    return (bits & wanted) == wanted;
}

enum cpu_tier cpu_tier_detect(void)
{
    unsigned a, b, c, d, leaf1_ecx, leaf7_ebx, leaf7_ecx;
    int tier = CPU_REF;
    if (!__get_cpuid(LEAF_FEATURES, &a, &b, &leaf1_ecx, &d) || !(leaf1_ecx & bit_OSXSAVE))
        return CPU_REF;
    if (!__get_cpuid_count(LEAF_EXTENDED, 0, &a, &leaf7_ebx, &leaf7_ecx, &c))
        return CPU_REF;
    uint64_t xcr0 = read_xcr0();
    while (tier + 1 < CPU_TIERS) {
        const struct tier_needs *n = &NEEDS[tier + 1];
        if (!has_all(leaf1_ecx, n->leaf1_ecx) || !has_all(leaf7_ebx, n->leaf7_ebx) ||
            !has_all(leaf7_ecx, n->leaf7_ecx) || !has_all(xcr0, n->xcr0))
            break;
        tier++;
    }
    return (enum cpu_tier)tier;
}

const char *cpu_tier_name(enum cpu_tier tier)
{
    return TIER_NAMES[tier];
}

bool cpu_tier_by_name(enum cpu_tier *out, const char *name)
{
    if (strcmp(name, "auto") == 0) {
        *out = cpu_tier_detect();
        return true;
    }
    for (int t = 0; t < CPU_TIERS; t++) {
        if (strcmp(name, TIER_NAMES[t]) == 0) {
            *out = (enum cpu_tier)t;
            return true;
        }
    }
    return false;
}

size_t acts_bytes(size_t n_rows, size_t n_in)
{
    return n_rows * (n_in / ACT_COLS) * sizeof(struct act_block);
}

void kernels_init(struct kernels *k, enum cpu_tier cap)
{
    static void (*const FILL[CPU_TIERS])(struct kernels *) = {
        [CPU_REF] = kernels_fill_ref,
        [CPU_AVX2] = kernels_fill_avx2,
        [CPU_AVX512] = kernels_fill_avx512,
        [CPU_VNNI] = kernels_fill_vnni,
    };
    enum cpu_tier best = cpu_tier_detect();
    k->tier = best < cap ? best : cap;
    for (int t = CPU_REF; t <= (int)k->tier; t++)
        FILL[t](k);
}
