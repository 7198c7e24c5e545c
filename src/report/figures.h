/* SPDX-License-Identifier: MIT */
/* The report's figures. Each writes its files under DIRECTORY/figures, or notes in the folder why
 * it does not; *drawn tells which. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "folder.h"

/* boxplot_correct and boxplot_wrong (.svg, .png). */
lb_status draw_boxplot(bool *drawn, study_folder *folder, selection chosen, lb_error *err);
/* training_curves (.svg, .png). */
lb_status draw_curves(bool *drawn, study_folder *folder, lb_error *err);
/* heatmaps.png; *image is the holdout image shown. */
lb_status draw_heatmaps(bool *drawn, size_t *image, study_folder *folder, const lb_context *context,
                        lb_error *err);
/* examples.png */
lb_status draw_examples(bool *drawn, study_folder *folder, lb_error *err);

#endif
