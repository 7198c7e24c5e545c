/* SPDX-License-Identifier: MIT */
/* Made by expected_similarity.py. Do not edit. */
#ifndef LB_EXPECTED_SIMILARITY_H
#define LB_EXPECTED_SIMILARITY_H

enum { HEIGHT = 40, WIDTH = 36 };
static const struct similarity_figure {
    int a, b;
    double rank_correlation, ssim, top_overlap;
} FIGURES[] = {
    {0, 0, 1, 1, 1},
    {0, 1, -0.0214077671931377, -0.0230161734605692, 0.0416666666666667},
    {0, 2, 0.700926485910851, 0.673051358946852, 0.208333333333333},
    {0, 3, 0.00244324966411839, -0.000968996693243013, 0},
    {1, 1, 1, 1, 1},
    {1, 2, -0.0131312750155718, -0.0108888185511562, 0.0833333333333333},
    {1, 3, 0.00351519429743163, -0.000275915080119383, 0.0416666666666667},
    {2, 2, 1, 1, 1},
    {2, 3, 0.402509408484971, 0.00820652887274814, 0.444444444444444},
    {3, 3, 1, 1, 1},
};

#endif
