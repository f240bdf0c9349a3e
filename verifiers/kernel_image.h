/* kernel_image.h - forms as rational functions of unknowns: level L4, and the identities of L5.
 *
 * pi, e^t, ln of a prime, arc functions, roots of what is not algebraic, factorials, whatever no
 * rule opens: each becomes an unknown ("kernel"), the same one wherever the same kernel is met.
 * Before that everything is written with as few kernels as the laws allow: e^(a+b) = e^a e^b, b^x =
 * e^(x ln b), circular functions through e^(i t), n! through the factorial of n without its
 * integer part. Two expressions whose images agree as rational functions are equal, no
 * transcendence theory needed; from images that differ nothing follows. */
#ifndef VERIFIERS_KERNEL_IMAGE_H
#define VERIFIERS_KERNEL_IMAGE_H

#include "verifiers/math_node.h"

/* Image of a form. Coefficients stay algebraic constants; unknowns are VARs whose names no answer
 * can hold. A fault or UNDEF when it has none. */
math_node *kernels_image(math_ctx *c, math_node *n);

/* Image of e^x. */
math_node *kernels_image_of_exp(math_ctx *c, math_node *x);

#endif
