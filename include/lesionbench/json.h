/* SPDX-License-Identifier: MIT */
/* Pieces of JSON for files that are written piece by piece. Whole documents are built and read with
 * cJSON. */
#ifndef LESIONBENCH_JSON_H
#define LESIONBENCH_JSON_H

#include <stdio.h>

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The text in quotes, escaped; in an HTML page, so that it can stand within a script element. */
void lb_json_text(FILE *stream, const char *text, bool in_page);
/* The number with at most so many digits; null where it is not finite. */
void lb_json_number(FILE *stream, double value, int digits);

#ifdef __cplusplus
}
#endif

#endif
