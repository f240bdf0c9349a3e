/* tiny_values.h - the numbers in the tensors of tiny models: each a function of the seed, the
 * tensor's name and its place, so that any part can be made alone. */
#ifndef TESTS_SUPPORT_TINY_VALUES_H
#define TESTS_SUPPORT_TINY_VALUES_H

#include "tests/support/tiny_family.h"

/* A tensor of a model: its place in the file and how it is filled. */
struct tiny_values {
    char name[64];
    enum quant_type type;
    int n_dims;
    int64_t ne[3];
    uint64_t n;           /* elements */
    enum tiny_fill fill;
    float gain;
    uint64_t seed;
};

/* Layer -1: one of the ends. The options of m are filled in. */
void tiny_values_init(struct tiny_values *v, const struct tiny_family *f,
                      const struct tiny_model *m, const struct tiny_tensor *t, int layer);

/* Elements first .. first + n - 1 of the tensor. */
void tiny_values_make(const struct tiny_values *v, float *out, size_t first, size_t n);

#endif
