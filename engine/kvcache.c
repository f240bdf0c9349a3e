/* kvcache.c - see kvcache.h. */
#include "engine/kvcache.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

struct kv_shape kv_shape_of(const struct hparams *h, enum kv_class kind, enum kv_type type)
{
    bool exact = kind == KV_LIMITED && h->n_sight <= KV_EXACT_WINDOW;
    return (struct kv_shape){h, kind, exact ? KV_F32 : type};
}

static size_t kv_heads(const struct kv_shape *s, uint32_t layer)
{
    return kv_class_of(s->h, layer) == s->kind ? s->h->n_kv_heads[layer] : 0;
}

size_t kvcache_page_bytes(const struct kv_shape *s)
{
    size_t heads = 0;
    for (uint32_t i = 0; i < s->h->n_layers; i++)
        heads += kv_heads(s, i);
    size_t k = kv_part_bytes(s->type, s->h->head_k), v = kv_part_bytes(s->type, s->h->head_v);
    size_t bytes = heads * (k + v);
    return (bytes + 63) & ~(size_t)63;
}

static void lay_out_layers(struct kvcache *c, const struct kv_shape *s)
{
    size_t offset = 0;
    c->head_k_bytes = kv_part_bytes(s->type, s->h->head_k);
    c->head_v_bytes = kv_part_bytes(s->type, s->h->head_v);
    for (uint32_t i = 0; i < s->h->n_layers; i++) {
        c->layer_offset[i] = offset;
        c->n_kv_heads[i] = (uint32_t)kv_heads(s, i);
        offset += c->n_kv_heads[i] * (c->head_k_bytes + c->head_v_bytes);
    }
}

sheaf_code kvcache_init(struct kvcache *c, const struct kv_shape *shape, const struct kernels *k,
                        size_t n_pages, sheaf_error *err)
{
    *c = (struct kvcache){.type = shape->type};
    c->to_half = shape->type == KV_BF16 ? k->to_bf16 : k->to_f16;
    c->page_bytes = kvcache_page_bytes(shape);
    c->n_pages = c->page_bytes ? n_pages : 0;
    c->layer_offset = alloc_zero(shape->h->n_layers, sizeof *c->layer_offset);
    c->n_kv_heads = alloc_zero(shape->h->n_layers, sizeof *c->n_kv_heads);
    c->refs = alloc_zero(c->n_pages, sizeof *c->refs);
    c->free_list = alloc_zero(c->n_pages, sizeof *c->free_list);
    c->pages = alloc_aligned(c->n_pages, c->page_bytes, 64);
    if (!c->layer_offset || !c->n_kv_heads || !c->refs || !c->free_list || !c->pages) {
        kvcache_free(c);
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "KV cache", "%zu pages of %zu bytes", n_pages,
                          kvcache_page_bytes(shape));
    }
    lay_out_layers(c, shape);
    for (size_t i = 0; i < c->n_pages; i++)
        c->free_list[c->n_free++] = (int32_t)(c->n_pages - 1 - i);
    return SHEAF_OK;
}

void kvcache_free(struct kvcache *c)
{
    alloc_free(c->layer_offset);
    alloc_free(c->n_kv_heads);
    alloc_free(c->refs);
    alloc_free(c->free_list);
    alloc_free(c->pages);
    *c = (struct kvcache){0};
}

int32_t kvcache_take(struct kvcache *c)
{
    if (c->n_free == 0)
        return -1;
    int32_t page = c->free_list[--c->n_free];
    assert(c->refs[page] == 0);
    c->refs[page] = 1;
    return page;
}

void kvcache_ref(struct kvcache *c, int32_t page)
{
    assert(c->refs[page] > 0);
    c->refs[page]++;
}

void kvcache_unref(struct kvcache *c, int32_t page)
{
    assert(c->refs[page] > 0);
    if (--c->refs[page] == 0)
        c->free_list[c->n_free++] = page;
}

int32_t kvcache_own(struct kvcache *c, int32_t page)
{
    if (c->refs[page] == 1)
        return page;
    int32_t copy = kvcache_take(c);
    if (copy < 0)
        return -1;
    memcpy(c->pages + (size_t)copy * c->page_bytes, c->pages + (size_t)page * c->page_bytes,
           c->page_bytes);
    kvcache_unref(c, page);
    return copy;
}

static size_t k_offset(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head)
{
    return (size_t)page * c->page_bytes + c->layer_offset[layer] + head * c->head_k_bytes;
}

static size_t v_offset(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head)
{
    return (size_t)page * c->page_bytes + c->layer_offset[layer] +
           c->n_kv_heads[layer] * c->head_k_bytes + head * c->head_v_bytes;
}

const uint8_t *kvcache_k(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head)
{
    return c->pages + k_offset(c, page, layer, head);
}

const uint8_t *kvcache_v(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head)
{
    return c->pages + v_offset(c, page, layer, head);
}

static void store_f32(float *k_page, float *v_page, size_t slot, const float *k, size_t dk,
                      const float *v, size_t dv)
{
    for (size_t i = 0; i < dk; i++)
        k_page[i * KV_PAGE + slot] = k[i];
    memcpy(v_page + slot * dv, v, dv * sizeof *v);
}

/* codes[n] = x / *scale to the nearest whole number, *scale = max |x| / 127. A block with NaN or
 * infinity has a scale that is neither and so passes it on. */
static void quantize_block(int8_t *codes, float *scale, const float *x, size_t n)
{
    const float whole = 0x1.8p23f; /* added, it rounds: the last bits are then the number */
    float amax = 0.0f;
    for (size_t i = 0; i < n; i++)
        amax = fabsf(x[i]) > amax || isnan(x[i]) ? fabsf(x[i]) : amax;
    bool usable = amax >= FLT_MIN * 127.0f && amax <= FLT_MAX;
    float inverse = usable ? 127.0f / amax : 0.0f;
    for (size_t i = 0; i < n; i++) {
        float shifted = (usable ? x[i] : 0.0f) * inverse + whole;
        int32_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        codes[i] = (int8_t)(bits & 0xff);
    }
    *scale = amax <= FLT_MAX ? amax / 127.0f : NAN;
}

static void store_q8(uint8_t *k_page, uint8_t *v_page, size_t slot, const float *k, size_t dk,
                     const float *v, size_t dv)
{
    float *k_scales = (float *)(void *)(k_page + dk * KV_PAGE);
    float *v_scales = (float *)(void *)(v_page + dv * KV_PAGE) + slot * kv_blocks(dv);
    for (size_t at = 0; at < dk; at += KV_BLOCK) {
        int8_t codes[KV_BLOCK];
        size_t n = dk - at < KV_BLOCK ? dk - at : KV_BLOCK;
        quantize_block(codes, &k_scales[at / KV_BLOCK * KV_PAGE + slot], k + at, n);
        for (size_t i = 0; i < n; i++)
            k_page[(at + i) * KV_PAGE + slot] = (uint8_t)codes[i];
    }
    for (size_t at = 0; at < dv; at += KV_BLOCK)
        quantize_block((int8_t *)v_page + slot * dv + at, &v_scales[at / KV_BLOCK], v + at,
                       dv - at < KV_BLOCK ? dv - at : KV_BLOCK);
}

/* Numbers of 16 bits, on their way to a page. */
struct halves {
    uint16_t k[KV_MAX_HEAD + 1], v[KV_MAX_HEAD];
};

static void store_f16(uint16_t *k_page, uint16_t *v_page, size_t slot, const struct halves *x,
                      size_t dk, size_t dv)
{
    for (size_t i = 0; i < dk; i++)
        k_page[i * KV_PAGE + slot] = x->k[i];
    memcpy(v_page + slot * dv, x->v, dv * sizeof *v_page);
}

/* Each number by itself in V: the neighbour in its pair is a position that another worker may be
 * storing. */
static void store_bf16(uint16_t *k_page, uint16_t *v_page, size_t slot, const struct halves *x,
                       size_t dk, size_t dv)
{
    for (size_t i = 0; i < dk; i += 2)
        memcpy(k_page + i * KV_PAGE + 2 * slot, x->k + i, 2 * sizeof *k_page);
    uint16_t *v = v_page + slot / 2 * 2 * dv + slot % 2;
    for (size_t i = 0; i < dv; i++)
        v[2 * i] = x->v[i];
}

static void store_half(const struct kvcache *c, uint8_t *k_page, uint8_t *v_page, size_t slot,
                       const float *k, size_t dk, const float *v, size_t dv)
{
    uint16_t *ks = (uint16_t *)(void *)k_page, *vs = (uint16_t *)(void *)v_page;
    struct halves x;
    assert(dk <= KV_MAX_HEAD && dv <= KV_MAX_HEAD);
    c->to_half(x.k, k, dk);
    c->to_half(x.v, v, dv);
    x.k[dk] = 0; /* completes the last pair */
    if (c->type == KV_BF16)
        store_bf16(ks, vs, slot, &x, dk, dv);
    else
        store_f16(ks, vs, slot, &x, dk, dv);
}

void kvcache_store(struct kvcache *c, int32_t page, uint32_t layer, uint32_t head, size_t slot,
                   const float *k, size_t dk, const float *v, size_t dv)
{
    uint8_t *ks = c->pages + k_offset(c, page, layer, head);
    uint8_t *vs = c->pages + v_offset(c, page, layer, head);
    if (c->type == KV_F32)
        store_f32((float *)(void *)ks, (float *)(void *)vs, slot, k, dk, v, dv);
    else if (c->type == KV_Q8)
        store_q8(ks, vs, slot, k, dk, v, dv);
    else
        store_half(c, ks, vs, slot, k, dk, v, dv);
}
