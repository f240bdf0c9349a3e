/* hparams.c - see hparams.h. Caps are policy: far above any published model, low enough that no
 * product of them overflows. */
#include "engine/hparams.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

struct hparams_key hparams_key(const struct hparams *h, const char *key)
{
    struct hparams_key k;
    snprintf(k.name, sizeof k.name, "%s.%s", h->arch, key);
    return k;
}

/* One count: where it goes, its key, its range and whether it may be absent. */
struct count_key {
    const char *key;
    size_t offset;
    uint32_t min, max;
    bool required;
};

static sheaf_code check_count(const gguf *g, const char *key, uint32_t v, uint32_t min,
                              uint32_t max, sheaf_error *err)
{
    if (v >= min && v <= max)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "%s is %u; %u to %u are possible", key,
                      v, min, max);
}

static sheaf_code read_count(struct hparams *h, const gguf *g, const struct count_key *c,
                             sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, c->key);
    uint32_t *field = (uint32_t *)(void *)((char *)h + c->offset);
    if (c->required && !gguf_has(g, k.name))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "key %s is missing", k.name);
    sheaf_code rc = gguf_get_u32(g, k.name, field, err);
    return rc ? rc : check_count(g, k.name, *field, c->min, c->max, err);
}

/* A scalar or per-layer array of counts. */
static sheaf_code read_counts(struct hparams *h, const gguf *g, const char *key, uint32_t *out,
                              uint32_t max, sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, key);
    sheaf_code rc = gguf_get_u32s(g, k.name, out, h->n_layers, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++)
        rc = check_count(g, k.name, out[i], 0, max, err);
    return rc;
}

static sheaf_code read_heads(struct hparams *h, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = read_counts(h, g, "attention.head_count", h->n_heads, 1024, err);
    if (!rc) {
        memcpy(h->n_kv_heads, h->n_heads, sizeof h->n_kv_heads);
        rc = read_counts(h, g, "attention.head_count_kv", h->n_kv_heads, 1024, err);
    }
    for (uint32_t i = 0; i < h->n_layers && !rc; i++)
        if (h->n_kv_heads[i] && h->n_heads[i] % h->n_kv_heads[i] != 0)
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                            "%u query heads over %u KV heads in layer %u; a multiple is wanted",
                            h->n_heads[i], h->n_kv_heads[i], i);
    return rc;
}

/* Width of a head from its key, else width / heads of the first layer that has any. */
static sheaf_code read_head_widths(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t heads = 0;
    for (uint32_t i = 0; i < h->n_layers && !heads; i++)
        heads = h->n_heads[i];
    h->head_k = h->head_v = heads ? h->width / heads : 0;
    const struct count_key keys[] = {
        {"attention.key_length", offsetof(struct hparams, head_k), heads ? 1 : 0, 4096, false},
        {"attention.value_length", offsetof(struct hparams, head_v), heads ? 1 : 0, 4096, false},
    };
    sheaf_code rc = read_count(h, g, &keys[0], err);
    if (!rc)
        rc = read_count(h, g, &keys[1], err);
    h->n_rot = h->head_k;
    const struct count_key rot = {"rope.dimension_count", offsetof(struct hparams, n_rot), 0,
                                  h->head_k, false};
    if (!rc)
        rc = read_count(h, g, &rot, err);
    if (!rc && h->n_rot % 2)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "%u rotated dimensions; an even number is wanted", h->n_rot);
    return rc;
}

static sheaf_code read_positive(struct hparams *h, const gguf *g, const char *key, float *out,
                                sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, key);
    sheaf_code rc = gguf_get_f32(g, k.name, out, err);
    if (!rc && !(*out > 0.0f && isfinite(*out)))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "%s is %g; a positive number is wanted", k.name, (double)*out);
    return rc;
}

static sheaf_code read_scaling_type(struct hparams *h, const gguf *g, sheaf_error *err)
{
    static const struct {
        const char *name;
        enum rope_scaling scaling;
    } types[] = {
        {"none", ROPE_SCALE_NONE},
        {"linear", ROPE_SCALE_LINEAR},
        {"yarn", ROPE_SCALE_YARN},
        {"longrope", ROPE_SCALE_LONGROPE},
    };
    text name = TEXT("linear"); /* the default; with factor 1 it does nothing */
    struct hparams_key k = hparams_key(h, "rope.scaling.type");
    sheaf_code rc = gguf_get_text(g, k.name, &name, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_equal(name, text_of(types[i].name))) {
            h->scaling = types[i].scaling;
            return SHEAF_OK;
        }
    return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                      "%s is \"%.*s\"; none, linear, yarn and longrope are known", k.name,
                      (int)(name.n < 40 ? name.n : 40), name.p);
}

static sheaf_code read_rope(struct hparams *h, const gguf *g, sheaf_error *err)
{
    h->rope_base = 10000.0f;
    h->rope_attn_factor = 1.0f;
    h->rope_orig_context = h->n_context;
    sheaf_code rc = read_positive(h, g, "rope.freq_base", &h->rope_base, err);
    if (!rc)
        rc = read_scaling_type(h, g, err);
    float factor = 0.0f; /* 0 counts as absent */
    if (!rc)
        rc = gguf_get_f32(g, hparams_key(h, "rope.scale_linear").name, &factor, err);
    if (!rc)
        rc = gguf_get_f32(g, hparams_key(h, "rope.scaling.factor").name, &factor, err);
    h->rope_factor = factor == 0.0f ? 1.0f : factor;
    if (!rc && !(h->rope_factor > 0.0f))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "rope scaling factor %g; > 0 is wanted", (double)factor);
    if (!rc)
        rc = read_positive(h, g, "rope.scaling.attn_factor", &h->rope_attn_factor, err);
    const struct count_key orig = {"rope.scaling.original_context_length",
                                   offsetof(struct hparams, rope_orig_context), 1, 1u << 30, false};
    return rc ? rc : read_count(h, g, &orig, err);
}

static sheaf_code read_arch(struct hparams *h, const gguf *g, sheaf_error *err)
{
    text arch = {0}, type = TEXT("model");
    sheaf_code rc = gguf_get_text(g, "general.type", &type, err);
    if (!rc && !text_equal(type, TEXT("model")))
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                        "general.type is \"%.*s\"; a model is wanted",
                        (int)(type.n < 40 ? type.n : 40), type.p);
    if (!rc)
        rc = gguf_get_text(g, "general.architecture", &arch, err);
    if (!rc && (arch.n == 0 || arch.n >= sizeof h->arch || memchr(arch.p, 0, arch.n)))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "general.architecture has %zu bytes; 1 to %zu are wanted", arch.n,
                        sizeof h->arch - 1);
    if (!rc)
        memcpy(h->arch, arch.p, arch.n);
    return rc;
}

sheaf_code hparams_read(struct hparams *h, const gguf *g, sheaf_error *err)
{
    static const struct count_key counts[] = {
        {"block_count", offsetof(struct hparams, n_layers), 1, MAX_LAYERS, true},
        {"context_length", offsetof(struct hparams, n_context), 1, 1u << 30, true},
        {"embedding_length", offsetof(struct hparams, width), 1, 1u << 20, true},
    };
    memset(h, 0, sizeof *h);
    sheaf_code rc = read_arch(h, g, err);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && !rc; i++)
        rc = read_count(h, g, &counts[i], err);
    if (!rc)
        rc = read_heads(h, g, err);
    if (!rc)
        rc = read_head_widths(h, g, err);
    if (!rc)
        rc = read_counts(h, g, "feed_forward_length", h->n_ff, 1u << 22, err);
    if (!rc)
        rc = read_rope(h, g, err);
    struct hparams_key eps = hparams_key(h, "attention.layer_norm_rms_epsilon");
    if (!rc && !gguf_has(g, eps.name))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "key %s is missing", eps.name);
    if (!rc)
        rc = read_positive(h, g, "attention.layer_norm_rms_epsilon", &h->norm_eps, err);
    if (!rc)
        rc = gguf_get_f32(g, hparams_key(h, "attention.scale").name, &h->attn_scale, err);
    if (!rc && h->attn_scale == 0.0f && h->head_k)
        h->attn_scale = 1.0f / sqrtf((float)h->head_k);
    return rc;
}
