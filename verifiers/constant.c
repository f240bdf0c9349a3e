/* constant.c - see constant.h. */
#include "verifiers/constant.h"

#include <math.h>

#include "verifiers/canon.h"
#include "verifiers/formal.h"
#include "verifiers/separation.h"

#define FIRST_BITS 96
#define FORMAL_BITS 192     /* a constant that is no larger than this precision shows may be 0 */
#define MAX_PROOF_BITS 262144.0
#define MAX_SEARCH_BITS 16384.0
#define MAX_INTEGER_BITS 65536

static enum truth remembered(const math_node *n, unsigned char yes, unsigned char no)
{
    return n->known & yes ? TRUTH_YES : n->known & no ? TRUTH_NO : TRUTH_UNKNOWN;
}

static enum truth remember(math_node *n, enum truth t, unsigned char yes, unsigned char no)
{
    if (t != TRUTH_UNKNOWN)
        n->known |= t == TRUTH_YES ? yes : no;
    return t;
}

/* One question that rising precision answers: is this part of the constant 0? */
struct search {
    math_node *n;
    double bound;    /* smaller than 2^-bound is 0 */
    bool imaginary;  /* the imaginary part, else the whole */
    bool formal;     /* try formal identity once */
};

static bool part_excludes_zero(const struct search *s, const rect *r)
{
    return s->imaginary ? interval_sign(&r->im) != 0 : rect_excludes_zero(r);
}

/* The answer at one precision; UNKNOWN with *again set when more bits may help. */
static enum truth look(math_ctx *c, const struct search *s, mpfr_prec_t bits, bool *again)
{
    struct evaluation e = {.c = c, .bits = bits};
    rect r;
    rect_init(&r, bits);
    enum enclosure got = enclose(&e, &r, s->n);
    enum truth t = TRUTH_UNKNOWN;
    *again = got == ENCLOSED || got == ENCLOSE_COARSE;
    if (got == ENCLOSED && s->imaginary && r.real)
        t = TRUTH_YES;
    else if (got == ENCLOSED && part_excludes_zero(s, &r))
        t = TRUTH_NO;
    else if (got == ENCLOSED && (s->imaginary ? interval_log2(&r.im) : rect_log2(&r)) < -s->bound)
        t = TRUTH_YES;
    rect_clear(&r);
    return c->fault == MATH_FINE ? t : TRUTH_UNKNOWN;
}

static enum truth search(math_ctx *c, struct search *s, struct proof *proof)
{
    double last = isfinite(s->bound) && s->bound < MAX_PROOF_BITS ? s->bound * 4 + 4 * FIRST_BITS
                                                                  : MAX_SEARCH_BITS;
    bool algebraic = isfinite(s->bound), again = true;
    for (double bits = FIRST_BITS; bits <= last && again && c->fault == MATH_FINE; bits *= 2) {
        enum truth t = look(c, s, (mpfr_prec_t)bits, &again);
        if (t == TRUTH_YES)
            *proof = (struct proof){"L3", "separation"};
        if (t == TRUTH_NO)
            *proof = (struct proof){algebraic ? "L3" : "L4", "interval"};
        if (t != TRUTH_UNKNOWN)
            return t;
        if (!algebraic && s->formal && bits >= FORMAL_BITS) {
            s->formal = false;
            if (formal_is_zero(c, s->n)) {
                *proof = (struct proof){"L4", "formal"};
                return TRUTH_YES;
            }
        }
    }
    return TRUTH_UNKNOWN;
}

enum truth constant_is_zero(math_ctx *c, math_node *n, struct proof *proof)
{
    struct proof unused;
    proof = proof ? proof : &unused;
    *proof = (struct proof){"L1", "rational"};
    if (n->kind == MATH_NUM)
        return mpq_sgn(n->q) == 0 ? TRUTH_YES : TRUTH_NO;
    enum truth t = remembered(n, KNOWN_ZERO, KNOWN_NONZERO);
    if (t != TRUTH_UNKNOWN)
        return t;
    struct search s = {n, separation_bits(n), false, true};
    return remember(n, search(c, &s, proof), KNOWN_ZERO, KNOWN_NONZERO);
}

enum truth constant_is_real(math_ctx *c, math_node *n)
{
    struct proof unused;
    enum truth t = remembered(n, KNOWN_REAL, KNOWN_COMPLEX);
    if (t != TRUTH_UNKNOWN)
        return t;
    struct search s = {n, separation_imaginary_bits(n), true, false};
    return remember(n, search(c, &s, &unused), KNOWN_REAL, KNOWN_COMPLEX);
}

int constant_sign(math_ctx *c, math_node *n)
{
    if (n->kind == MATH_NUM)
        return mpq_sgn(n->q);
    if (constant_is_real(c, n) != TRUTH_YES)
        return SIGN_UNKNOWN;
    enum truth zero = constant_is_zero(c, n, NULL);
    if (zero != TRUTH_NO)
        return zero == TRUTH_YES ? 0 : SIGN_UNKNOWN;
    int sign = 0;
    for (mpfr_prec_t bits = FIRST_BITS; sign == 0 && bits <= (mpfr_prec_t)MAX_PROOF_BITS * 4 &&
                                        c->fault == MATH_FINE; bits *= 2) {
        struct evaluation e = {.c = c, .bits = bits};
        rect r;
        rect_init(&r, bits);
        enum enclosure got = enclose(&e, &r, n);
        sign = got == ENCLOSED ? interval_sign(&r.re) : 0;
        rect_clear(&r);
        if (got != ENCLOSED && got != ENCLOSE_COARSE)
            break;
    }
    return sign ? sign : SIGN_UNKNOWN;
}

/* Is n the integer k? */
static enum truth is_integer(math_ctx *c, mpz_srcptr k, math_node *n)
{
    math_node *whole = math_number(c);
    if (c->fault != MATH_FINE)
        return TRUTH_UNKNOWN;
    mpq_set_z(whole->q, k);
    return constant_is_zero(c, canon_difference(c, n, whole), NULL);
}

bool constant_floor(math_ctx *c, mpz_ptr out, math_node *n)
{
    bool found = false, again = true, tested = false;
    for (mpfr_prec_t bits = FIRST_BITS; !found && again && bits <= (mpfr_prec_t)MAX_SEARCH_BITS &&
                                        c->fault == MATH_FINE; bits *= 2) {
        struct evaluation e = {.c = c, .bits = bits};
        rect r;
        rect_init(&r, bits);
        enum enclosure got = enclose(&e, &r, n);
        again = got == ENCLOSED || got == ENCLOSE_COARSE;
        bool real = got == ENCLOSED && (r.real || constant_is_real(c, n) == TRUTH_YES);
        found = real && interval_floor(out, &r.re, MAX_INTEGER_BITS);
        bool narrow = real && interval_log2(&r.re) - (double)bits < -32;
        if (narrow && !found && !tested && interval_round(out, &r.re, MAX_INTEGER_BITS)) {
            tested = true;
            found = is_integer(c, out, n) == TRUTH_YES;
        }
        rect_clear(&r);
    }
    return found;
}
