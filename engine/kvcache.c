/* kvcache.c - see kvcache.h. */
#include "engine/kvcache.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

static size_t elem_bytes_of(enum kv_type type)
{
    return type == KV_F16 ? 2 : 4;
}

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
    size_t bytes = heads * (s->h->head_k + s->h->head_v) * KV_PAGE * elem_bytes_of(s->type);
    return (bytes + 63) & ~(size_t)63;
}

static void lay_out_layers(struct kvcache *c, const struct kv_shape *s)
{
    size_t offset = 0;
    c->head_k_bytes = (size_t)s->h->head_k * KV_PAGE * c->elem_bytes;
    c->head_v_bytes = (size_t)s->h->head_v * KV_PAGE * c->elem_bytes;
    for (uint32_t i = 0; i < s->h->n_layers; i++) {
        c->layer_offset[i] = offset;
        c->n_kv_heads[i] = (uint32_t)kv_heads(s, i);
        offset += c->n_kv_heads[i] * (c->head_k_bytes + c->head_v_bytes);
    }
}

sheaf_code kvcache_init(struct kvcache *c, const struct kv_shape *shape, const struct kernels *k,
                        size_t n_pages, sheaf_error *err)
{
    *c = (struct kvcache){.type = shape->type, .elem_bytes = elem_bytes_of(shape->type)};
    c->to_f16 = k->to_f16;
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

void kvcache_store(struct kvcache *c, int32_t page, uint32_t layer, uint32_t head, size_t slot,
                   const float *k, size_t dk, const float *v, size_t dv)
{
    uint8_t *ks = c->pages + k_offset(c, page, layer, head);
    uint8_t *vs = c->pages + v_offset(c, page, layer, head);
    if (c->type == KV_F32) {
        float *kf = (float *)(void *)ks + slot, *vf = (float *)(void *)vs + slot * dv;
        for (size_t i = 0; i < dk; i++)
            kf[i * KV_PAGE] = k[i];
        memcpy(vf, v, dv * sizeof *v);
        return;
    }
    uint16_t half[KV_MAX_HEAD], *kh = (uint16_t *)(void *)ks + slot;
    assert(dk <= KV_MAX_HEAD);
    c->to_f16(half, k, dk);
    for (size_t i = 0; i < dk; i++)
        kh[i * KV_PAGE] = half[i];
    c->to_f16((uint16_t *)(void *)vs + slot * dv, v, dv);
}
