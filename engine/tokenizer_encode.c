/* tokenizer_encode.c - a prompt to ids: cut at special tokens, encode what lies between.
 *
 * A prompt of several parts is joined first, so that pieces form across borders as if it had
 * been encoded as one text (that is what models were trained on); what is left of the parts is
 * which bytes are trusted, and control tokens are cut only where all of their bytes are. */
#include "base/alloc.h"
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

/* A stretch of the joined text, up to `end`, of one trust; neighbours differ. */
struct stretch {
    size_t end;
    bool trusted;
};

struct prompt {
    strbuf joined;            /* valid UTF-8 */
    struct stretch *stretches; /* [n] */
    size_t n;
};

bool encoder_push(struct encoder *e, int32_t id)
{
    int32_t *ids = alloc_grow(e->ids, e->n, &e->cap, sizeof *ids);
    if (!ids)
        return false;
    e->ids = ids;
    e->ids[e->n++] = id;
    return true;
}

static void encoder_free(struct encoder *e)
{
    alloc_free(e->ids);
    merge_free(&e->merges);
    pretok_free(&e->pretok);
    strbuf_free(&e->work);
}

static sheaf_code no_memory(sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "tokenizer", "no memory to encode the text");
}

static sheaf_code join(struct prompt *p, const struct prompt_part *parts, size_t n_parts,
                       sheaf_error *err)
{
    p->joined.limit = TOKENIZER_MAX_TEXT;
    p->stretches = alloc_zero(n_parts, sizeof *p->stretches);
    if (!p->stretches)
        return no_memory(err);
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].t.n > TOKENIZER_MAX_TEXT - p->joined.n)
            return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "tokenizer", "text of over %zu bytes",
                              TOKENIZER_MAX_TEXT);
        if (parts[i].t.n == 0)
            continue;
        strbuf_clean_utf8(&p->joined, parts[i].t);
        if (p->n == 0 || p->stretches[p->n - 1].trusted != parts[i].trusted)
            p->stretches[p->n++].trusted = parts[i].trusted;
        p->stretches[p->n - 1].end = p->joined.n;
    }
    return p->joined.failed ? no_memory(err) : SHEAF_OK;
}

static bool encode_raw(struct encoder *e, text raw)
{
    if (raw.n == 0)
        return true;
    return e->t->is_spm ? spm_encode(e, raw) : bpe_encode(e, raw);
}

static bool encode_prompt(struct encoder *e, const struct prompt *p)
{
    text t = strbuf_view(&p->joined);
    const struct stretch *s = p->stretches;
    size_t raw = 0, at = 0; /* raw: what is not encoded yet begins here */
    while (at < t.n) {
        while (s->end <= at)
            s++;
        size_t n_trusted = s->trusted ? s->end - at : 0;
        int32_t id = special_match(e->t, text_slice(t, at, t.n - at), n_trusted);
        if (id < 0) {
            at++;
            continue;
        }
        if (!encode_raw(e, text_slice(t, raw, at - raw)) || !encoder_push(e, id))
            return false;
        at += tokenizer_text(e->t, id).n;
        raw = at;
    }
    return raw == t.n || encode_raw(e, text_slice(t, raw, t.n - raw));
}

/* What is put around the text. */
struct additions {
    bool bos, eos;
    bool bos_once; /* not if the text begins with one */
};

/* Encodes behind a BOS, and takes that away again if it turned out to be the second. */
static bool encode_with(struct encoder *e, const struct prompt *p, struct additions add)
{
    const struct tokenizer_info *info = &e->t->info;
    if (add.bos && info->add_bos && !encoder_push(e, info->bos))
        return false;
    size_t n_added = e->n;
    if (!encode_prompt(e, p))
        return false;
    if (add.bos_once && n_added && e->n > n_added && e->ids[n_added] == info->bos) {
        e->n--;
        for (size_t i = 0; i < e->n; i++)
            e->ids[i] = e->ids[i + 1];
    }
    return !add.eos || !info->add_eos || encoder_push(e, info->eos);
}

static sheaf_code encode(const tokenizer *t, int32_t **ids, size_t *n,
                         const struct prompt_part *parts, size_t n_parts, struct additions add,
                         sheaf_error *err)
{
    struct encoder e = {.t = t};
    struct prompt p = {0};
    sheaf_code rc = join(&p, parts, n_parts, err);
    if (!rc && !encode_with(&e, &p, add))
        rc = no_memory(err);
    if (!rc && !e.ids && !(e.ids = alloc_zero(0, sizeof *e.ids)))
        rc = no_memory(err);
    if (!rc) {
        *ids = e.ids;
        *n = e.n;
        e.ids = NULL;
    }
    encoder_free(&e);
    strbuf_free(&p.joined);
    alloc_free(p.stretches);
    return rc;
}

sheaf_code tokenizer_encode(const tokenizer *t, int32_t **ids, size_t *n, text input,
                            bool add_special, bool parse_special, sheaf_error *err)
{
    const struct prompt_part part = {input, parse_special};
    return encode(t, ids, n, &part, 1, (struct additions){add_special, add_special, false}, err);
}

sheaf_code tokenizer_encode_parts(const tokenizer *t, int32_t **ids, size_t *n,
                                  const struct prompt_part *parts, size_t n_parts, bool add_special,
                                  sheaf_error *err)
{
    return encode(t, ids, n, parts, n_parts, (struct additions){add_special, false, true}, err);
}
