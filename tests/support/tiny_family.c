/* tiny_family.c - see tiny_family.h. */
#include "tests/support/tiny_family.h"

#include <assert.h>
#include <string.h>

#include "tests/support/tiny_vocab.h"

const struct tiny_family *tiny_family_find(const struct tiny_model *m)
{
    const char *arch = m->arch ? m->arch : "llama";
    const struct tiny_family *found = NULL;
    for (const struct tiny_family *f = tiny_families; f->defaults.arch; f++)
        if (strcmp(f->defaults.arch, arch) == 0 &&
            (!found || (f->defaults.n_experts > 0) == (m->n_experts > 0)))
            found = f;
    return found;
}

static void fill(int *field, int family, int common)
{
    if (*field == 0)
        *field = family ? family : common;
}

static void fill_widths(const struct tiny_family *f, struct tiny_model *m)
{
    const struct tiny_model *d = &f->defaults;
    fill(&m->n_embd, d->n_embd, 64);
    fill(&m->n_head, d->n_head, 4);
    fill(&m->n_head_kv, d->n_head_kv, 2);
    fill(&m->head_dim, d->head_dim, m->n_embd / m->n_head * (f->widen ? f->widen : 1));
    fill(&m->n_ff, d->n_ff, 2 * m->n_embd);
    fill(&m->n_ff_expert, d->n_ff_expert, 32);
    fill(&m->n_ff_shared, d->n_ff_shared, 96);
    fill(&m->ssm_inner, d->ssm_inner, 128);
    fill(&m->ssm_state, d->ssm_state, 16);
}

static void fill_counts(const struct tiny_family *f, struct tiny_model *m)
{
    const struct tiny_model *d = &f->defaults;
    int kinds = (int)strlen(m->pattern);
    fill(&m->n_layers, d->n_layers, kinds > 2 ? kinds : 2);
    fill(&m->n_vocab, d->n_vocab, TINY_VOCAB);
    fill(&m->n_ctx, d->n_ctx, 1024);
    fill(&m->n_experts, d->n_experts, 8);
    fill(&m->n_used, d->n_used, 2);
    fill(&m->n_window, d->n_window, 16);
    fill(&m->short_kernel, d->short_kernel, 3);
    fill(&m->ssm_heads, d->ssm_heads, 8);
    fill(&m->ssm_groups, d->ssm_groups, 1);
    fill(&m->ssm_kernel, d->ssm_kernel, 4);
}

void tiny_family_defaults(const struct tiny_family *f, struct tiny_model *m)
{
    m->arch = f->defaults.arch;
    if (!m->name)
        m->name = "tiny";
    if (!m->pre)
        m->pre = f->defaults.pre;
    if (!m->pattern)
        m->pattern = f->defaults.pattern;
    if (m->logit_std <= 0)
        m->logit_std = 2;
    if (!m->expert_type)
        m->expert_type = f->defaults.expert_type ? f->defaults.expert_type : m->type;
    fill_widths(f, m);
    fill_counts(f, m);
}

uint32_t tiny_family_parts(const struct tiny_family *f, const struct tiny_model *m, int layer)
{
    char kind = m->pattern[(size_t)layer % strlen(m->pattern)];
    for (int i = 0; i < TINY_KINDS && f->kinds[i].kind; i++)
        if (f->kinds[i].kind == kind)
            return f->kinds[i].parts | (m->ssm_norm && f->kinds[i].parts & MAMBA ? SSM_NORM : 0);
    assert(false && "a kind of layer that the family does not have");
    return 0;
}

uint32_t tiny_family_ends(const struct tiny_family *f, const struct tiny_model *m)
{
    return f->ends | (m->untied ? END_HEAD : 0);
}

int tiny_family_kv_heads(const struct tiny_family *f, const struct tiny_model *m, int layer)
{
    return tiny_family_parts(f, m, layer) & ATTENTION ? m->n_head_kv : 0;
}

int tiny_family_ff(const struct tiny_family *f, const struct tiny_model *m, int layer)
{
    uint32_t parts = tiny_family_parts(f, m, layer);
    return parts & UP_DOWN ? m->n_ff : parts & EXPERT_UP_DOWN ? m->n_ff_expert : 0;
}

/* Layers before the first mixture of experts. */
static int dense_layers(const struct tiny_family *f, const struct tiny_model *m)
{
    int n = 0;
    while (n < m->n_layers && !(tiny_family_parts(f, m, n) & ROUTER))
        n++;
    return n;
}

int tiny_family_size(const struct tiny_family *f, const struct tiny_model *m, enum tiny_size size)
{
    int convolved = m->ssm_inner + 2 * m->ssm_groups * m->ssm_state;
    switch (size) {
    case SIZE_NONE: return 0;
    case SIZE_ONE: return 1;
    case SIZE_VOCAB: return m->n_vocab;
    case SIZE_CTX: return m->n_ctx;
    case SIZE_LAYERS: return m->n_layers;
    case SIZE_EMBD: return m->n_embd;
    case SIZE_EMBD_X3: return 3 * m->n_embd;
    case SIZE_FF: return m->n_ff;
    case SIZE_HEADS: return m->n_head;
    case SIZE_KV_HEADS: return m->n_head_kv;
    case SIZE_HEAD: return m->head_dim;
    case SIZE_HALF_HEAD: return m->head_dim / 2;
    case SIZE_Q: return m->n_head * m->head_dim;
    case SIZE_KV: return m->n_head_kv * m->head_dim;
    case SIZE_WINDOW: return m->n_window;
    case SIZE_EXPERTS: return m->n_experts;
    case SIZE_USED: return m->n_used;
    case SIZE_FF_EXPERT: return m->n_ff_expert;
    case SIZE_FF_SHARED: return m->n_ff_shared;
    case SIZE_DENSE_LAYERS: return dense_layers(f, m);
    case SIZE_MOE_STEP: return dense_layers(f, m) + 1;
    case SIZE_SHORT_KERNEL: return m->short_kernel;
    case SIZE_SSM_INNER: return m->ssm_inner;
    case SIZE_SSM_STATE: return m->ssm_state;
    case SIZE_SSM_HEADS: return m->ssm_heads;
    case SIZE_SSM_GROUPS: return m->ssm_groups;
    case SIZE_SSM_KERNEL: return m->ssm_kernel;
    case SIZE_SSM_CHANNELS: return convolved;
    case SIZE_SSM_PROJECTED: return m->ssm_inner + convolved + m->ssm_heads;
    case SIZE_SSM_GROUP_WIDTH: return m->ssm_inner / m->ssm_groups;
    }
    return 0;
}
