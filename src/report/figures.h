/* SPDX-License-Identifier: MIT */
/* The report's figures. Each writes its files under DIRECTORY/figures, or notes in the folder why
 * it does not; *drawn tells which. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "maps.h"

/* The lines that a box plot's panel has beside its boxes; a value of NaN is not drawn. */
typedef struct reference_line {
    const char *title, *style;
    double value;
} reference_line;
enum { LINES = 4 };
void reference_lines(reference_line out[LINES], const study_folder *folder, size_t method,
                     selection chosen);
/* The same for the whole figure: the value is that of the first panel that has such a line. */
void reference_key(reference_line out[LINES], const study_folder *folder, selection chosen);

/* boxplot_correct and boxplot_wrong (.svg, .png); like all but examples with the folder's suffix.
 */
lb_status draw_boxplot(bool *drawn, study_folder *folder, selection chosen, lb_error *err);
/* training_curves (.svg, .png). */
lb_status draw_curves(bool *drawn, study_folder *folder, lb_error *err);
/* heatmaps.png; *shown is the holdout image shown. */
lb_status draw_heatmaps(bool *drawn, typical_image *shown, study_folder *folder,
                        const lb_context *context, lb_error *err);
/* examples.png */
lb_status draw_examples(bool *drawn, study_folder *folder, lb_error *err);

#endif
