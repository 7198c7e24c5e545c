/* SPDX-License-Identifier: MIT */
/* Figures and the page of a study folder. */
#ifndef LESIONBENCH_REPORT_H
#define LESIONBENCH_REPORT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads DIR's tables, histories, kept explanations and dataset; writes DIR/figures and
 * DIR/report/index.html. What is missing is left out and named on the page. */
lb_status lb_report(const char *directory, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
