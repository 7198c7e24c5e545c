/* SPDX-License-Identifier: MIT */
/* Figures and the page of a study folder. */
#ifndef LESIONBENCH_REPORT_H
#define LESIONBENCH_REPORT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads DIR's tables, histories, kept explanations and dataset; writes DIR/figures and
 * DIR/report/index.html, one page with its figures inside. What is missing is left out and named on
 * the page; what is damaged is an error, and so is a folder without any study (LB_ERROR_FORMAT) and
 * a system without gnuplot (LB_ERROR_UNSUPPORTED). Takes seconds; the page is written last. */
lb_status lb_report(const char *directory, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
