/* tiny_family.h - what the files of each family hold: metadata keys, tensors, kinds of layers.
 * Names are those of converted files, missing suffixes included. */
#ifndef TESTS_SUPPORT_TINY_FAMILY_H
#define TESTS_SUPPORT_TINY_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/tiny_model.h"

/* Sizes that tensors and keys refer to. */
enum tiny_size {
    SIZE_NONE, SIZE_ONE,
    SIZE_VOCAB, SIZE_CTX, SIZE_LAYERS, SIZE_EMBD, SIZE_EMBD_X3, SIZE_FF,
    SIZE_HEADS, SIZE_KV_HEADS, SIZE_HEAD, SIZE_HALF_HEAD, SIZE_Q, SIZE_KV, SIZE_WINDOW,
    SIZE_EXPERTS, SIZE_USED, SIZE_FF_EXPERT, SIZE_FF_SHARED, SIZE_DENSE_LAYERS, SIZE_MOE_STEP,
    SIZE_SHORT_KERNEL,
    SIZE_SSM_INNER, SIZE_SSM_STATE, SIZE_SSM_HEADS, SIZE_SSM_GROUPS, SIZE_SSM_KERNEL,
    SIZE_SSM_CHANNELS, SIZE_SSM_PROJECTED, SIZE_SSM_GROUP_WIDTH,
};

/* Groups of tensors that a model's ends or a layer have. */
enum tiny_part {
    END_TABLE = 1, END_NORM = 2, END_TABLE_NORM = 4, END_HEAD = 8, END_DIVISORS = 16,
};
enum tiny_layer_part {
    ATTN_NORM = 1 << 0, ATTENTION = 1 << 1, QKV_BIAS = 1 << 2, O_BIAS = 1 << 3, QK_NORM = 1 << 4,
    SINKS = 1 << 5, MAMBA = 1 << 6, SSM_NORM = 1 << 7, SHORTCONV = 1 << 8,
    FFN_NORM = 1 << 9, BARE_FFN_NORM = 1 << 10, POST_NORM = 1 << 11,
    GATE = 1 << 12, UP_DOWN = 1 << 13,
    ROUTER = 1 << 14, ROUTER_BIAS = 1 << 15, SELECT_BIAS = 1 << 16,
    EXPERT_GATE = 1 << 17, EXPERT_UP_DOWN = 1 << 18, EXPERT_BIAS = 1 << 19,
    SHARED_GATE = 1 << 20, SHARED_UP_DOWN = 1 << 21,
};

/* What the numbers of a tensor are (tiny_values.h). MATRIX and EXPERTS have the types of the
 * model, everything else is F32. */
enum tiny_fill {
    FILL_MATRIX,   /* normal, variance gain^2 / n_in                                          */
    FILL_EXPERTS,  /* the same                                                                */
    FILL_TABLE,    /* token rows, for logits of logit_std; type of the matrices              */
    FILL_ROUTER,   /* the same as FILL_MATRIX in F32                                          */
    FILL_NORM,     /* around 1                                                                */
    FILL_BIAS,     /* normal, standard deviation gain                                         */
    FILL_TAPS,     /* normal, variance 1 / taps                                               */
    FILL_DECAY,    /* A of the SSM heads                                                      */
    FILL_DT_BIAS,  /* time step of the SSM heads: 1 to 200 tokens of memory with FILL_DECAY   */
    FILL_DIVISORS, /* of rotation frequencies                                                 */
};

/* One tensor of a part: [ne[2]][ne[1]][ne[0]]. */
struct tiny_tensor {
    uint32_t part;
    const char *name; /* after "blk.<layer>." for those of a layer */
    enum tiny_size ne[3];
    enum tiny_fill fill;
    float gain;
};

/* Tensors of the ends and of a layer, in order of the file; a NULL name is the last. */
extern const struct tiny_tensor tiny_ends[], tiny_tensors[];

/* A metadata key "<arch>.<key>". */
struct tiny_key {
    const char *key; /* NULL: the end */
    enum {
        KEY_COUNT, KEY_NUMBER, KEY_KV_HEADS, KEY_FF_WIDTHS, KEY_FLOAT, KEY_BOOL, KEY_TEXT
    } kind;
    enum tiny_size size; /* KEY_COUNT */
    double number;       /* KEY_NUMBER, KEY_FLOAT, KEY_BOOL */
    const char *text;    /* KEY_TEXT */
};

enum { TINY_KINDS = 4, TINY_KEY_LISTS = 6 };

struct tiny_family {
    struct tiny_model defaults; /* .arch names the family */
    const struct tiny_key *keys[TINY_KEY_LISTS];
    uint32_t ends;    /* END_ parts; END_HEAD: always untied */
    int widen;        /* heads x head width is this times the width unless head_dim is given */
    float head_gain;  /* of the token rows, where the model scales its logits itself [1] */
    struct {
        char kind;
        uint32_t parts;
    } kinds[TINY_KINDS];
};

/* Ends with one that has no .defaults.arch. */
extern const struct tiny_family tiny_families[];

/* The family of m->arch, or NULL: the one with experts when m->n_experts > 0 and there are two. */
const struct tiny_family *tiny_family_find(const struct tiny_model *m);

/* Fills the fields of m that are 0. */
void tiny_family_defaults(const struct tiny_family *f, struct tiny_model *m);

int tiny_family_size(const struct tiny_family *f, const struct tiny_model *m, enum tiny_size size);

/* tiny_layer_part and tiny_part of a layer and of the ends, the options of m applied. */
uint32_t tiny_family_parts(const struct tiny_family *f, const struct tiny_model *m, int layer);
uint32_t tiny_family_ends(const struct tiny_family *f, const struct tiny_model *m);

/* KV heads and feed-forward width of a layer, 0 where it has no such part. */
int tiny_family_kv_heads(const struct tiny_family *f, const struct tiny_model *m, int layer);
int tiny_family_ff(const struct tiny_family *f, const struct tiny_model *m, int layer);

#endif
