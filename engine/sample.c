/* sample.c - drawing without sorting the vocabulary.
 *
 * Everything needed is a prefix of the vocabulary by falling logit, nearly always a short one: the
 * 20 largest for the confidence, and tokens until top-k, top-p, min-p or the cumulative sum at u
 * ends the walk. So the order is produced lazily. A walk collects the tokens above a floor into a
 * heap and pops them one by one; when the heap is empty, the floor drops and the next batch is
 * collected. Floors come from the maxima of VOCAB_CHUNK tokens: at least 32 tokens lie above the
 * 32nd largest maximum, about one in a hundred above the smallest one; chunks whose maximum is
 * lower are not read. Only a draw deep in the tail reaches the last floor, the whole vocabulary.
 *
 * Popped tokens stay, in order, at the front of the array and the heap grows from its end, so
 * one array of n_vocab candidates is all the memory. */
#include "engine/sample.h"

#include <math.h>

#include "base/fail.h"

#define FIRST_FLOOR 32 /* >= SAMPLE_CONF_K */
#define FLOORS 3

struct candidate {
    float z;
    int32_t id;
};

struct walk {
    const float *z, *chunk_max;
    size_t n, n_chunks;
    struct candidate *order; /* [n]: the walk so far, ..., the heap */
    size_t n_walked, n_heap;
    float floor; /* every token >= floor has been collected */
    int n_floors; /* used up, of FLOORS */
};

static size_t chunk_count(size_t n_vocab)
{
    return (n_vocab + VOCAB_CHUNK - 1) / VOCAB_CHUNK;
}

size_t sample_scratch_bytes(size_t n_vocab)
{
    return n_vocab * sizeof(struct candidate) + chunk_count(n_vocab) * sizeof(float);
}

/* ---- a heap with the largest logit on top; its root is the last element of the array ---- */

static bool before(struct candidate a, struct candidate b)
{
    return a.z > b.z || (a.z == b.z && a.id < b.id);
}

static struct candidate *heap_at(const struct walk *w, size_t i)
{
    return &w->order[w->n - 1 - i];
}

static void heap_sift(struct walk *w, size_t i)
{
    struct candidate moved = *heap_at(w, i);
    for (size_t child; (child = 2 * i + 1) < w->n_heap; i = child) {
        if (child + 1 < w->n_heap && before(*heap_at(w, child + 1), *heap_at(w, child)))
            child++;
        if (!before(*heap_at(w, child), moved))
            break;
        *heap_at(w, i) = *heap_at(w, child);
    }
    *heap_at(w, i) = moved;
}

static void heap_build(struct walk *w)
{
    for (size_t i = w->n_heap / 2; i-- > 0;)
        heap_sift(w, i);
}

static struct candidate heap_pop(struct walk *w)
{
    struct candidate top = *heap_at(w, 0);
    *heap_at(w, 0) = *heap_at(w, --w->n_heap);
    heap_sift(w, 0);
    return top;
}

static void heap_append(struct walk *w, float z, size_t id)
{
    *heap_at(w, w->n_heap++) = (struct candidate){z, (int32_t)id};
}

/* ---- the vocabulary by falling logit ---- */

/* The FIRST_FLOOR-th largest chunk maximum (the smallest when there are fewer chunks). Runs before
 * anything is collected, so the heap is free to order the maxima. */
static float first_floor(struct walk *w)
{
    float floor = INFINITY;
    for (size_t c = 0; c < w->n_chunks; c++)
        heap_append(w, w->chunk_max[c], c);
    heap_build(w);
    for (size_t i = 0; i < FIRST_FLOOR && w->n_heap > 0; i++)
        floor = heap_pop(w).z;
    w->n_heap = 0;
    return floor;
}

static float second_floor(const struct walk *w)
{
    float floor = INFINITY;
    for (size_t c = 0; c < w->n_chunks; c++)
        floor = fminf(floor, w->chunk_max[c]);
    return floor;
}

static void collect_chunk(struct walk *w, size_t chunk, float ceiling)
{
    size_t begin = chunk * VOCAB_CHUNK;
    size_t end = w->n - begin < VOCAB_CHUNK ? w->n : begin + VOCAB_CHUNK;
    for (size_t i = begin; i < end; i++)
        if (w->z[i] >= w->floor && w->z[i] < ceiling && w->z[i] > -INFINITY)
            heap_append(w, w->z[i], i);
}

/* Lowers the floor and collects what lies between the old one and the new; false when there is no
 * lower one. */
static bool lower_floor(struct walk *w)
{
    float ceiling = w->floor;
    if (w->n_floors == FLOORS)
        return false;
    switch (w->n_floors++) {
    case 0: w->floor = first_floor(w); break;
    case 1: w->floor = second_floor(w); break;
    default: w->floor = -INFINITY; break;
    }
    for (size_t c = 0; c < w->n_chunks; c++)
        if (w->chunk_max[c] >= w->floor)
            collect_chunk(w, c, ceiling);
    heap_build(w);
    return true;
}

/* The i-th token of the order, or NULL when fewer are possible. */
static const struct candidate *walk_to(struct walk *w, size_t i)
{
    while (i >= w->n_walked) {
        while (w->n_heap == 0)
            if (!lower_floor(w))
                return NULL;
        struct candidate next = heap_pop(w);
        w->order[w->n_walked++] = next;
    }
    return &w->order[i];
}

/* ---- filters ---- */

/* Unnormalised probability at a temperature; 1 for the most probable token. */
static double weight_of(const struct candidate *c, float top, double temperature)
{
    return exp(((double)c->z - (double)top) / temperature);
}

/* Does the token at place i pass top-k? Ties with the k-th stay. */
static bool in_top_k(struct walk *w, size_t i, int top_k)
{
    if (top_k <= 0 || i < (size_t)top_k)
        return true;
    return w->order[i].z == w->order[(size_t)top_k - 1].z;
}

/* Weight of all tokens that pass top-k: what top-p's share is taken of. */
static double top_k_mass(struct walk *w, const struct kernels *k, float top,
                         const struct sample_params *p)
{
    if (p->top_k <= 0)
        return k->exp_sum(w->z, w->n, top, (float)(1.0 / p->temperature));
    double mass = 0.0;
    const struct candidate *c;
    for (size_t i = 0; (c = walk_to(w, i)) && in_top_k(w, i, p->top_k); i++)
        mass += weight_of(c, top, p->temperature);
    return mass;
}

/* How many tokens survive all filters; their weight goes to *mass. */
static size_t survivors(struct walk *w, double *mass, const struct kernels *k, float top,
                        const struct sample_params *p)
{
    bool top_p = p->top_p < 1.0;
    double total = top_p ? top_k_mass(w, k, top, p) : 0.0, sum = 0.0;
    const struct candidate *c;
    size_t n = 0;
    while ((c = walk_to(w, n)) && in_top_k(w, n, p->top_k)) {
        double weight = weight_of(c, top, p->temperature);
        bool past_top_p = top_p && n > 0 && fma(p->top_p, total, -sum) <= 0.0;
        if (past_top_p || weight == 0.0 || weight < p->min_p)
            break;
        sum += weight;
        n++;
    }
    *mass = sum;
    return n;
}

/* The token at which the cumulative weight passes `target`, among the first n of the order;
 * rounding may leave the sum short of it, then the last one. */
static struct candidate invert(struct walk *w, size_t n, double target, float top,
                               double temperature)
{
    double sum = 0.0;
    struct candidate drawn = *walk_to(w, 0);
    const struct candidate *c;
    for (size_t i = 0; i < n && (c = walk_to(w, i)); i++) {
        double weight = weight_of(c, top, temperature);
        if (weight == 0.0)
            break;
        drawn = *c;
        sum += weight;
        if (sum > target)
            break;
    }
    return drawn;
}

static struct candidate draw(struct walk *w, const struct kernels *k, float top,
                             const struct sample_params *p, double u)
{
    double mass;
    size_t n = w->n;
    if (p->temperature < SAMPLE_TEMPERATURE_MIN)
        return *walk_to(w, 0);
    if (p->top_k <= 0 && p->top_p >= 1.0 && p->min_p <= 0.0)
        mass = top_k_mass(w, k, top, p); /* no filter: the tail need not be walked */
    else
        n = survivors(w, &mass, k, top, p);
    return invert(w, n, u * mass, top, p->temperature);
}

/* ---- one row ---- */

static float largest(const float *v, size_t n)
{
    float m = v[0];
    for (size_t i = 1; i < n; i++)
        m = fmaxf(m, v[i]);
    return m;
}

/* Mean of the k = min(20, V) largest logits, -INFINITY when fewer are finite. */
static double top_mean(struct walk *w)
{
    size_t k = w->n < SAMPLE_CONF_K ? w->n : SAMPLE_CONF_K;
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        const struct candidate *c = walk_to(w, i);
        if (!c)
            return -INFINITY;
        sum += (double)c->z;
    }
    return sum / (double)k;
}

/* Sum and number of the finite logits. A chunk is added up one by one only where a token is
 * masked. */
static double finite_sum(const struct kernels *k, const float *z, size_t n, size_t *n_finite)
{
    double sum = 0.0;
    float max;
    *n_finite = n;
    for (size_t i = 0; i < n; i += VOCAB_CHUNK) {
        size_t size = n - i < VOCAB_CHUNK ? n - i : VOCAB_CHUNK;
        double part = k->chunk_max(&max, z + i, size);
        if (part > -INFINITY) {
            sum += part;
            continue;
        }
        for (size_t j = i; j < i + size; j++) {
            sum += z[j] > -INFINITY ? (double)z[j] : 0.0;
            *n_finite -= z[j] == -INFINITY;
        }
    }
    return sum;
}

bool sample_draw(const struct sampler *s, struct sample_result *out, const float *logits,
                 const struct sample_params *p, double u)
{
    size_t n = s->n_vocab, n_finite = n;
    struct candidate *order = s->scratch;
    float *chunk_max = (float *)(order + n);
    double sum = s->kernels->chunk_max(chunk_max, logits, n);
    float top = largest(chunk_max, chunk_count(n));
    if (!(sum < INFINITY) || top == -INFINITY)
        return false;
    if (sum == -INFINITY)
        sum = finite_sum(s->kernels, logits, n, &n_finite);
    struct walk w = {.z = logits, .chunk_max = chunk_max, .n = n, .n_chunks = chunk_count(n),
                     .order = order, .floor = INFINITY};
    double log_sum = (double)top + log(s->kernels->exp_sum(logits, n, top, 1.0f));
    out->confidence = (float)(log_sum - top_mean(&w));
    struct candidate drawn = draw(&w, s->kernels, top, p, u);
    out->token = drawn.id;
    out->logprob = (float)((double)drawn.z - log_sum);
    out->self_certainty = (float)(log_sum - sum / (double)n_finite - log((double)n_finite));
    return true;
}

struct sample_params sample_params_of(const sheaf_sampling *s)
{
    return (struct sample_params){
        .temperature = (double)s->temperature,
        .top_k = s->top_k,
        .top_p = (double)s->top_p,
        .min_p = (double)s->min_p,
    };
}

sheaf_code sample_params_check(const struct sample_params *p, sheaf_error *err)
{
    if (!(p->temperature >= 0.0 && p->temperature <= SAMPLE_TEMPERATURE_MAX))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "temperature", "%g; 0 to %g are possible",
                          p->temperature, SAMPLE_TEMPERATURE_MAX);
    if (p->top_k < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "top_k", "%d; 0 (off) or more is wanted", p->top_k);
    if (!(p->top_p >= 0.0 && p->top_p <= 1.0))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "top_p", "%g; 0 to 1 are possible", p->top_p);
    if (!(p->min_p >= 0.0 && p->min_p <= 1.0))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "min_p", "%g; 0 to 1 are possible", p->min_p);
    return SHEAF_OK;
}
