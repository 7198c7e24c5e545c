/* SPDX-License-Identifier: MIT */
/* Figures and the page of a study folder. */
#ifndef LESIONBENCH_REPORT_H
#define LESIONBENCH_REPORT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the tables, histories, kept explanations and dataset of a study folder. Writes DIR/figures
 * and DIR/report/index.html, one page with its figures embedded. Missing parts are left out and
 * named on the page. LB_ERROR_FORMAT: a damaged file, or a folder without a study.
 * LB_ERROR_UNSUPPORTED: gnuplot is not installed. Takes seconds. The page is written last. */
lb_status lb_report(const char *directory, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
