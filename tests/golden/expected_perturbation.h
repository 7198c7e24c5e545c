/* SPDX-License-Identifier: MIT */
/* Made by expected_perturbation.py. Do not edit. */
#ifndef LB_EXPECTED_PERTURBATION_H
#define LB_EXPECTED_PERTURBATION_H

#include "lesionbench/method.h"

enum { TARGET = 1, SEED = 5, ITEM = 7, STEPS = 10, BLUR_STEPS = 20, DILATION = 2, PICKS = 4 };
static const size_t PICKED[PICKS] = {1000, 2222, 3003, 3817};
/* Of the attribution's first channel: sum of absolute values, sum, sum with weights that depend on
 * the place, a few pixels. */
static const struct perturbation_figure {
    const char *method;
    lb_perturbation_options options;
    uint32_t cells; /* 0: the plain image; else the one of squares made with this number */
    double absolute, sum, weighted, picks[PICKS];
} FIGURES[] = {
    {"occlusion",
     {.occlusion_window = 16, .occlusion_stride = 8},
     0,
     262.64211265,
     149.908046125,
     7485.19370831,
     {0.000807782416, 0.118791632717, 0.00986468388779, 0.133465375798}},
    {"occlusion",
     {.occlusion_window = 13, .occlusion_stride = 10, .hidden_value = 0.5},
     0,
     183.939604372,
     120.992450803,
     6044.28887978,
     {-0.0177131931617, -0.0349425085626, 0.03212970727, 0.0716798148038}},
    {"rise",
     {.rise_masks = 50, .rise_grid = 7, .rise_probability = 0.5},
     0,
     3897.92591469,
     3897.92591469,
     194829.970328,
     {0.959892231379, 1.00859281274, 0.925458871038, 1.00253299465}},
    {"rise",
     {.rise_masks = 70, .rise_grid = 5, .rise_probability = 0.3, .answer = LB_TARGET_LOGIT},
     0,
     3080.62372667,
     3080.62372667,
     153987.932268,
     {0.736242022414, 0.639063080258, 0.770767023677, 0.61362061545}},
    {"kernel_shap",
     {.superpixels = 4, .compactness = 1},
     200,
     907.914800894,
     907.914800894,
     45367.139319,
     {0.285377463631, 0, 0, 0}},
    {"kernel_shap",
     {.superpixels = 16, .compactness = 1, .shap_samples = 150},
     210,
     303.953649555,
     222.333375724,
     11101.7113342,
     {0.246181362961, 0.0775892344934, 0.0415818174072, 0.10787486572}},
    {"lime",
     {.superpixels = 16,
      .compactness = 1,
      .lime_samples = 120,
      .lime_width = 0.25,
      .lime_ridge = 1,
      .hide_with = LB_INFILL_VALUE},
     210,
     33.3842879133,
     25.8370340678,
     1292.73563477,
     {0.0339689969738, 0.00525826376236, -0.00403819193202, 0.00807723785322}},
    {"lime",
     {.superpixels = 16,
      .compactness = 1,
      .lime_samples = 90,
      .lime_width = 0.4,
      .lime_ridge = 0.1,
      .answer = LB_TARGET_LOGIT},
     220,
     12.9132106611,
     7.70011636443,
     386.330865279,
     {0.00641672083095, 0.0144029355027, -0.00131491281816, -0.000498928443566}},
    {"blur_ig",
     {0},
     0,
     5.68606696373,
     0.280895933998,
     8.74643433919,
     {-0.00136083636442, 0.00103674026606, -0.000206854658896, -0.000904103627237}},
    {"xrai",
     {.superpixels = 16},
     230,
     5.66346565815,
     5.66307206203,
     283.436814569,
     {0.000697220072265, 0.000553815452561, 0.000821167153842, 0.00042146949054}},
};

#endif
