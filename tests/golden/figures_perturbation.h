/* SPDX-License-Identifier: MIT */
/* Made by figures_perturbation.py. Do not edit. */
#ifndef LB_FIGURES_PERTURBATION_H
#define LB_FIGURES_PERTURBATION_H

#include "lesionbench/explain.h"

enum { TARGET = 1, SEED = 5, ITEM = 7, PICKS = 4 };
static const size_t PICKED[PICKS] = {1000, 2222, 3003, 3817};
/* Of the attribution's first channel: sum of absolute values, sum, sum with weights that depend on
 * the place, a few pixels. */
static const struct perturbation_figure {
    const char *method;
    lb_perturbation_options options;
    double absolute, sum, weighted, picks[PICKS];
} FIGURES[] = {
    {"occlusion",
     {.occlusion_window = 16, .occlusion_stride = 8},
     262.64211265,
     149.908046125,
     7485.19370831,
     {0.000807782416, 0.118791632717, 0.00986468388779, 0.133465375798}},
    {"occlusion",
     {.occlusion_window = 13, .occlusion_stride = 10, .hidden_value = 0.5},
     183.939604372,
     120.992450803,
     6044.28887978,
     {-0.0177131931617, -0.0349425085626, 0.03212970727, 0.0716798148038}},
    {"rise",
     {.rise_masks = 50, .rise_grid = 7, .rise_probability = 0.5},
     3897.92591469,
     3897.92591469,
     194829.970328,
     {0.959892231379, 1.00859281274, 0.925458871038, 1.00253299465}},
    {"rise",
     {.rise_masks = 70, .rise_grid = 5, .rise_probability = 0.3, .answer = LB_ANSWER_LOGIT},
     3080.62372667,
     3080.62372667,
     153987.932268,
     {0.736242022414, 0.639063080258, 0.770767023677, 0.61362061545}},
};

#endif
