/* separation.h - how close to 0 an algebraic constant can be without being 0.
 *
 * For a form over + - * /, roots and cosines of rational angles: E = 0 or |E| >= 2^-bits. The bound
 * of Burnikel, Funke, Mehlhorn, Schirra and Schmitt (A separation bound for real algebraic
 * expressions, 2009): bits = log2 l + (D - 1) log2 u, with u and l propagated from the leaves and D
 * the product of the indices of the distinct radicals. It bounds every conjugate, so it holds
 * whatever branch each root takes, complex ones included. */
#ifndef VERIFIERS_SEPARATION_H
#define VERIFIERS_SEPARATION_H

#include "verifiers/math_node.h"

/* INFINITY when the form is not of this kind, or has an index or order beyond the limits. */
double separation_bits(const math_node *n);

/* The same for the imaginary part of the form. */
double separation_imaginary_bits(const math_node *n);

#endif
