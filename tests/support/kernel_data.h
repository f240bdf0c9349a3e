/* kernel_data.h - inputs for the tests and the benchmark of the kernels. */
#ifndef TESTS_SUPPORT_KERNEL_DATA_H
#define TESTS_SUPPORT_KERNEL_DATA_H

#include "engine/kernels/kernels.h"

/* Every type that panels can be made of. */
extern const enum quant_type kernel_data_types[];
extern const size_t kernel_data_n_types;

/* x[n] uniform in [-range, range). */
void kernel_data_uniform(float *x, size_t n, float range, uint64_t seed);

/* n random elements (a multiple of the block): random codes, scales finite and of moderate size. */
void kernel_data_blocks(uint8_t *out, enum quant_type type, size_t n, uint64_t seed);

/* A random tensor: its raw rows, and the same packed. */
struct kernel_tensor {
    enum quant_type type;
    uint8_t *rows; /* [n_out][quant_row_bytes] */
    uint8_t *packed;
    struct panels w;
};

void kernel_tensor_init(struct kernel_tensor *t, enum quant_type type, size_t n_out, size_t n_in,
                        uint64_t seed);
void kernel_tensor_free(struct kernel_tensor *t);

/* Activations of R rows over `x`, quantised by `k` when C allows it. */
void kernel_acts_init(struct acts *a, const struct kernels *k, const float *x, size_t n_rows,
                      size_t n_in);
void kernel_acts_free(struct acts *a);

/* sum (got - want)^2 / sum want^2. */
double kernel_data_nmse(const float *got, const float *want, size_t n);

#endif
