/* sheaf/engine.h - one model, many timelines.
 *
 * sheaf_engine    a loaded model: weights, tokenizer, chat template. Immutable, shared by threads.
 * sheaf_decoder   the memory and threads of one batch: KV pages, scratch, plan. One thread at a
 * time. sheaf_session   one timeline in a decoder: a KV page table and, for hybrids, recurrent
 * state. Forking shares full pages and copies the rest; nothing is recomputed.
 *
 * Determinism: the logits and draws of a session depend on the model, its tokens, the sampling
 * parameters, (seed, trace, position) and the CPU tier; never on its batch-mates or the threads. */
#ifndef SHEAF_ENGINE_H
#define SHEAF_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sheaf/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sheaf_engine sheaf_engine;
typedef struct sheaf_decoder sheaf_decoder;
typedef struct sheaf_session sheaf_session;

/* ---- model ---------------------------------------------------------------------------------- */

typedef struct sheaf_lora {
    const char *path; /* GGUF adapter */
    float scale;      /* on top of alpha / rank */
} sheaf_lora;

typedef struct sheaf_engine_options {
    int threads;               /* 0: the CPUs this process may use                           */
    const char *cpu;           /* "auto": the best; "ref", "avx2", "avx512", "vnni", "bf16" or
                                  "amx"                                                      */
    const char *kv_type;       /* "f16", "bf16", "f32" or "q8"                               */
    const char *state_type;    /* SSM matrices: "f16" or "f32"                               */
    float logit_factor;        /* multiplies the logits; 0: 1, or what a known model lost    */
    size_t mem_bytes; /* refuse to take more for the weights; 0: what the system has free */
    bool exact;                /* dequantised weights, f32 activations, f32 KV: slow, for tests */
    bool no_repack; /* read the weights from the mapped file: same bits, no memory for them, slow */
    const char *chat_template; /* NULL: the file's; else a built-in name or Jinja source     */
    const sheaf_lora *loras;   /* [n_loras]                                                  */
    size_t n_loras;
} sheaf_engine_options;

SHEAF_API sheaf_engine_options sheaf_engine_defaults(void);

/* Loads a GGUF file. `options` NULL: defaults. Errors: IO, FORMAT, UNSUPPORTED, NOMEM, USAGE. */
SHEAF_API sheaf_code sheaf_engine_open(sheaf_engine **out, const char *path,
                                       const sheaf_engine_options *options, sheaf_error *err);
SHEAF_API void sheaf_engine_close(sheaf_engine *e); /* after its decoders */

typedef struct sheaf_model_info {
    const char *path, *name, *architecture, *quantization, *tokenizer, *chat_template;
    const char *cpu;                /* tier in use; when AMX failed its self-check, a note of it */
    const char *license;            /* NULL when the file has none */
    uint64_t hash;                  /* names the model in records  */
    uint64_t file_bytes, n_params;
    uint64_t weights_bytes;         /* repacked for the CPU tier, 0 with no_repack */
    uint64_t kv_bytes_per_token;    /* of the layers that see every position        */
    uint64_t kv_limited_bytes;      /* most that the others take, a session: they see
                                       n_window positions, in whole pages           */
    uint64_t state_bytes;           /* recurrent state per session, 0 for pure attention */
    float logit_factor;             /* of a tied head that lost its multiplier, else 1   */
    int n_layers, width, n_heads, n_kv_heads, head_width, n_ff, n_vocab, n_context, threads;
    int n_window;                   /* 0: every layer sees every position */
    int n_experts, n_experts_used;  /* of a mixture, by each token; 0: none */
} sheaf_model_info;

/* Strings live as long as the engine. */
SHEAF_API void sheaf_engine_info(const sheaf_engine *e, sheaf_model_info *out);

/* ---- text ----------------------------------------------------------------------------------- */

typedef struct sheaf_message {
    const char *role;    /* "system", "user", "assistant" */
    const char *content; /* UTF-8; special tokens in it are plain text */
} sheaf_message;

/* Renders a conversation with the chat template, ready for an answer, and tokenises it.
 * thinking: -1 the template's default, 0 off, 1 on. *tokens [*n] is released with sheaf_free.
 * Errors: FORMAT (invalid UTF-8, template), LIMIT, UNSUPPORTED, NOMEM. */
SHEAF_API sheaf_code sheaf_engine_prompt(const sheaf_engine *e, int32_t **tokens, size_t *n,
                                         const sheaf_message *messages, size_t n_messages,
                                         int thinking, sheaf_error *err);

/* Tokenises plain text; special: recognise control tokens; bos: add it as the model wants. */
SHEAF_API sheaf_code sheaf_engine_tokenize(const sheaf_engine *e, int32_t **tokens, size_t *n,
                                           const char *text, size_t len, bool bos, bool special,
                                           sheaf_error *err);

/* Text of a run of tokens, control tokens dropped, invalid bytes as U+FFFD; NUL-terminated,
 * released with sheaf_free. */
SHEAF_API sheaf_code sheaf_engine_detokenize(const sheaf_engine *e, char **text, size_t *len,
                                             const int32_t *tokens, size_t n, sheaf_error *err);

/* What each token adds to the text of sheaf_engine_detokenize: bytes [n] out, their sum is its
 * length. A character of several tokens counts for the last of them. Errors: NOMEM. */
SHEAF_API sheaf_code sheaf_engine_text_bytes(const sheaf_engine *e, uint32_t *bytes,
                                             const int32_t *tokens, size_t n, sheaf_error *err);

/* True for the tokens that end an answer. */
SHEAF_API bool sheaf_engine_is_end(const sheaf_engine *e, int32_t token);

SHEAF_API void sheaf_free(void *p);

/* ---- decoding ------------------------------------------------------------------------------- */

typedef struct sheaf_decoder_options {
    size_t max_sessions;    /* live at once, the prompt's own session included            */
    size_t max_rows;        /* tokens in one step; 0: enough for max_sessions and a prefill chunk */
    size_t max_logits;      /* rows of logits in one step; 0: max_sessions                */
    size_t prefix_tokens;   /* shared by all sessions (the prompt)                        */
    size_t session_tokens;  /* most private tokens of one session, after the prefix       */
    size_t mem_bytes;       /* refuse to plan more than this in all; 0: no limit          */
    size_t n_forks;         /* of max_sessions: short forks of others, at most fork_tokens */
    size_t fork_tokens;     /* longer than their parent; they take few pages of their own  */
    size_t n_prefixes;      /* different prefixes held at once; 0: one                     */
    size_t n_holders;       /* of max_sessions: those that never go past their prefix      */
} sheaf_decoder_options;

typedef struct sheaf_memory_plan {
    uint64_t weights_bytes, kv_bytes, state_bytes, scratch_bytes, total_bytes;
} sheaf_memory_plan;

/* What a decoder with these options will take; allocates nothing. */
SHEAF_API void sheaf_decoder_plan(const sheaf_engine *e, const sheaf_decoder_options *options,
                                  sheaf_memory_plan *out);

/* Allocates and touches everything a decode step will use. Errors: NOMEM (also when the plan passes
 * mem_bytes, with both figures), USAGE. */
SHEAF_API sheaf_code sheaf_decoder_open(sheaf_decoder **out, sheaf_engine *e,
                                        const sheaf_decoder_options *options, sheaf_error *err);
SHEAF_API void sheaf_decoder_close(sheaf_decoder *d); /* closes its sessions too */

/* An empty timeline. Errors: LIMIT (max_sessions live). */
SHEAF_API sheaf_code sheaf_session_open(sheaf_session **out, sheaf_decoder *d, sheaf_error *err);
/* A second timeline with the same past. Errors: LIMIT (sessions or KV pages). */
SHEAF_API sheaf_code sheaf_session_fork(sheaf_session **out, const sheaf_session *parent,
                                        sheaf_error *err);
/* Makes s a copy of `checkpoint`, an earlier fork of it or any session of its decoder: s leaves its
 * own past, `checkpoint` stays. Errors: USAGE. */
SHEAF_API sheaf_code sheaf_session_rewind(sheaf_session *s, const sheaf_session *checkpoint,
                                          sheaf_error *err);
SHEAF_API void sheaf_session_close(sheaf_session *s); /* gives its pages back at once */
SHEAF_API size_t sheaf_session_length(const sheaf_session *s); /* tokens consumed */

enum sheaf_want { SHEAF_WANT_NONE, SHEAF_WANT_LAST, SHEAF_WANT_ALL };

/* Tokens to feed to one session in a step. */
typedef struct sheaf_span {
    sheaf_session *session;
    const int32_t *tokens;
    size_t n_tokens;
    enum sheaf_want want;
    float *logits; /* out: [1 or n_tokens][n_vocab] in the decoder, valid until the next step */
} sheaf_span;

/* One step: every weight is read once for all spans. A session appears in at most one span. After a
 * failure no session has moved. Errors: LIMIT (rows, KV pages), USAGE (token out of range). */
SHEAF_API sheaf_code sheaf_decoder_step(sheaf_decoder *d, sheaf_span *spans, size_t n_spans,
                                        sheaf_error *err);

/* Feeds a prompt of 1 token or more in chunks; logits of its last token in *logits (NULL: they are
 * not computed). Errors: USAGE (no tokens), and of sheaf_decoder_step. */
SHEAF_API sheaf_code sheaf_session_prefill(sheaf_session *s, const int32_t *tokens, size_t n,
                                           float **logits, sheaf_error *err);

/* Beginnings of prompts that were prefilled before: what a prompt shares with an earlier one is
 * copied instead of computed, with the same bits. The least recently used are forgotten when they
 * take more than max_bytes. One thread at a time; before the engine is closed. */
typedef struct sheaf_prefix_cache sheaf_prefix_cache;
SHEAF_API sheaf_code sheaf_prefix_cache_create(sheaf_prefix_cache **out, const sheaf_engine *e,
                                               size_t max_bytes, sheaf_error *err);
SHEAF_API void sheaf_prefix_cache_free(sheaf_prefix_cache *c);

/* sheaf_session_prefill of a session that has consumed nothing; *n_cached (may be NULL): tokens
 * that came from the cache. `c` NULL: no cache. */
SHEAF_API sheaf_code sheaf_session_prefill_cached(sheaf_session *s, sheaf_prefix_cache *c,
                                                  const int32_t *tokens, size_t n, float **logits,
                                                  size_t *n_cached, sheaf_error *err);

/* The cache as a file, whole or not at all; checksummed and tied to the model and the numerics.
 * Errors: IO, NOMEM; reading: FORMAT (damaged), UNSUPPORTED (another model, or numbers computed
 * otherwise). */
SHEAF_API sheaf_code sheaf_prefix_cache_write(const sheaf_prefix_cache *c, const char *path,
                                              sheaf_error *err);
SHEAF_API sheaf_code sheaf_prefix_cache_read(sheaf_prefix_cache *c, const char *path,
                                             sheaf_error *err);

typedef struct sheaf_sampling {
    float temperature; /* 0: greedy                                  */
    int top_k;         /* 0: off                                     */
    float top_p;       /* 1: off                                     */
    float min_p;       /* 0: off                                     */
} sheaf_sampling;

/* How many of the most probable tokens a token confidence is the mean of (arXiv:2508.15260). */
#define SHEAF_CONFIDENCE_TOPK 20

/* One draw from a row of logits, for (seed, trace, position). */
typedef struct sheaf_draw {
    float
        *logits; /* a row of this decoder (or a copy of one); padding tokens are masked in place */
    uint64_t seed, trace, position;
    sheaf_sampling sampling;
    int32_t token;         /* out; -1: the row is no distribution (NaN, infinite) */
    float confidence;      /* out: minus the mean log-probability of the most probable, raw    */
    float self_certainty;  /* out: logsumexp - mean - ln V, raw                                */
    float logprob;         /* out: raw log-probability of the token                            */
} sheaf_draw;

/* All draws of a step, in parallel over rows. Errors: UNSUPPORTED (a row is no distribution: the
 * model's weights are damaged; its token is -1). */
SHEAF_API sheaf_code sheaf_decoder_draw(sheaf_decoder *d, sheaf_draw *draws, size_t n,
                                        sheaf_error *err);

/* Seconds spent per phase since the decoder was opened. */
typedef struct sheaf_profile {
    double matmul_s, attention_s, mixer_s, sampling_s, other_s; /* mixer: SSM and convolutions */
    uint64_t steps, rows;
} sheaf_profile;
SHEAF_API void sheaf_decoder_profile(const sheaf_decoder *d, sheaf_profile *out);

#ifdef __cplusplus
}
#endif
#endif
