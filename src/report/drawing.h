/* SPDX-License-Identifier: MIT */
/* A contact sheet: a header, then sections of captioned panels in a grid. */
#ifndef LB_REPORT_DRAWING_H
#define LB_REPORT_DRAWING_H

#include "colour.h"
#include "lesionbench/base.h"
#include "lesionbench/h5.h"

enum { SHEET_SECTIONS = 64, SHEET_TEXT = 160, SHEET_CAPTION = 64, SHEET_LINES = 2 };

typedef struct drawing_item {
    size_t height, width;
    const float *image; /* (height, width); borrowed until the next is read */
    const float *truth; /* outlined where > 0; or NULL */
    double maximum;     /* shown as white, or as the brightest colour */
    bool heat;          /* in the colours of maps rather than in grey */
    colour ink;         /* of the outline */
    char caption[SHEET_LINES][SHEET_CAPTION];
} drawing_item;

typedef struct drawing_section {
    char title[SHEET_TEXT]; /* or "" */
    size_t count;
} drawing_section;

typedef lb_status drawing_reader(drawing_item *out, void *source, size_t section, size_t item,
                                 lb_error *err);

typedef struct drawing {
    char title[SHEET_TEXT], note[SHEET_TEXT];
    const char *classes[2]; /* what the classes' colours mean; or NULL */
    size_t lines;           /* of a caption */
    size_t height, width;   /* of the largest image */
    size_t section_count;
    drawing_section sections[SHEET_SECTIONS];
    void *source;
    drawing_reader *read;
    void (*close)(void *source); /* accepts NULL */
} drawing;

/* Fill *out for a file of the format that they are named after; items as lb_contact_sheet_write().
 * On failure nothing is left open. */
lb_status drawing_of_slices(drawing *out, const char *path, size_t items, lb_error *err);
lb_status drawing_of_lesions(drawing *out, const char *path, size_t items, lb_error *err);
lb_status drawing_of_dataset(drawing *out, const char *path, size_t items, lb_error *err);
lb_status drawing_of_maps(drawing *out, const char *path, size_t items, lb_error *err);

lb_status drawing_write(const drawing *s, const char *path, const lb_context *context,
                        lb_error *err);
/* The same as DIRECTORY/figures/NAME.svg, .pdf and .png. */
lb_status drawing_write_figure(const drawing *s, const char *directory, const char *name,
                               const lb_context *context, lb_error *err);

/* Item i of `shown` of n: one of each of as many equal stretches, at an irregular place in it, so
 * that what repeats in the file (every tenth slice, every second subject) does not repeat here. */
size_t drawing_pick(size_t i, size_t shown, size_t n);
/* out (width, height) = in (height, width), a quarter turn, so that columns run upwards. */
void drawing_turn(float *out, const float *in, size_t height, size_t width);
/* The value below which this share of the n values lies; at least a tiny number above 0. */
lb_status drawing_quantile(double *out, const float *values, size_t n, double share, lb_error *err);
/* path without its folder. */
const char *drawing_name(const char *path);

#endif
