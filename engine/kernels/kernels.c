/* kernels.c - picks the instruction set tier.
 *
 * Built for baseline x86-64: it runs before anyone knows what the CPU can do. A tier needs the
 * instructions (CPUID), an operating system that saves the registers (XCR0) and, for the 8 KB of
 * tiles, its permission (Linux, Documentation/arch/x86/xstate.rst). */
#include "engine/kernels/kernels.h"

#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/kernels/acts.h"
#include "engine/kernels/tiers.h"

#ifdef __AVX__
#error "kernels.c is built without instruction set flags: it must run on any CPU"
#endif

static const char *const TIER_NAMES[CPU_TIERS] = {
    [CPU_REF] = "ref", [CPU_AVX2] = "avx2", [CPU_AVX512] = "avx512", [CPU_VNNI] = "vnni",
    [CPU_BF16] = "bf16", [CPU_AMX] = "amx"};

/* State components of XCR0. */
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6, XCR0_TILES = 0x60000 };

enum { LEAF_FEATURES = 1, LEAF_EXTENDED = 7 };

/* In leaf 7, EDX; gcc and clang have different names for them. */
enum { BIT_AMX_TILE = 1 << 24, BIT_AMX_INT8 = 1 << 25 };

/* arch_prctl: ask for a state component by its number. */
enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

/* A tier asks for these bits on top of the tier below it. */
struct tier_needs {
    unsigned leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_edx, leaf7_1_eax;
    uint64_t xcr0;
    bool (*permitted)(void); /* or NULL */
};

static bool tiles_permitted(void)
{
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

static const struct tier_needs NEEDS[CPU_TIERS] = {
    [CPU_AVX2] = {.leaf1_ecx = bit_FMA | bit_F16C | bit_AVX, .leaf7_ebx = bit_AVX2,
                  .xcr0 = XCR0_YMM},
    [CPU_AVX512] = {.leaf7_ebx = bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ,
                    .xcr0 = XCR0_ZMM},
    [CPU_VNNI] = {.leaf7_ecx = bit_AVX512VNNI, .xcr0 = XCR0_ZMM},
    [CPU_BF16] = {.leaf7_1_eax = bit_AVX512BF16, .xcr0 = XCR0_ZMM},
    [CPU_AMX] = {.leaf7_edx = BIT_AMX_TILE | BIT_AMX_INT8, .xcr0 = XCR0_TILES,
                 .permitted = tiles_permitted},
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

/* `have`: what the CPU and the system offer. */
static bool has_needs(const struct tier_needs *have, const struct tier_needs *n)
{
    return has_all(have->leaf1_ecx, n->leaf1_ecx) && has_all(have->leaf7_ebx, n->leaf7_ebx) &&
           has_all(have->leaf7_ecx, n->leaf7_ecx) && has_all(have->leaf7_edx, n->leaf7_edx) &&
           has_all(have->leaf7_1_eax, n->leaf7_1_eax) && has_all(have->xcr0, n->xcr0) &&
           (!n->permitted || n->permitted());
}

enum cpu_tier cpu_tier_detect(void)
{
    struct tier_needs have = {0};
    unsigned a, b, c, d;
    int tier = CPU_REF;
    if (!__get_cpuid(LEAF_FEATURES, &a, &b, &have.leaf1_ecx, &d) ||
        !(have.leaf1_ecx & bit_OSXSAVE))
        return CPU_REF;
    if (!__get_cpuid_count(LEAF_EXTENDED, 0, &a, &have.leaf7_ebx, &have.leaf7_ecx,
                           &have.leaf7_edx))
        return CPU_REF;
    if (a >= 1) /* the last part of this leaf */
        __get_cpuid_count(LEAF_EXTENDED, 1, &have.leaf7_1_eax, &b, &c, &d);
    have.xcr0 = read_xcr0();
    while (tier + 1 < CPU_TIERS && has_needs(&have, &NEEDS[tier + 1]))
        tier++;
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
        [CPU_BF16] = kernels_fill_bf16,
        [CPU_AMX] = kernels_fill_amx,
    };
    enum cpu_tier best = cpu_tier_detect();
    k->tier = best < cap ? best : cap;
    for (int t = CPU_REF; t <= (int)k->tier; t++)
        FILL[t](k);
}
