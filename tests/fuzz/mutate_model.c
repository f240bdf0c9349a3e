/* mutate_model - broken model and adapter files, opened and used (usage: mutate_main.h).
 *
 * Three quarters of the files keep a sound structure and get bad contents (gguf_rewrite.h), which
 * is what comes past the reader; the rest, and some of those, have counts, lengths and single
 * bytes changed. */
#include <stdlib.h>
#include <string.h>

#include "engine/gguf_parts.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/gguf_rewrite.h"
#include "tests/fuzz/mutate_main.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_quant.h"
#include "tests/support/tiny_vocab.h"

static const struct tiny_model models[] = {
    {.arch = "llama", .n_embd = 32, .n_layers = 1},
    {.arch = "llama", .n_embd = 32, .n_layers = 2, .type = QUANT_Q8_0, .untied = true},
    {.arch = "qwen2", .n_embd = 32, .n_layers = 1, .type = QUANT_Q4_0},
    {.arch = "qwen2", .n_embd = 32, .n_layers = 1, .type = QUANT_BF16},
    {.arch = "qwen3", .n_embd = 32, .n_layers = 1, .type = QUANT_Q4_1},
    {.arch = "qwen3", .n_embd = 256, .n_layers = 1, .n_head = 2, .n_head_kv = 1, .n_ff = 256,
     .type = QUANT_Q4_K},
    {.arch = "llama", .n_embd = 256, .n_layers = 1, .n_head = 2, .n_head_kv = 1, .n_ff = 256,
     .type = QUANT_Q6_K},
    {.arch = "qwen3moe", .n_embd = 32, .n_layers = 1, .type = QUANT_Q8_0, .n_experts = 4},
    {.arch = "gpt-oss", .n_embd = 32, .n_window = 4, .n_experts = 4},
    {.arch = "llama4", .n_embd = 32, .n_experts = 3},
    {.arch = "lfm2moe", .n_embd = 32, .n_experts = 4, .type = QUANT_Q4_0},
    {.arch = "nemotron_h_moe", .n_embd = 32, .n_experts = 4, .ssm_inner = 64, .ssm_heads = 4},
    {.arch = "falcon-h1", .n_embd = 32, .n_layers = 1, .type = QUANT_Q8_0, .ssm_inner = 64,
     .ssm_heads = 4, .ssm_groups = 2, .ssm_norm = true},
    {.arch = "granitehybrid", .n_embd = 32, .ssm_inner = 64, .ssm_heads = 4},
};

#define N_MODELS (sizeof models / sizeof *models)
enum { SPM = N_MODELS, YARN, LONGROPE, ADAPTER, N_SEEDS };

static strbuf files[N_SEEDS];
static struct gguf_layout layouts[N_SEEDS];

/* ---- variants of the first model ------------------------------------------------------------ */

/* A SentencePiece vocabulary: scores in the place of merges. */
static void add_spm(struct gguf_writer *w)
{
    float scores[TINY_VOCAB];
    for (int i = 0; i < TINY_VOCAB; i++)
        scores[i] = (float)-i;
    gguf_writer_array(w, "tokenizer.ggml.scores", GGUF_F32, scores, TINY_VOCAB);
    gguf_writer_int(w, "tokenizer.ggml.add_space_prefix", GGUF_BOOL, 1);
    gguf_writer_int(w, "tokenizer.ggml.bos_token_id", GGUF_U32, TINY_IM_START);
    gguf_writer_array(w, "tokenizer.ggml.suppress_tokens", GGUF_I32, (int32_t[]){3, 300}, 2);
}

static void add_yarn(struct gguf_writer *w)
{
    const float divisors[4] = {1, 1, 2, 4};
    gguf_writer_text(w, "llama.rope.scaling.type", TEXT("yarn"));
    gguf_writer_float(w, "llama.rope.scaling.factor", GGUF_F32, 4);
    gguf_writer_float(w, "llama.rope.scaling.attn_factor", GGUF_F32, 1);
    gguf_writer_float(w, "llama.attention.scale", GGUF_F32, 0.25);
    gguf_writer_int(w, "llama.rope.scaling.original_context_length", GGUF_U32, 256);
    gguf_writer_int(w, "llama.expert_count", GGUF_U32, 0);
    gguf_writer_tensor(w, "rope_freqs.weight", QUANT_F32, 1, (int64_t[]){4}, divisors, 16);
}

static void add_longrope(struct gguf_writer *w)
{
    const float divisors[4] = {1, 2, 4, 8};
    gguf_writer_text(w, "llama.rope.scaling.type", TEXT("longrope"));
    gguf_writer_int(w, "llama.rope.scaling.original_context_length", GGUF_U32, 16);
    gguf_writer_tensor(w, "rope_factors_long.weight", QUANT_F32, 1, (int64_t[]){4}, divisors, 16);
    gguf_writer_tensor(w, "rope_factors_short.weight", QUANT_F32, 1, (int64_t[]){4}, divisors, 16);
}

/* The first model with the tokenizer `vocabulary` and with what `add` adds. */
static void build_variant(strbuf *out, const char *vocabulary, void (*add)(struct gguf_writer *w))
{
    const struct gguf_layout *l = &layouts[0];
    const text file = strbuf_view(&files[0]), model = TEXT("tokenizer.ggml.model");
    struct gguf_writer w;
    gguf_writer_init(&w);
    for (size_t i = 0; i < l->n_kv; i++) {
        text entry = text_slice(file, l->kv[i].at, l->kv[i].n);
        if (!text_equal(gguf_stored_text((const uint8_t *)entry.p), model)) {
            strbuf_text(&w.kv, entry);
            w.n_kv++;
        }
    }
    gguf_writer_text(&w, model.p, text_of(vocabulary));
    for (size_t i = 0; i < l->n_tensors; i++)
        strbuf_text(&w.table, text_slice(file, l->tensors[i].at, l->tensors[i].n));
    w.n_tensors = l->n_tensors;
    strbuf_text(&w.data, text_slice(file, l->data, file.n));
    w.data_bytes = w.data.n;
    add(&w);
    PROMISE(gguf_writer_finish(&w, out));
    gguf_writer_free(&w);
}

/* ---- an adapter ----------------------------------------------------------------------------- */

static void add_pair(struct gguf_writer *w, const char *stem, int64_t n_in, int64_t n_out)
{
    enum { RANK = 4, MOST = 64 * RANK };
    char name[96];
    float x[MOST];
    PROMISE(n_in * RANK <= MOST && n_out * RANK <= MOST);
    tiny_normals(x, 0, MOST, 1, 1);
    snprintf(name, sizeof name, "%s.weight.lora_a", stem);
    gguf_writer_tensor(w, name, QUANT_F32, 2, (int64_t[]){n_in, RANK}, x,
                       (size_t)(n_in * RANK) * sizeof *x);
    snprintf(name, sizeof name, "%s.weight.lora_b", stem);
    gguf_writer_tensor(w, name, QUANT_F32, 2, (int64_t[]){RANK, n_out}, x,
                       (size_t)(n_out * RANK) * sizeof *x);
}

static void build_adapter(strbuf *out)
{
    struct gguf_writer w;
    gguf_writer_init(&w);
    gguf_writer_text(&w, "general.architecture", TEXT("llama"));
    gguf_writer_text(&w, "general.type", TEXT("adapter"));
    gguf_writer_text(&w, "adapter.type", TEXT("lora"));
    gguf_writer_float(&w, "adapter.lora.alpha", GGUF_F32, 8);
    add_pair(&w, "blk.0.attn_q", 32, 32);
    add_pair(&w, "blk.0.ffn_down", 64, 32);
    PROMISE(gguf_writer_finish(&w, out));
    gguf_writer_free(&w);
}

/* ---- the program ---------------------------------------------------------------------------- */

static void build_seed(strbuf *out, size_t i)
{
    switch (i) {
    case SPM: build_variant(out, "llama", add_spm); break;
    case YARN: build_variant(out, "gpt2", add_yarn); break;
    case LONGROPE: build_variant(out, "gpt2", add_longrope); break;
    case ADAPTER: build_adapter(out); break;
    default: PROMISE(tiny_model_write(out, &models[i], NULL) == SHEAF_OK);
    }
}

static void build_seeds(void)
{
    for (size_t i = 0; i < N_SEEDS; i++) {
        build_seed(&files[i], i);
        gguf_layout_init(&layouts[i], strbuf_view(&files[i]));
        PROMISE(fuzz_model((const uint8_t *)files[i].p, files[i].n) == SHEAF_OK);
    }
}

static void break_structure(struct dice *d, strbuf *out, size_t seed)
{
    for (uint64_t k = 1 + dice_roll(d, 3); k > 0; k--) {
        if (dice_roll(d, 2))
            gguf_layout_change(d, &layouts[seed], out);
        else
            mutator_bytes(d, out, strbuf_view(&files[dice_roll(d, N_SEEDS)]));
    }
}

static void make(struct dice *d, strbuf *out)
{
    size_t seed = dice_roll(d, N_SEEDS);
    text file = strbuf_view(&files[seed]);
    uint64_t how = dice_roll(d, 8);
    if (how < 6)
        gguf_rewrite(d, out, file, &layouts[seed]);
    else
        strbuf_text(out, file);
    if (how >= 5)
        break_structure(d, out, seed);
}

int main(int argc, char **argv)
{
    static const struct mutate_program program = {"mutate_model", make, fuzz_model, NULL};
    build_seeds();
    int status = mutate_main(argc, argv, &program);
    for (size_t i = 0; i < N_SEEDS; i++) {
        strbuf_free(&files[i]);
        gguf_layout_free(&layouts[i]);
    }
    return status;
}
