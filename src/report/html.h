/* SPDX-License-Identifier: MIT */
/* Pieces of a page. */
#ifndef LB_REPORT_HTML_H
#define LB_REPORT_HTML_H

#include <stdio.h>

#include "lesionbench/base.h"

/* Text for elements and quoted attributes; control characters are dropped. */
void html_text(FILE *page, const char *text);
/* RFC 4648, with padding. */
void html_base64(FILE *page, const uint8_t *bytes, size_t count);
/* A rate in [0, 1] with two digits that say something; a dash for NaN. */
void html_rate(FILE *page, double value);
/* The file as "data:TYPE;base64,...". */
lb_status html_embed(FILE *page, const char *path, const char *type, lb_error *err);

#endif
