/* gguf_rewrite.c - see gguf_rewrite.h. */
#include "tests/fuzz/gguf_rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "engine/gguf_parts.h"
#include "tests/fuzz/mutate_text.h"

#define N_CHANGES 3
#define N_LAST 8
#define LONG_STRING 3000

/* Values that some key takes, so that a change of a string may pass the first check. */
static const char *const known_strings[] = {
    "llama", "qwen2", "qwen3", "gpt2", "bert", "t5", "default", "smollm", "llama-bpe", "yarn",
    "linear", "longrope", "none", "model", "adapter", "lora", "<|im_end|>", "<0x0A>", "<0xzz>",
    "\xe2\x96\x81", "a b", " ", "a", "\xc4\xa0", "</s>", "chatml", "\n\x1b[2J", "\xff\xfe",
};

static void put_uint(strbuf *out, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        strbuf_char(out, (char)(v >> 8 * i & 255));
}

static void put_string(strbuf *out, text t)
{
    put_uint(out, t.n, 8);
    strbuf_text(out, t);
}

/* ---- values --------------------------------------------------------------------------------- */

static void put_scalar(struct dice *d, strbuf *out, enum gguf_type type, uint64_t old)
{
    double real = dice_real(d);
    float single = (float)real;
    uint64_t number = dice_number(d, old, out->n), bits = number;
    size_t n = gguf_type_table[type].bytes;
    if (type == GGUF_F64)
        memcpy(&bits, &real, sizeof real);
    if (type == GGUF_F32)
        memcpy(&bits, &single, sizeof single);
    put_uint(out, bits, n);
}

/* A string in the place of `old`. */
static void put_changed_string(struct dice *d, strbuf *out, text old)
{
    const char *known = known_strings[dice_roll(d, sizeof known_strings / sizeof *known_strings)];
    strbuf s = {0};
    strbuf_text(&s, old);
    switch (dice_roll(d, 8)) {
    case 0: strbuf_reset(&s); break;
    case 1: case 2: strbuf_reset(&s); strbuf_str(&s, known); break;
    case 3: while (s.n < LONG_STRING) strbuf_str(&s, known); break;
    case 4: strbuf_str(&s, known); break;
    default: strbuf_char(&s, ' '); mutate_template(d, &s); break;
    }
    put_string(out, strbuf_view(&s));
    strbuf_free(&s);
}

/* Elements of an array of strings; every `rate`-th changes. */
static void put_strings(struct dice *d, strbuf *out, const uint8_t *from, uint64_t n, uint64_t rate)
{
    text other = TEXT("x");
    for (uint64_t i = 0; i < n; i++) {
        text t = gguf_stored_text(from);
        from += 8 + t.n;
        if (!dice_once_in(d, rate))
            put_string(out, t);
        else if (dice_roll(d, 2))
            put_string(out, other);
        else
            put_changed_string(d, out, t);
        if (dice_once_in(d, 8))
            other = t;
    }
}

static void put_numbers(struct dice *d, strbuf *out, enum gguf_type type, const uint8_t *from,
                        uint64_t n, uint64_t rate)
{
    size_t bytes = gguf_type_table[type].bytes;
    for (uint64_t i = 0; i < n; i++, from += bytes) {
        if (dice_once_in(d, rate))
            put_scalar(d, out, type, gguf_uint(from, bytes));
        else
            strbuf_add(out, from, bytes);
    }
}

/* An array with changed elements, sometimes fewer. */
static void put_changed_array(struct dice *d, strbuf *out, const uint8_t *from)
{
    static const uint64_t rates[] = {2, 8, 64, 400, 400};
    enum gguf_type type = (enum gguf_type)gguf_uint(from, 4);
    uint64_t n = gguf_uint(from + 4, 8), rate = rates[dice_roll(d, 5)];
    if (n && dice_once_in(d, 4))
        n = dice_roll(d, n);
    put_uint(out, type, 4);
    put_uint(out, n, 8);
    if (type == GGUF_STRING)
        put_strings(d, out, from + 12, n, rate);
    else
        put_numbers(d, out, type, from + 12, n, rate);
}

/* A fresh value of some other type. */
static void put_other_type(struct dice *d, strbuf *out)
{
    enum gguf_type type = (enum gguf_type)dice_roll(d, GGUF_TYPES);
    put_uint(out, type, 4);
    if (type == GGUF_STRING) {
        put_changed_string(d, out, TEXT("1"));
    } else if (type == GGUF_ARRAY) {
        put_uint(out, GGUF_I32, 4);
        put_uint(out, 2, 8);
        put_scalar(d, out, GGUF_I32, 2);
        put_scalar(d, out, GGUF_I32, 2);
    } else {
        put_scalar(d, out, type, 1);
    }
}

/* Returns how many entries it wrote. */
static uint64_t put_changed_kv(struct dice *d, strbuf *out, text entry)
{
    const uint8_t *p = (const uint8_t *)entry.p;
    text key = gguf_stored_text(p);
    const uint8_t *value = p + 8 + key.n + 4;
    enum gguf_type type = (enum gguf_type)gguf_uint(value - 4, 4);
    uint64_t how = dice_roll(d, 16);
    if (how == 0)
        return 0;
    put_string(out, key);
    if (how == 1) {
        put_other_type(d, out);
        return 1;
    }
    put_uint(out, type, 4);
    if (type == GGUF_STRING)
        put_changed_string(d, out, gguf_stored_text(value));
    else if (type == GGUF_ARRAY)
        put_changed_array(d, out, value);
    else
        put_scalar(d, out, type, gguf_uint(value, gguf_type_table[type].bytes));
    if (how != 2)
        return 1;
    strbuf_text(out, entry);
    return 2;
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* An entry of the tensor table. */
struct tensor_entry {
    text name;
    uint64_t n_dims, ne[4], type, offset;
};

static struct tensor_entry tensor_at(text entry)
{
    const uint8_t *p = (const uint8_t *)entry.p;
    struct tensor_entry t = {.name = gguf_stored_text(p)};
    p += 8 + t.name.n;
    t.n_dims = gguf_uint(p, 4);
    p += 4;
    for (uint64_t i = 0; i < t.n_dims; i++, p += 8)
        t.ne[i] = gguf_uint(p, 8);
    t.type = gguf_uint(p, 4);
    t.offset = gguf_uint(p + 4, 8);
    return t;
}

static void change_shape(struct dice *d, struct tensor_entry *t)
{
    uint64_t i = dice_roll(d, t->n_dims), first = t->ne[0];
    switch (dice_roll(d, 4)) {
    case 0:
        t->ne[t->n_dims++] = 1 + dice_roll(d, 2); /* the files have at most two dimensions */
        break;
    case 1: /* transposed */
        t->ne[0] = t->ne[t->n_dims - 1];
        t->ne[t->n_dims - 1] = first;
        break;
    case 2:
        t->n_dims--;
        break;
    default:
        t->ne[i] = dice_number(d, t->ne[i], 256);
    }
}

static void put_changed_tensor(struct dice *d, strbuf *out, text entry)
{
    struct tensor_entry t = tensor_at(entry);
    uint64_t how = dice_roll(d, 5);
    if (how == 0)
        put_changed_string(d, out, t.name);
    else
        put_string(out, t.name);
    if (how == 1 || how == 2)
        change_shape(d, &t);
    if (how == 3)
        t.type = dice_roll(d, QUANT_TYPES);
    if (how == 4)
        t.offset = dice_number(d, t.offset, 4096) / 32 * 32;
    put_uint(out, t.n_dims, 4);
    for (uint64_t i = 0; i < t.n_dims; i++)
        put_uint(out, t.ne[i], 8);
    put_uint(out, t.type, 4);
    put_uint(out, t.offset, 8);
}

/* Overwrites some numbers of the data section with bad ones. */
static void change_data(struct dice *d, strbuf *out, size_t data)
{
    for (uint64_t k = 1 + dice_roll(d, 64); k > 0 && out->n > data + 16; k--) {
        size_t at = data + dice_roll(d, (out->n - data) / 2 - 4) * 2;
        float single = (float)dice_real(d);
        uint16_t half = (uint16_t)dice_number(d, 0x7C00, 0x7E00); /* infinity, NaN */
        if (dice_roll(d, 2))
            memcpy(out->p + at, &single, sizeof single);
        else
            memcpy(out->p + at, &half, sizeof half);
    }
}

/* ---- the file ------------------------------------------------------------------------------- */

/* What changes: entries of the metadata, of the tensor table, or the data section. */
struct plan {
    uint64_t kv[N_CHANGES], tensor[N_CHANGES];
    bool data;
};

static bool is_one_of(const uint64_t *chosen, uint64_t i)
{
    return chosen[0] == i || chosen[1] == i || chosen[2] == i;
}

/* An entry of the metadata; the tokenizer and the template, which come last, more often. */
static uint64_t choose_kv(struct dice *d, uint64_t n)
{
    uint64_t last = n < N_LAST ? n : N_LAST;
    return dice_roll(d, 2) ? dice_roll(d, n) : n - 1 - dice_roll(d, last);
}

/* Most often one change; a changed tensor is nearly always refused, so there are fewer of those. */
static struct plan choose(struct dice *d, const struct gguf_layout *l)
{
    struct plan p;
    memset(p.kv, 255, sizeof p.kv); /* no entry has this number */
    memset(p.tensor, 255, sizeof p.tensor);
    p.data = dice_once_in(d, 4);
    uint64_t n = 1 + (dice_roll(d, 2) ? dice_roll(d, N_CHANGES) : 0);
    for (uint64_t i = 0; i < n; i++) {
        if (dice_once_in(d, 5))
            p.tensor[i] = dice_roll(d, l->n_tensors);
        else
            p.kv[i] = choose_kv(d, l->n_kv);
    }
    return p;
}

static uint64_t put_kvs(struct dice *d, strbuf *out, text file, const struct gguf_layout *l,
                        const uint64_t *chosen)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->n_kv; i++) {
        text entry = text_slice(file, l->kv[i].at, l->kv[i].n);
        if (is_one_of(chosen, i)) {
            n += put_changed_kv(d, out, entry);
        } else {
            strbuf_text(out, entry);
            n++;
        }
    }
    return n;
}

void gguf_rewrite(struct dice *d, strbuf *out, text file, const struct gguf_layout *l)
{
    const struct plan plan = choose(d, l);
    strbuf_text(out, text_slice(file, 0, 24));
    uint64_t n_kv = put_kvs(d, out, file, l, plan.kv);
    for (size_t i = 0; i < l->n_tensors; i++) {
        text entry = text_slice(file, l->tensors[i].at, l->tensors[i].n);
        if (is_one_of(plan.tensor, i))
            put_changed_tensor(d, out, entry);
        else
            strbuf_text(out, entry);
    }
    while (out->n % 32)
        strbuf_char(out, 0);
    size_t data = out->n;
    strbuf_text(out, text_slice(file, l->data, file.n));
    if (out->failed)
        abort();
    memcpy(out->p + 16, &n_kv, sizeof n_kv);
    if (plan.data)
        change_data(d, out, data);
}
