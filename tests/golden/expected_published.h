/* SPDX-License-Identifier: MIT */
/* Made by expected_published.py. Do not edit. */
#ifndef LB_EXPECTED_PUBLISHED_H
#define LB_EXPECTED_PUBLISHED_H

#include <stddef.h>

typedef struct published_figure {
    const char *name;
    size_t containers, texts, arrays, numbers;
    double sum, weighted; /* the i-th number times i x 37 mod 101 */
} published_figure;

static const published_figure PUBLISHED[] = {
    {"best_random_explanations", 41, 40, 0, 117915, 1477593986, 73881643363},
    {"incorrectly_classified", 1, 25, 25, 15654, 63388327, 3170784775},
    {"laplace_best", 5, 4, 0, 14732, 184698480, 9237161397},
    {"not_round_lesions", 31, 0, 30, 43294, 8115.7484945736605, 405888.40697744646},
    {"predictions_imagenet_best", 51, 300, 125, 856722, 446013.1296060544, 22380874.949475922},
    {"ratios_incorrectly", 476, 425, 0, 120495, 468798.45999999996, 23501144.150000002},
    {"round_lesions", 31, 0, 30, 25202, 8053.405573921651, 402029.01330143621},
};

/* The published lesions, by class: sum of all masks, the same weighted within each mask,
 * thousandths of compactness. */
enum { PUBLISHED_LESIONS = 30 };
static const struct {
    double sum, weighted;
    int thousandths[PUBLISHED_LESIONS];
} PUBLISHED_CLASS[2] = {
    {8028.0825739216507, 401634.3276351809, {857, 800, 805, 869, 828, 933, 816, 805, 828, 869,
                                             919, 887, 805, 900, 919, 816, 857, 800, 933, 845,
                                             828, 816, 845, 805, 816, 833, 828, 828, 828, 805}},
    {8106.1454945736632, 405588.7494310179, {258, 329, 347, 309, 341, 205, 382, 347, 347, 336,
                                             244, 325, 214, 383, 363, 344, 358, 350, 383, 298,
                                             326, 295, 278, 339, 332, 383, 273, 380, 262, 272}},
};

#endif
