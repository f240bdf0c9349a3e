/* fuzz_gguf.c - opens the file and reads every key, array element and tensor block end. The sums
 * keep the reads from being optimised away. */
#include <string.h>

#include "engine/gguf.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"

#define MAX_BLOCK 256 /* elements of the largest block */

static volatile uint64_t sink;

static void read_text(text t)
{
    for (size_t i = 0; i < t.n; i++)
        sink += (uint8_t)t.p[i];
}

static void read_array(const gguf *g, const char *key)
{
    gguf_array a = {0};
    PROMISE(gguf_get_array(g, key, &a, NULL) == SHEAF_OK);
    for (uint64_t i = 0; i < a.n; i++) {
        read_text(gguf_array_text(&a, i));
        sink += (uint64_t)gguf_array_i64(&a, i);
        sink += gguf_array_f64(&a, i) > 0;
    }
}

/* Every getter on every key: all but one must refuse it without a crash. */
static void read_key(const gguf *g, size_t i)
{
    enum gguf_type type;
    text name = gguf_key_at(g, i, &type), value = {NULL, 0};
    uint32_t u = 0, us[3];
    float f = 0;
    bool b = false;
    char *key = strndup(name.p, name.n);
    PROMISE(key && strlen(key) == name.n && gguf_has(g, key));
    (void)gguf_get_u32(g, key, &u, NULL);
    (void)gguf_get_f32(g, key, &f, NULL);
    (void)gguf_get_bool(g, key, &b, NULL);
    (void)gguf_get_u32s(g, key, us, 3, NULL);
    if (gguf_get_text(g, key, &value, NULL) == SHEAF_OK)
        read_text(value);
    if (type == GGUF_ARRAY)
        read_array(g, key);
    sink += u + b + (f > 0);
    free(key);
}

static void decode_block(const gguf_tensor *t, size_t offset)
{
    float out[MAX_BLOCK];
    const struct quant_info *info = quant_info((int)t->type);
    PROMISE(info->block <= MAX_BLOCK && t->bytes % info->bytes == 0 && t->bytes > 0);
    if (!info->dequantizable)
        return;
    quant_dequantize(t->type, out, t->data + offset, info->block);
    sink += out[info->block - 1] > 0;
}

static void read_tensor(const gguf_tensor *t, const uint8_t *data, size_t size)
{
    PROMISE(t->data >= data && t->bytes <= size && t->data <= data + (size - t->bytes));
    decode_block(t, 0);
    decode_block(t, t->bytes - quant_info((int)t->type)->bytes);
    sink += t->data[0] + t->data[t->bytes - 1];
}

sheaf_code fuzz_gguf(const uint8_t *data, size_t size)
{
    gguf *g = NULL;
    sheaf_error err = {0};
    sheaf_code rc = gguf_open_memory(&g, data, size, "fuzz.gguf", &err);
    if (rc) {
        PROMISE_FAULT(rc, err);
        PROMISE(g == NULL);
        return rc;
    }
    for (size_t i = 0; i < gguf_n_kv(g); i++)
        read_key(g, i);
    for (size_t i = 0; i < gguf_n_tensors(g); i++)
        read_tensor(gguf_tensor_at(g, i), data, size);
    sink += gguf_hash(g);
    gguf_close(g);
    return SHEAF_OK;
}
