/* vec_math.h - vector operations made of those of vec512.h and vec256.h. */
#ifndef ENGINE_KERNELS_VEC_MATH_H
#define ENGINE_KERNELS_VEC_MATH_H

/* e^x, within 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, e^r by a polynomial fitted to that interval
 * (relative error 1e-8). Below -104 exactly 0, above 89 infinite, NaN stays NaN. */
INLINE vf vf_exp(vf x)
{
    x = vf_max(vf_set1(-104.0f), vf_min(vf_set1(89.0f), x));
    vf n = vf_round(vf_mul(x, vf_set1(0x1.715476p+0f)));
    vf r = vf_fma(n, vf_set1(-0x1.62e43p-1f), x);
    r = vf_fma(n, vf_set1(0x1.05c61p-29f), r);
    vf p = vf_set1(0x1.6d1106p-10f);
    p = vf_fma(p, r, vf_set1(0x1.120b6cp-7f));
    p = vf_fma(p, r, vf_set1(0x1.55551ap-5f));
    p = vf_fma(p, r, vf_set1(0x1.5554dcp-3f));
    p = vf_fma(p, r, vf_set1(0.5f));
    p = vf_fma(p, vf_mul(r, r), r);
    return vf_ldexp(vf_add(p, vf_set1(1.0f)), n);
}

/* n values from p, 0 beyond. */
INLINE vf load_up_to(const float *p, size_t n)
{
    return n >= LANES ? vf_load(p) : vf_load_part(p, n, 0.0f);
}

INLINE void store_up_to(float *p, vf v, size_t n)
{
    if (n >= LANES)
        vf_store(p, v);
    else
        vf_store_part(p, v, n);
}

#endif
