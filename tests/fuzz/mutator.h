/* mutator.h - awkward numbers and changes of bytes, shared by the mutation programs. */
#ifndef TESTS_FUZZ_MUTATOR_H
#define TESTS_FUZZ_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "tests/support/dice.h"

/* A number at which checks tend to fail: small ones, powers of two and their neighbours, near
 * `old`, near `size` (of the file), negative ones. */
uint64_t dice_number(struct dice *d, uint64_t old, uint64_t size);

/* Zeros, tiny, huge, infinite, NaN, negative. */
double dice_real(struct dice *d);

/* Puts `t` in the place of the n bytes at `at`; aborts without memory. */
void mutator_replace(strbuf *b, size_t at, size_t n, text t);

/* One change that knows nothing of the format: bits flipped, bytes of `donor` written over or put
 * in, bytes removed or repeated, the end cut off. `b` must not be empty and does not become so. */
void mutator_bytes(struct dice *d, strbuf *b, text donor);

#endif
