/* kvcache.h - a KV cache in pages of KV_PAGE positions with reference counts.
 *
 * Layers that see all positions and layers that see a limited number of them are two classes with
 * a cache each, so that pages which no later token can see go back while the others stay. A page
 * holds the keys and values of all attention layers of its class for its positions. Sessions refer
 * to pages through tables; a fork shares every page, and the first write into a shared page copies
 * it (copy on write). All pages are allocated when the cache is created: decoding never
 * allocates. */
#ifndef ENGINE_KVCACHE_H
#define ENGINE_KVCACHE_H

#include "engine/hparams.h"
#include "engine/kernels/kernels.h"

#define KV_MAX_HEAD 4096

enum kv_class { KV_ALL, KV_LIMITED, KV_CLASSES };

static inline enum kv_class kv_class_of(const struct hparams *h, uint32_t layer)
{
    return h->attention[layer] & ATTN_LIMITED ? KV_LIMITED : KV_ALL;
}

/* What a page of a cache holds. */
struct kv_shape {
    const struct hparams *h;
    enum kv_class kind;
    enum kv_type type;
};

/* Windows of up to KV_EXACT_WINDOW positions are kept in f32 whatever the type: they cost little,
 * and where a router follows, rounded keys change its choice of experts. (The gpt-oss vector: mean
 * KL 0.0075 with the windows in f16, 0.0030 with them in f32.) */
#define KV_EXACT_WINDOW 1024

struct kv_shape kv_shape_of(const struct hparams *h, enum kv_class kind, enum kv_type type);

struct kvcache {
    enum kv_type type;
    void (*to_half)(uint16_t *out, const float *x, size_t n); /* of f16 and bf16 */
    size_t n_pages, n_free;
    size_t page_bytes;     /* 0: no layers of this class, no pages */
    size_t *layer_offset;  /* [n_layers] in a page; the layer's K of all heads, then its V */
    size_t head_k_bytes, head_v_bytes; /* of one head's K / V in a page */
    uint32_t *n_kv_heads;  /* [n_layers] */
    uint8_t *pages;        /* [n_pages][page_bytes] */
    int32_t *refs;         /* [n_pages] */
    int32_t *free_list;    /* [n_free] */
};

/* 0: the model has no layers of the class. */
size_t kvcache_page_bytes(const struct kv_shape *shape);

/* Errors: NOMEM. Release with kvcache_free. */
sheaf_code kvcache_init(struct kvcache *c, const struct kv_shape *shape, const struct kernels *k,
                        size_t n_pages, sheaf_error *err);
void kvcache_free(struct kvcache *c);

/* A free page with one reference, or -1. */
int32_t kvcache_take(struct kvcache *c);
void kvcache_ref(struct kvcache *c, int32_t page);
void kvcache_unref(struct kvcache *c, int32_t page);
/* Makes the page writable for one owner: itself when it has one reference, else a copy (the
 * reference moves to it); -1 when no page is free. */
int32_t kvcache_own(struct kvcache *c, int32_t page);

const uint8_t *kvcache_k(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head);
const uint8_t *kvcache_v(const struct kvcache *c, int32_t page, uint32_t layer, uint32_t head);

/* Stores k[dk] and v[dv] of one head at a slot 0 .. KV_PAGE - 1; neither wider than
 * KV_MAX_HEAD. */
void kvcache_store(struct kvcache *c, int32_t page, uint32_t layer, uint32_t head, size_t slot,
                   const float *k, size_t dk, const float *v, size_t dv);

#endif
