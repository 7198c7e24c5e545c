/* SPDX-License-Identifier: MIT */
/* The report's colours. Curves and outlines: Okabe and Ito, Color universal design, 2008. */
#ifndef LB_REPORT_COLOUR_H
#define LB_REPORT_COLOUR_H

#include <stddef.h>
#include <stdint.h>

typedef struct colour {
    uint8_t r, g, b;
} colour;

/* Heat-map colour of a value in [0, 1]: dark blue over grey to light yellow, so that lightness
 * rises steadily and red-green blindness loses nothing. Values outside are clamped, NaN counts as
 * 0. */
colour colour_map(double value);
/* The colour of class 0 (round) or 1 (irregular). */
colour colour_of_class(size_t label);
/* "#rrggbb" of the corpus with this index. Borrowed, static. */
const char *colour_of_corpus(size_t corpus);
/* A darker one for lines and points over it, and gnuplot's number of the point's shape. */
const char *ink_of_corpus(size_t corpus);
int point_of_corpus(size_t corpus);

#endif
