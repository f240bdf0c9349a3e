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

static sheaf_code check_count(const gguf *g, const char *key, uint32_t v, struct count_range range,
                              sheaf_error *err)
{
    if (v >= range.min && v <= range.max)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "%s is %u; %u to %u are possible", key,
                      v, range.min, range.max);
}

sheaf_code hparams_require(const struct hparams *h, const gguf *g, const char *key,
                           sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, key);
    if (gguf_has(g, k.name))
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "key %s is missing", k.name);
}

sheaf_code hparams_count(const struct hparams *h, const gguf *g, const char *key, uint32_t *out,
                         struct count_range range, sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, key);
    sheaf_code rc = gguf_get_u32(g, k.name, out, err);
    return rc ? rc : check_count(g, k.name, *out, range, err);
}

sheaf_code hparams_required_count(const struct hparams *h, const gguf *g, const char *key,
                                  uint32_t *out, struct count_range range, sheaf_error *err)
{
    sheaf_code rc = hparams_require(h, g, key, err);
    return rc ? rc : hparams_count(h, g, key, out, range, err);
}

sheaf_code hparams_counts(const struct hparams *h, const gguf *g, const char *key, uint32_t *out,
                          struct count_range range, sheaf_error *err)
{
    struct hparams_key k = hparams_key(h, key);
    sheaf_code rc = gguf_get_u32s(g, k.name, out, h->n_layers, err);
    for (uint32_t i = 0; i < h->n_layers && !rc && gguf_has(g, k.name); i++)
        rc = check_count(g, k.name, out[i], range, err);
    return rc;
}

static sheaf_code read_heads(struct hparams *h, const gguf *g, sheaf_error *err)
{
    const struct count_range range = {0, 1024};
    sheaf_code rc = hparams_counts(h, g, "attention.head_count", h->n_heads, range, err);
    if (!rc) {
        memcpy(h->n_kv_heads, h->n_heads, sizeof h->n_kv_heads);
        rc = hparams_counts(h, g, "attention.head_count_kv", h->n_kv_heads, range, err);
    }
    for (uint32_t i = 0; i < h->n_layers && !rc; i++)
        if (h->n_kv_heads[i] == 0)
            h->n_heads[i] = 0; /* a layer without attention */
        else if (h->n_heads[i] % h->n_kv_heads[i] != 0)
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
    const struct count_range range = {heads ? 1 : 0, 4096};
    sheaf_code rc = hparams_count(h, g, "attention.key_length", &h->head_k, range, err);
    if (!rc)
        rc = hparams_count(h, g, "attention.value_length", &h->head_v, range, err);
    h->n_rot = h->head_k;
    if (!rc)
        rc = hparams_count(h, g, "rope.dimension_count", &h->n_rot,
                           (struct count_range){0, h->head_k}, err);
    if (!rc && h->n_rot % 2)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "%u rotated dimensions; an even number is wanted", h->n_rot);
    return rc;
}

sheaf_code hparams_positive(const struct hparams *h, const gguf *g, const char *key, float *out,
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
    sheaf_code rc = hparams_positive(h, g, "rope.freq_base", &h->rope_base, err);
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
        rc = hparams_positive(h, g, "rope.scaling.attn_factor", &h->rope_attn_factor, err);
    if (!rc)
        rc = hparams_count(h, g, "rope.scaling.original_context_length", &h->rope_orig_context,
                           (struct count_range){1, 1u << 30}, err);
    return rc;
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

static sheaf_code read_size(struct hparams *h, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = hparams_required_count(h, g, "block_count", &h->n_layers,
                                           (struct count_range){1, MAX_LAYERS}, err);
    if (!rc)
        rc = hparams_required_count(h, g, "context_length", &h->n_context,
                                    (struct count_range){1, 1u << 30}, err);
    if (!rc)
        rc = hparams_required_count(h, g, "embedding_length", &h->width,
                                    (struct count_range){1, 1u << 20}, err);
    return rc;
}

/* Some families name the epsilon of their RMS norms after the layer norm. */
static sheaf_code read_norm(struct hparams *h, const gguf *g, sheaf_error *err)
{
    const char *key = "attention.layer_norm_rms_epsilon", *other = "attention.layer_norm_epsilon";
    if (!gguf_has(g, hparams_key(h, key).name) && gguf_has(g, hparams_key(h, other).name))
        key = other;
    sheaf_code rc = hparams_require(h, g, key, err);
    return rc ? rc : hparams_positive(h, g, key, &h->norm_eps, err);
}

sheaf_code hparams_read(struct hparams *h, const gguf *g, sheaf_error *err)
{
    memset(h, 0, sizeof *h);
    h->embedding_scale = h->residual_scale = h->logit_scale = 1.0f;
    sheaf_code rc = read_arch(h, g, err);
    if (!rc)
        rc = read_size(h, g, err);
    if (!rc)
        rc = read_heads(h, g, err);
    if (!rc)
        rc = read_head_widths(h, g, err);
    if (!rc)
        rc = hparams_counts(h, g, "feed_forward_length", h->n_ff, (struct count_range){0, 1u << 22},
                            err);
    if (!rc)
        rc = read_rope(h, g, err);
    if (!rc)
        rc = read_norm(h, g, err);
    if (!rc)
        rc = gguf_get_f32(g, hparams_key(h, "attention.scale").name, &h->attn_scale, err);
    if (!rc && h->attn_scale == 0.0f && h->head_k)
        h->attn_scale = 1.0f / sqrtf((float)h->head_k);
    return rc;
}

sheaf_code hparams_read_ssm(struct hparams *h, const gguf *g, sheaf_error *err)
{
    const struct {
        const char *key;
        uint32_t *out, max;
    } counts[] = {
        {"ssm.conv_kernel", &h->ssm.conv_kernel, 16},
        {"ssm.inner_size", &h->ssm.inner, 1u << 20},
        {"ssm.state_size", &h->ssm.state, 4096},
        {"ssm.time_step_rank", &h->ssm.heads, 4096},
        {"ssm.group_count", &h->ssm.groups, 4096},
    };
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && !rc; i++)
        rc = hparams_required_count(h, g, counts[i].key, counts[i].out,
                                    (struct count_range){1, counts[i].max}, err);
    if (!rc && (h->ssm.inner % h->ssm.heads || h->ssm.heads % h->ssm.groups))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "an SSM of width %u with %u heads in %u groups; each must divide the one "
                        "before",
                        h->ssm.inner, h->ssm.heads, h->ssm.groups);
    return rc;
}
