/* state.c - see state.h. */
#include "engine/state.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

#define ALIGN 64

static size_t take_bytes(size_t *at, size_t bytes)
{
    size_t offset = *at;
    *at += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    return offset;
}

void state_lay_out(struct sheaf_engine *e)
{
    const struct hparams *h = &e->h;
    size_t at = 0;
    for (uint32_t i = 0; i < h->n_layers; i++) {
        struct layer *l = &e->layers[i];
        if (l->mamba.in.w.n_out) {
            l->conv_plane =
                take_bytes(&at, (h->ssm.conv_kernel - 1) * ssm_channels(h) * sizeof(float));
            l->ssm_plane = take_bytes(&at, (size_t)h->ssm.inner * h->ssm.state *
                                               state_type_bytes(e->state_type));
        } else if (l->shortconv.in.w.n_out) {
            l->conv_plane =
                take_bytes(&at, (size_t)(h->short_kernel - 1) * h->width * sizeof(float));
        }
    }
    e->state_bytes = at;
}

sheaf_code state_pool_init(struct state_pool *p, size_t slot_bytes, size_t n_slots,
                           sheaf_error *err)
{
    *p = (struct state_pool){.slot_bytes = slot_bytes, .n_slots = slot_bytes ? n_slots : 0};
    if (p->n_slots == 0)
        return SHEAF_OK;
    p->slots = alloc_aligned(n_slots, slot_bytes, ALIGN);
    p->refs = alloc_zero(n_slots, sizeof *p->refs);
    p->stepping = alloc_zero(n_slots, sizeof *p->stepping);
    p->free_list = alloc_zero(n_slots, sizeof *p->free_list);
    if (!p->slots || !p->refs || !p->stepping || !p->free_list) {
        state_pool_free(p);
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "recurrent state", "%zu slots of %zu bytes",
                          n_slots, slot_bytes);
    }
    for (size_t i = 0; i < n_slots; i++)
        p->free_list[p->n_free++] = (int32_t)(n_slots - 1 - i);
    return SHEAF_OK;
}

void state_pool_free(struct state_pool *p)
{
    alloc_free(p->slots);
    alloc_free(p->refs);
    alloc_free(p->stepping);
    alloc_free(p->free_list);
    *p = (struct state_pool){0};
}

void state_ref(struct state_pool *p, int32_t slot)
{
    if (slot == NO_STATE)
        return;
    assert(p->refs[slot] > 0);
    p->refs[slot]++;
}

void state_unref(struct state_pool *p, int32_t slot)
{
    if (slot == NO_STATE)
        return;
    assert(p->refs[slot] > 0);
    if (--p->refs[slot] == 0)
        p->free_list[p->n_free++] = slot;
}

void state_will_step(struct state_pool *p, int32_t slot)
{
    if (slot != NO_STATE)
        p->stepping[slot]++;
}

static uint8_t *slot_data(const struct state_pool *p, int32_t slot)
{
    return p->slots + (size_t)slot * p->slot_bytes;
}

static int32_t take(struct state_pool *p)
{
    assert(p->n_free > 0);
    int32_t slot = p->free_list[--p->n_free];
    p->refs[slot] = 1;
    return slot;
}

/* When every holder of a shared slot is in the step, the last of them will write it in place while
 * the others would read: those take their copy at once. Else somebody outside keeps it as it is. */
void state_advance(struct state_pool *p, int32_t *slot, const uint8_t **from, uint8_t **to)
{
    *from = *to = NULL;
    if (p->n_slots == 0)
        return;
    int32_t old = *slot;
    if (old == NO_STATE) {
        *slot = take(p);
        memset(slot_data(p, *slot), 0, p->slot_bytes);
    } else {
        bool all_step = p->stepping[old]-- == p->refs[old];
        if (p->refs[old] > 1) {
            *slot = take(p);
            p->refs[old]--;
            *from = slot_data(p, old);
            if (all_step)
                memcpy(slot_data(p, *slot), *from, p->slot_bytes);
            else
                *to = slot_data(p, *slot);
        }
    }
    if (*to)
        return;
    *from = *to = slot_data(p, *slot);
}
