/* kernels_check.c - a tier proves itself before it is used.
 *
 * The AMX tier was written where no CPU could run it: its arithmetic is tested over a model of the
 * tile instructions, the instructions themselves are not. So an engine that would use them first
 * multiplies small random matrices of every layout, with whole and partial tiles of rows, outputs
 * and columns, and compares every bit with the reference. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/rng.h"
#include "engine/kernels/acts.h"
#include "engine/kernels/panel_shape.h"

enum {
    TRIAL_ROWS = 35,   /* two wide tiles and a rest */
    TRIAL_BLOCKS = 11, /* the last unit of every layout is partial */
    TRIAL_IN = TRIAL_BLOCKS * PANEL_COLS,
    TRIAL_PANELS = 2,
    TRIAL_OUT = PANEL_OUT + 5,
    TRIAL_BYTES = TRIAL_PANELS * TRIAL_BLOCKS * (2 * HEADER_F32_HALF + PANEL_COLS * PANEL_OUT),
};

struct trial {
    _Alignas(64) uint8_t panels[TRIAL_BYTES];
    _Alignas(64) struct act_block acts[TRIAL_ROWS * TRIAL_BLOCKS];
    float x[TRIAL_ROWS * TRIAL_IN];
    float want[TRIAL_ROWS * TRIAL_OUT], got[TRIAL_ROWS * TRIAL_OUT];
};

static void fill_words(uint64_t *out, size_t n, uint64_t stream)
{
    for (size_t i = 0; i < n; i++)
        out[i] = rng_bits(0, stream, i);
}

static void put_float(uint8_t *at, size_t i, uint8_t random)
{
    float value = (float)random / 256.0f - 0.5f;
    memcpy(at + sizeof value * i, &value, sizeof value);
}

/* Random bytes become finite scales and minima of moderate size; whole numbers stay as they are. */
static void tame_header(uint8_t *header, const struct panel_shape *shape)
{
    for (size_t i = 0; i < shape->header_bytes / sizeof(float); i++)
        if (shape->scales == SCALES_F32_HALF)
            put_float(header, i, header[sizeof(float) * i]);
    for (size_t i = 0; i < PANEL_STEP; i++) {
        if (shape->scales == SCALES_E8M0)
            header[i] = (uint8_t)(120 + header[i] % 16);
        else if (shape->scales != SCALES_F32_HALF && i % 2) /* f16: 2^-4 to 2^-3, any sign */
            header[i] = (header[i] & 0x83) | 0x2c;
    }
}

static struct panels random_panels(struct trial *t, enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    struct panels w = {layout, TRIAL_OUT, TRIAL_IN, panels_panel_bytes(layout, TRIAL_IN),
                       t->panels};
    size_t unit_bytes = shape->header_bytes + shape->unit * panel_code_bytes(shape);
    assert(TRIAL_PANELS * w.panel_bytes <= TRIAL_BYTES);
    fill_words((void *)t->panels, TRIAL_PANELS * w.panel_bytes / sizeof(uint64_t), layout);
    for (size_t p = 0; p < TRIAL_PANELS; p++)
        for (size_t at = 0; at < w.panel_bytes; at += unit_bytes)
            tame_header(t->panels + p * w.panel_bytes + at, shape);
    return w;
}

static bool agrees(struct trial *t, const struct kernels *k, const struct kernels *ref,
                   enum panel_layout layout)
{
    const struct panels w = random_panels(t, layout);
    const struct acts a = {t->x, TRIAL_ROWS, TRIAL_IN, t->acts};
    ref->matmul[layout](t->want, TRIAL_OUT, &w, &a, 0, TRIAL_PANELS);
    k->matmul[layout](t->got, TRIAL_OUT, &w, &a, 0, TRIAL_PANELS);
    return memcmp(t->want, t->got, sizeof t->want) == 0;
}

/* A type whose panels have this layout, for the message. */
static const char *type_of(enum panel_layout layout)
{
    int type = 0;
    while (type < QUANT_TYPES - 1 && !(PANEL_TYPES[type].put && PANEL_TYPES[type].layout == layout))
        type++;
    return quant_info(type)->name;
}

static const char *first_wrong(struct trial *t, const struct kernels *k)
{
    struct kernels ref;
    const struct acts a = {t->x, TRIAL_ROWS, TRIAL_IN, t->acts};
    kernels_init(&ref, CPU_REF);
    for (size_t i = 0; i < TRIAL_ROWS * TRIAL_IN; i++)
        t->x[i] = (float)(rng_uniform(0, PANEL_LAYOUTS, i) - 0.5);
    ref.quantize(&a, 0, TRIAL_ROWS);
    for (int layout = 0; layout < PANEL_LAYOUTS; layout++)
        if (PANEL_SHAPES[layout].bits && !agrees(t, k, &ref, (enum panel_layout)layout))
            return type_of((enum panel_layout)layout);
    return NULL;
}

sheaf_code kernels_settle(struct kernels *k, char name[KERNELS_NAME], sheaf_error *err)
{
    snprintf(name, KERNELS_NAME, "%s", cpu_tier_name(k->tier));
    if (k->tier < CPU_AMX)
        return SHEAF_OK;
    struct trial *t = alloc_aligned(1, sizeof *t, 64);
    if (!t)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "cpu", "no memory for the self-check");
    const char *wrong = first_wrong(t, k);
    if (wrong) {
        kernels_init(k, CPU_AMX - 1);
        snprintf(name, KERNELS_NAME, "%s (amx failed its self-check on %s)",
                 cpu_tier_name(k->tier), wrong);
    }
    alloc_free(t);
    return SHEAF_OK;
}
