/* SPDX-License-Identifier: MIT */
/* PDF files without the date at which they were written, so that a figure has the same bytes each
 * time it is drawn. */
#ifndef LB_REPORT_PDF_DATE_H
#define LB_REPORT_PDF_DATE_H

#include <stdio.h>

#include "lesionbench/base.h"

/* Copies a PDF of cairo's without its date; anything else is copied as it is. `in` is read from its
 * start. The stream `out` keeps errors of writing. */
lb_status pdf_copy_undated(FILE *out, FILE *in, lb_error *err);

#endif
