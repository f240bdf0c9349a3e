/* vec.h - what both vector headers need. */
#ifndef ENGINE_KERNELS_VEC_H
#define ENGINE_KERNELS_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Before a loop with a literal number of turns over an array of vectors: unrolled, the array lives
 * in registers; as a loop it would live in memory. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)") /* "unroll" leaves inner loops */
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

#define ROUND_NEAREST (_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)

#endif
