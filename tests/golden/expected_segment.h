/* SPDX-License-Identifier: MIT */
/* Made by expected_segment.py. Do not edit. */
#ifndef LB_EXPECTED_SEGMENT_H
#define LB_EXPECTED_SEGMENT_H

#include <stddef.h>

enum { HEIGHT = 90, WIDTH = 110, NEAR = 1, DISCS = 4 };
/* y, x, radius, brightness */
static const int DISC[DISCS][4] = {
    {30, 28, 17, 70}, {55, 75, 22, 45}, {22, 85, 9, 90}, {72, 24, 7, 60}};
/* scikit-image's SLIC: segments found, share of the outlines with an edge at most NEAR pixels away.
 */
static const struct slic_figure {
    size_t segments;
    double compactness;
    size_t found;
    double recall;
} SLIC_FIGURES[] = {
    {30, 5, 25, 0.979167},   {30, 10, 27, 0.994792}, {30, 40, 29, 0.989583},
    {100, 5, 70, 0.973958},  {100, 10, 90, 1},       {100, 40, 99, 0.940104},
    {200, 5, 180, 0.979167}, {200, 10, 196, 1},      {200, 40, 208, 0.994792},
};
/* scikit-image's felzenszwalb: regions, and a sum of labels, in order of first pixels, with weights
 * that depend on the place. */
static const struct felzenszwalb_figure {
    double scale;
    size_t least, found;
    double weighted;
} FELZENSZWALB_FIGURES[] = {
    {50, 1, 489, 66585769}, {50, 20, 25, 3998358},  {400, 8, 5, 327552},
    {3000, 8, 5, 327282},   {3000, 300, 3, 196637},
};

#endif
