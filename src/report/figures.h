/* SPDX-License-Identifier: MIT */
/* The report's figures. Each writes its files under DIRECTORY/figures, or notes in the folder why
 * it does not; *drawn tells which. */
#ifndef LB_REPORT_FIGURES_H
#define LB_REPORT_FIGURES_H

#include "maps.h"

/* The lines that a box plot's panel has beside its boxes; a value of NaN is not drawn. */
typedef struct reference_line {
    char title[112];
    const char *style;
    double value;
} reference_line;
enum { LINES = 5 };
/* One of the lines is that of the strongest control: that says so, whichever it is. */
void reference_lines(reference_line out[LINES], const study_folder *folder, size_t method,
                     selection chosen);
/* The same for the whole figure: the value is that of the first panel that has such a line. */
void reference_key(reference_line out[LINES], const study_folder *folder, selection chosen);

/* Tukey's box: whiskers reach the furthest value within 1.5 interquartile ranges of the box. */
typedef struct box {
    double q1, median, q3, low, high;
} box;
/* Of n > 0 finite values, which are reordered. */
box box_of(double *values, size_t n);

typedef enum rate { TPR = 0, TNR = 1, RATES = 2 } rate;
/* boxplot_correct, boxplot_tnr_wrong and so on, without an ending; like all but examples with the
 * folder's suffix. Pages after the first have a number. */
void boxplot_name(char *out, size_t size, const study_folder *folder, selection chosen, rate of,
                  size_t page);
/* Eight methods a page; *pages are drawn. */
lb_status draw_boxplot(size_t *pages, study_folder *folder, selection chosen, rate of,
                       lb_error *err);
/* training_curves (.svg, .pdf, .png). */
lb_status draw_curves(bool *drawn, study_folder *folder, lb_error *err);
/* heatmaps: of the typical image; heatmaps_best and heatmaps_worst besides where there are three to
 * choose from. *small is the caller's to release. */
typedef struct preview {
    uint8_t *bytes; /* a PNG; NULL where there is none */
    size_t size;
} preview;
lb_status draw_heatmaps(bool *drawn, preview *small, bool *extremes, typical_image *shown,
                        map_set *set, const lb_context *context, lb_error *err);
/* accuracy: explanation performance against accuracy; not drawn with fewer than two networks. */
lb_status draw_scatter(bool *drawn, study_folder *folder, lb_error *err);
/* Least squares; false for fewer than 3 points or a constant x. */
bool fit_line(double *slope, double *offset, const double *x, const double *y, size_t n);
/* completeness: not drawn where the table of scores has no such errors. */
lb_status draw_completeness(bool *drawn, study_folder *folder, lb_error *err);
/* agreement: of the kept maps' highest pixels. */
lb_status draw_agreement(bool *drawn, map_set *set, const lb_context *context, lb_error *err);
/* audit: what audit.json says. */
lb_status draw_audit(bool *drawn, study_folder *folder, lb_error *err);
/* lesions: some of each shape. */
lb_status draw_lesions(bool *drawn, study_folder *folder, const lb_context *context, lb_error *err);
/* examples */
lb_status draw_examples(bool *drawn, study_folder *folder, lb_error *err);

#endif
