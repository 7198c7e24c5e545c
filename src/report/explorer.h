/* SPDX-License-Identifier: MIT */
/* The page's explorer: kept maps with their scores, as JSON that the page's script shows. */
#ifndef LB_REPORT_EXPLORER_H
#define LB_REPORT_EXPLORER_H

#include <stdio.h>

#include "maps.h"

/* An image that maps were kept of. */
typedef struct explorer_image {
    int32_t index;      /* of the holdout split */
    uint8_t *predicted; /* (files) the class, or 255 unknown */
    float *confidence;  /* (files) its soft-max score; NaN unknown */
} explorer_image;

typedef struct explorer {
    map_set *set; /* borrowed */
    explorer_image *images;
    size_t image_count;
    const lb_score_table *scores; /* of the images, NULL unknown: the image, and the columns that
                                   * are shown */
    uint32_t *rows;               /* (files, images, methods): of scores, + 1; 0 unknown */
    size_t reduce;   /* sides are divided by it: a pixel is the greatest of reduce x reduce */
    size_t left_out; /* images that were kept but found no room */
} explorer;

/* Reads what there is; room is the number of bytes that the pictures may take on the page. With no
 * maps image_count is 0. */
lb_status explorer_read(explorer *out, map_set *set, size_t capacity, lb_error *err);
/* Reads the scores of all conditions' images (NULL: none) into scores, which they borrow. */
lb_status explorer_read_scores(explorer *const *conditions, size_t count, lb_score_table *scores,
                               lb_error *err);
/* The columns of scores.csv that are shown: all but what tells the row. */
size_t explorer_columns(const explorer *e);
const char *explorer_column(const explorer *e, size_t column);
/* The score in a column of one map; NaN unknown. */
float explorer_value(const explorer *e, size_t file, size_t image, size_t method, size_t column);
void explorer_release(explorer *e);
/* The data of these conditions (NULL: none), in one JSON object, to stand in a script element. */
lb_status explorer_write(FILE *page, const explorer *const *conditions, size_t count,
                         const lb_context *context, lb_error *err);

/* How pixels are coded: LEVELS steps from 0 to the map's 99.5th percentile. */
enum { LEVELS = 64 };
typedef struct coded_map {
    double scale;
    unsigned threshold; /* the p greatest pixels are those above it */
} coded_map;
/* out (pixels) from a map whose truth has p pixels > 0; sorted: room for a copy. What is above the
 * (p+1)-th largest value is above out->threshold, whatever the rounding. */
coded_map explorer_code(uint8_t *out, const float *map, size_t pixels, size_t p, double *sorted);
/* out (rows / reduce, columns / reduce, rounded up): the greatest of each square. */
void explorer_shrink(uint8_t *out, const uint8_t *in, size_t height, size_t width, size_t reduce);

#endif
