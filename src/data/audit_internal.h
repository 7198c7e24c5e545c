/* SPDX-License-Identifier: MIT */
/* What the audit keeps of each image, and its parts. */
#ifndef LB_DATA_AUDIT_INTERNAL_H
#define LB_DATA_AUDIT_INTERNAL_H

#include "lesionbench/audit.h"

enum {
    AUDIT_GRID = 16, /* side of the images that the nearest-mean classifier sees */
    AUDIT_CELLS = AUDIT_GRID * AUDIT_GRID,
    AUDIT_BINS = 16,
    AUDIT_TWIN_SIDE = 32, /* side of the images that are compared with each other */
    AUDIT_TWIN_CELLS = AUDIT_TWIN_SIDE * AUDIT_TWIN_SIDE,
    AUDIT_FOLDS = 10,
    AUDIT_MIN_IMAGES = 20,  /* of each class, to compare them */
    AUDIT_MIN_SUBJECTS = 10 /* to leave some out */
};

/* A row of features of each image. Their order makes the runs that part a looks at. */
enum {
    FEATURE_IMAGE_MEAN,
    FEATURE_IMAGE_DEVIATION,
    FEATURE_BRAIN_MEAN,
    FEATURE_BRAIN_DEVIATION,
    FEATURE_HISTOGRAM, /* AUDIT_BINS of them */
    FEATURE_BRAIN_AREA = FEATURE_HISTOGRAM + AUDIT_BINS,
    FEATURE_LESION_COUNT,
    FEATURE_LESION_AREA,
    FEATURE_ROW,
    FEATURE_COLUMN,
    FEATURE_DISTANCE,
    FEATURE_SPREAD_ROWS,
    FEATURE_SPREAD_COLUMNS,
    FEATURE_LESION_MEAN,
    FEATURE_LESION_CONTRAST,
    FEATURE_LESION_PEAK,
    FEATURE_LESION_MASS,
    AUDIT_FEATURES
};

/* Straight edges. For each distance from a lesion's box, AUDIT_LINE_MIN to AUDIT_LINE_MAX pixels
 * outside it: how much brighter pixels are than their neighbours one pixel further out, summed over
 * all lesions and sides. Positions near a lesion or the brain's edge are left out. */
enum { AUDIT_LINE_MIN = -6, AUDIT_LINE_MAX = 12 };
enum { AUDIT_LINES = AUDIT_LINE_MAX - AUDIT_LINE_MIN + 1 };
typedef struct audit_lines {
    double step[AUDIT_LINES];
    double pixels[AUDIT_LINES];
} audit_lines;

/* Defects of an image. */
enum {
    DEFECT_NOT_FINITE,
    DEFECT_RANGE,
    DEFECT_NEGATIVE_TRUTH,
    DEFECT_NO_TRUTH,
    DEFECT_OFF_BRAIN,
    AUDIT_DEFECTS
};

typedef struct audit_data {
    size_t count, height, width;
    size_t subjects;   /* different ones */
    bool has_subjects; /* else slices stand for them */
    bool label_by_side;
    double *features; /* (count, AUDIT_FEATURES) */
    float *grid;      /* (count, AUDIT_CELLS) */
    uint16_t *twins;  /* (count, AUDIT_TWIN_CELLS): means of cells; 0 off the brain, near lesions */
    audit_lines *lines;
    uint8_t *label, *split, *defects; /* bit 1 << DEFECT_... */
    int32_t *slice, *subject;         /* as in the file */
    size_t *cluster; /* number of its subject, below subjects, by ascending subject */
} audit_data;

/* One image while it is measured. image and truth are finite. */
typedef struct audit_image {
    size_t height, width;
    const float *image, *truth;
    const uint8_t *distractor; /* NULL: none */
    size_t lesion_count;
} audit_image;

typedef struct audit_scratch {
    uint8_t *mask, *blocked;
    int32_t *labels;
    float *peaks;
} audit_scratch;

/* Reads the file into out, and records in the audit what was read. */
lb_status audit_gather(audit_data *out, lb_audit *audit, const char *path,
                       const lb_audit_options *options, const lb_context *context, lb_error *err);
void audit_data_release(audit_data *data);

/* A lesion, or several that touch: true pixels with gaps of at most two pixels. */
typedef struct audit_piece {
    ptrdiff_t first[2], last[2]; /* its box: row, column */
    double pixels, sum[2];       /* of rows and columns */
} audit_piece;

/* Max pieces of an image; further ones are ignored, since such an image has other faults. */
enum { AUDIT_MAX_PIECES = 1024 };

/* out: AUDIT_MAX_PIECES. */
lb_status audit_find_pieces(audit_piece *out, size_t *count, const audit_image *image,
                            audit_scratch *scratch, lb_error *err);
/* Sets the pixels nearer than `distance` to pixel `at`. */
void audit_mark_around(uint8_t *out, const audit_image *image, size_t at, int distance);

void audit_measure(double features[AUDIT_FEATURES], float grid[AUDIT_CELLS],
                   const audit_image *image, const audit_piece *pieces, size_t count);
void audit_twin_measure(uint16_t cells[AUDIT_TWIN_CELLS], const audit_image *image,
                        const audit_piece *pieces, size_t count);
/* blocked: scratch, (height, width). */
void audit_box_measure(audit_lines *out, const audit_image *image, const audit_piece *pieces,
                       size_t count, uint8_t *blocked);

/* The parts. */
lb_status audit_classify(lb_audit *audit, const audit_data *data, const lb_context *context,
                         lb_error *err);
lb_status audit_boxes(lb_audit *audit, const audit_data *data, lb_error *err);
lb_status audit_distributions(lb_audit *audit, const audit_data *data, lb_error *err);
/* Whether none of these features of the truth differs between the classes by so much that it could
 * be seen in an image. */
lb_status audit_invisible(bool *out, const audit_data *data, size_t first, size_t count,
                          lb_error *err);
lb_status audit_leaks(lb_audit *audit, const audit_data *data, lb_error *err);
lb_status audit_twins(lb_audit *audit, const audit_data *data, const lb_context *context,
                      lb_error *err);
lb_status audit_balance(lb_audit *audit, const audit_data *data, lb_error *err);
lb_status audit_defects(lb_audit *audit, const audit_data *data, lb_error *err);

/* Whether there are enough images of both classes for a comparison. */
bool audit_enough_images(const audit_data *data);

#endif
