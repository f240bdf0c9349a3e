/* weights.h - from tensor names to what the kernels read.
 *
 * Binding names every tensor a model needs, checks its shape against the metadata and refuses files
 * with tensors nobody asked for. Then all matrices are repacked into panels in one buffer, in the
 * order of use, so that a step reads memory as one stream; or, where memory is short, they stay in
 * the mapped file and every product packs the panels it needs. */
#ifndef ENGINE_WEIGHTS_H
#define ENGINE_WEIGHTS_H

#include "base/arena.h"
#include "base/pool.h"
#include "engine/gguf.h"
#include "engine/kernels/kernels.h"

/* A low-rank update of a matrix: y += scale * B (A x). */
struct lora_part {
    struct panels a, b; /* A [rank, n_in], B [n_out, rank] */
    float scale;
    struct lora_part *next;
};

/* y = W x (+ bias) (+ low-rank updates). */
struct linear {
    struct panels w;        /* w.data NULL: not repacked, linear_pack_panel makes its panels */
    const float *bias;      /* [n_out] or NULL */
    struct lora_part *lora; /* list, NULL: none */
    char name[64];          /* tensor it came from, without ".weight" */
    /* where the rows stand in the file */
    enum quant_type type;
    const uint8_t *rows;
    size_t row_bytes;
    bool exact;             /* f32 panels whatever the file holds */
};

struct weights {
    arena memory;             /* vectors, lists */
    struct linear **linears;  /* every bound matrix, in order of binding */
    size_t n_linears, cap_linears;
    uint8_t *panels;          /* the one buffer, NULL when mapped */
    size_t panels_bytes;
    bool exact;               /* f32 panels whatever the file holds */
    bool mapped;              /* nothing is repacked */
};

/* While binding. */
struct binder {
    struct weights *w;
    const gguf *g;
    bool *used; /* [gguf_n_tensors] */
};

sheaf_code binder_init(struct binder *b, struct weights *w, const gguf *g, sheaf_error *err);
void binder_free(struct binder *b);

/* An f32 vector of n elements, converted if stored otherwise; absent and not required: *out =
 * NULL. */
sheaf_code bind_vector(struct binder *b, const float **out, const char *name, size_t n,
                       bool required, sheaf_error *err);

/* The same for a tensor of n_rows rows of n_columns, as it stands in the file. */
sheaf_code bind_grid(struct binder *b, const float **out, const char *name, size_t n_columns,
                     size_t n_rows, bool required, sheaf_error *err);
/* And turned: out[n_columns][n_rows]. Required. */
sheaf_code bind_turned(struct binder *b, const float **out, const char *name, size_t n_columns,
                       size_t n_rows, sheaf_error *err);

/* Marks every tensor whose name begins with `prefix` as known and not wanted. */
void binder_ignore(struct binder *b, const char *prefix);

/* NAME.weight as a matrix [n_out][n_in], with NAME.bias when the file has it. */
sheaf_code bind_linear(struct binder *b, struct linear *out, const char *name, size_t n_out,
                       size_t n_in, sheaf_error *err);

/* Rows [row_begin, row_begin + n_out) of NAME.weight (and of NAME.bias), whose height is n_rows. */
sheaf_code bind_linear_rows(struct binder *b, struct linear *out, const char *name, size_t n_rows,
                            size_t row_begin, size_t n_out, size_t n_in, sheaf_error *err);

/* NAME.weight as n stacked matrices [n][n_out][n_in], with NAME.bias [n][n_out] when the file has
 * it: *out [n] in the binder's memory. */
sheaf_code bind_stack(struct binder *b, struct linear **out, const char *name, size_t n,
                      size_t n_out, size_t n_in, sheaf_error *err);

/* Every tensor of the file was asked for, or UNSUPPORTED naming the first that was not. */
sheaf_code binder_finish(const struct binder *b, sheaf_error *err);

/* Chooses the layout of every matrix; bytes of all panels, 0 when mapped. */
size_t weights_planned_bytes(const struct weights *w);

/* Allocates and fills the panels of all bound matrices, unless they stay mapped. Errors: NOMEM. */
sheaf_code weights_pack(struct weights *w, pool *p, sheaf_error *err);

/* Bytes of the largest panel, a multiple of 64: what each worker needs for linear_pack_panel. 0
 * unless mapped. */
size_t weights_scratch_bytes(const struct weights *w);

/* Packs one panel of a mapped matrix into `to` [l->w.panel_bytes], 64-byte aligned; *one is that
 * panel as a matrix of its own. The bytes are those of repacking. */
void linear_pack_panel(struct panels *one, const struct linear *l, size_t panel, uint8_t *to);
void weights_free(struct weights *w);

/* f32 panels of a small matrix [n_out][n_in] given as a tensor (adapters). In w->memory. */
sheaf_code weights_pack_small(struct weights *w, struct panels *out, const gguf_tensor *t,
                              sheaf_error *err);

#endif
