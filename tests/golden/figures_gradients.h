/* SPDX-License-Identifier: MIT */
/* Made by figures_gradients.py. Do not edit. */
#ifndef LB_FIGURES_GRADIENTS_H
#define LB_FIGURES_GRADIENTS_H

enum { PROJECTIONS = 8 };

/* The L2 norm of an attribution, its sum, and its products with formula_value(v, 200 + j) - 0.5. */
static const struct gradient_figure {
    const char *name;
    double norm, sum, projections[PROJECTIONS];
} FIGURES[] = {
    {"deeplift_captum",
     0.6007890981,
     1.499578029,
     {-0.3839655524, 0.01923930887, -0.09899843365, 0.2593345647, 0.06042923896, -0.02457358084,
      0.09959745439, 0.1011881129}},
};

#endif
