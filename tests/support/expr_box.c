/* expr_box.c - see expr_box.h. */
#include "tests/support/expr_box.h"

#include <stdlib.h>

void box_init(struct box *z)
{
    range_init(&z->re);
    range_init(&z->im);
}

void box_clear(struct box *z)
{
    range_clear(&z->re);
    range_clear(&z->im);
}

void box_set(struct box *out, const struct box *z)
{
    range_set(&out->re, &z->re);
    range_set(&out->im, &z->im);
}

bool box_is_real(const struct box *z)
{
    return range_is_zero(&z->im);
}

bool box_apart(const struct box *a, const struct box *b)
{
    return range_apart(&a->re, &b->re) || range_apart(&a->im, &b->im);
}

void box_neg(struct box *out, const struct box *z)
{
    range_neg(&out->re, &z->re);
    range_neg(&out->im, &z->im);
}

void box_add(struct box *out, const struct box *a, const struct box *b)
{
    range_add(&out->re, &a->re, &b->re);
    range_add(&out->im, &a->im, &b->im);
}

/* out = a b + c d */
static void sum_of_products(struct range *out, const struct range *a,
                            const struct range *b, const struct range *c,
                            const struct range *d)
{
    struct range ab;
    range_init(&ab);
    range_mul(&ab, a, b);
    range_mul(out, c, d);
    range_add(out, out, &ab);
    range_clear(&ab);
}

void box_mul(struct box *out, const struct box *a, const struct box *b)
{
    struct box z;
    struct range minus;
    if (box_is_real(a) && box_is_real(b)) {
        range_mul(&out->re, &a->re, &b->re);
        range_set_int(&out->im, 0);
        return;
    }
    box_init(&z);
    range_init(&minus);
    range_neg(&minus, &b->im);
    sum_of_products(&z.re, &a->re, &b->re, &a->im, &minus);
    sum_of_products(&z.im, &a->re, &b->im, &a->im, &b->re);
    box_set(out, &z);
    range_clear(&minus);
    box_clear(&z);
}

/* a / b = a conj(b) / (re(b)^2 + im(b)^2) */
bool box_div(struct box *out, const struct box *a, const struct box *b)
{
    struct box conjugate;
    struct range square;
    if (box_is_real(a) && box_is_real(b)) {
        range_set_int(&out->im, 0);
        if (range_has_zero(&b->re))
            return false;
        range_div(&out->re, &a->re, &b->re);
        return true;
    }
    box_init(&conjugate);
    range_init(&square);
    sum_of_products(&square, &b->re, &b->re, &b->im, &b->im);
    bool defined = range_positive(&square);
    if (defined) {
        range_set(&conjugate.re, &b->re);
        range_neg(&conjugate.im, &b->im);
        box_mul(out, a, &conjugate);
        range_div(&out->re, &out->re, &square);
        range_div(&out->im, &out->im, &square);
    }
    range_clear(&square);
    box_clear(&conjugate);
    return defined;
}

bool box_power(struct box *out, const struct box *z, long k)
{
    struct box product, one;
    bool defined = true;
    box_init(&product);
    box_init(&one);
    range_set_int(&one.re, 1);
    box_set(&product, &one);
    for (long i = labs(k); i > 0; i--)
        box_mul(&product, &product, z);
    if (k > 0)
        box_set(out, &product);
    else
        defined = box_div(out, &one, &product);
    box_clear(&one);
    box_clear(&product);
    return defined;
}

bool box_root(struct box *out, const struct box *z, unsigned long k)
{
    bool minus = range_negative(&z->re);
    if (!box_is_real(z) || (range_has_zero(&z->re) && !range_is_zero(&z->re)) ||
        (minus && k % 2 == 0 && k != 2))
        return false;
    box_set(out, z);
    if (minus)
        range_neg(&out->re, &out->re);
    range_root(&out->re, &out->re, k);
    if (minus && k == 2) {
        range_set(&out->im, &out->re);
        range_set_int(&out->re, 0);
    } else if (minus) {
        range_neg(&out->re, &out->re);
    }
    return true;
}

/* e^(x + iy) = e^x (cos y + i sin y); the part i sin y is exactly 0 for a real number. */
bool box_exp(struct box *out, const struct box *z)
{
    struct range size;
    range_init(&size);
    range_exp(&size, &z->re);
    range_cos(&out->re, &z->im);
    range_sin(&out->im, &z->im);
    range_mul(&out->re, &out->re, &size);
    range_mul(&out->im, &out->im, &size);
    range_clear(&size);
    return true;
}

bool box_log(struct box *out, const struct box *z)
{
    if (!box_is_real(z) || !range_positive(&z->re))
        return false;
    box_set(out, z);
    range_log(&out->re, &out->re);
    return true;
}

typedef void real_function(struct range *out, const struct range *x);

static bool of_a_real(struct box *out, const struct box *z, real_function *f)
{
    if (!box_is_real(z))
        return false;
    box_set(out, z);
    f(&out->re, &out->re);
    return true;
}

bool box_sin(struct box *out, const struct box *z)
{
    return of_a_real(out, z, range_sin);
}

bool box_cos(struct box *out, const struct box *z)
{
    return of_a_real(out, z, range_cos);
}

bool box_atan(struct box *out, const struct box *z)
{
    return of_a_real(out, z, range_atan);
}

/* The root of re^2 + im^2, or without rounding where the number is real and has a sign. */
bool box_abs(struct box *out, const struct box *z)
{
    if (box_is_real(z) && !range_has_zero(&z->re)) {
        bool minus = range_negative(&z->re);
        box_set(out, z);
        if (minus)
            range_neg(&out->re, &out->re);
        return true;
    }
    sum_of_products(&out->re, &z->re, &z->re, &z->im, &z->im);
    range_set_int(&out->im, 0);
    if (!range_positive(&out->re))
        return range_is_zero(&out->re);
    range_root(&out->re, &out->re, 2);
    return true;
}
