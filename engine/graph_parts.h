/* graph_parts.h - what the blocks share inside engine/graph_*.c. */
#ifndef ENGINE_GRAPH_PARTS_H
#define ENGINE_GRAPH_PARTS_H

#include "engine/graph.h"

#define PROJECT_MAX 4

/* y[i] = w[i] input (+ bias) (+ adapters) for up to PROJECT_MAX matrices as one parallel region. */
void project(struct step *s, const struct linear *const *w, float *const *y, size_t n);

/* Panels [begin, end) of n matrices that stand one after the other: y = l a. */
struct product {
    const struct linear *l;
    float *y; /* [rows of a][n_out] */
};
/* Who multiplies what. */
struct work {
    const struct step *s;
    const struct acts *a;
    int worker;
};
void multiply_panels(const struct work *work, const struct product *p, size_t n, size_t begin,
                     size_t end);

/* gate[n] = activation of gate and up; up is scratch afterwards. */
void activate(const struct sheaf_engine *e, float *gate, float *up, size_t n);

/* delta = the sum of the weighted experts that each row visits. */
void graph_moe(struct step *s, const struct layer *l);

/* Makes n_rows rows of n_in floats the input of the next products. Their int8 form is made by
 * quantize_rows, of disjoint ranges in any threads, or by quantize_input for all of them. */
void set_input(struct step *s, const float *x, size_t n_rows, size_t n_in);
void quantize_rows(const struct step *s, size_t begin, size_t end);
void quantize_input(struct step *s);

/* Depthwise causal convolution of every session's rows, in place; its last inputs move on in the
 * plane of the state. */
struct convolution {
    float *u;            /* of the first row, rows `stride` apart */
    size_t stride, channels, n_taps;
    const float *weight; /* [n_taps][channels], oldest tap first */
    const float *bias;   /* [channels] or NULL */
    size_t plane;        /* offset in a slot of state: [n_taps - 1][channels] */
    bool silu;
};
void convolve(struct step *s, const struct convolution *c);

/* The result of a block: opened, it is added to x if it still holds that of the block before, and
 * the next norm will add what is written to it. */
float *delta_open(struct step *s);
/* The same with the result w input. */
void delta_project(struct step *s, const struct linear *w);

#endif
