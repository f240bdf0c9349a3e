/* mutate_gguf - broken GGUF files for the reader (usage: mutate_main.h).
 *
 * Takes small sound files and changes one to four places. Half of the changes hit a count,
 * length, type, dimension or offset, found by walking the sound file; the rest know nothing of
 * the format. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/gguf_layout.h"
#include "tests/fuzz/mutate_main.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_model.h"

#define N_SEEDS 4

static strbuf files[N_SEEDS];
static struct gguf_layout layouts[N_SEEDS];

/* A file with one key of each type and one tensor of each type. */
static void build_zoo(strbuf *out)
{
    struct gguf_writer w;
    char key[32];
    const uint64_t zeros[2] = {0};
    gguf_writer_init(&w);
    gguf_writer_align(&w, 8);
    for (int t = 0; t < GGUF_TYPES; t++) {
        if (t == GGUF_STRING || t == GGUF_ARRAY)
            continue;
        snprintf(key, sizeof key, "scalar.%d", t);
        gguf_writer_int(&w, key, (enum gguf_type)t, t);
        snprintf(key, sizeof key, "array.%d", t);
        gguf_writer_array(&w, key, (enum gguf_type)t, zeros, 2);
    }
    gguf_writer_text(&w, "text", TEXT("value"));
    gguf_writer_texts(&w, "texts", (text[]){TEXT("a"), TEXT(""), TEXT("bc")}, 3);
    for (int t = 0; t < QUANT_TYPES; t++) {
        const struct quant_info *info = quant_info(t);
        if (info->name)
            gguf_writer_tensor(&w, info->name, (enum quant_type)t, 2,
                               (int64_t[]){(int64_t)info->block, 2}, NULL, 2 * info->bytes);
    }
    if (!gguf_writer_finish(&w, out))
        abort();
    gguf_writer_free(&w);
}

static void build_seeds(void)
{
    static const struct tiny_model models[N_SEEDS - 1] = {
        {.arch = "llama", .n_embd = 32, .n_layers = 1, .type = QUANT_Q4_0},
        {.arch = "qwen2", .n_embd = 32, .n_layers = 1, .type = QUANT_Q8_0},
        {.arch = "qwen3", .n_embd = 32, .n_layers = 1, .type = QUANT_Q4_1},
    };
    build_zoo(&files[0]);
    for (int i = 1; i < N_SEEDS; i++)
        PROMISE(tiny_model_write(&files[i], &models[i - 1], NULL) == SHEAF_OK);
    for (int i = 0; i < N_SEEDS; i++) {
        PROMISE(fuzz_gguf((const uint8_t *)files[i].p, files[i].n) == SHEAF_OK);
        gguf_layout_init(&layouts[i], strbuf_view(&files[i]));
    }
}

static void make(struct dice *d, strbuf *out)
{
    size_t seed = dice_roll(d, N_SEEDS);
    strbuf_text(out, strbuf_view(&files[seed]));
    for (uint64_t k = 1 + dice_roll(d, 4); k > 0; k--) {
        if (dice_roll(d, 2))
            gguf_layout_change(d, &layouts[seed], out);
        else
            mutator_bytes(d, out, strbuf_view(&files[dice_roll(d, N_SEEDS)]));
    }
}

int main(int argc, char **argv)
{
    static const struct mutate_program program = {"mutate_gguf", make, fuzz_gguf, NULL};
    build_seeds();
    int status = mutate_main(argc, argv, &program);
    for (int i = 0; i < N_SEEDS; i++) {
        strbuf_free(&files[i]);
        gguf_layout_free(&layouts[i]);
    }
    return status;
}
