/* SPDX-License-Identifier: MIT */
/* Figures by gnuplot, which is started without a shell, reads its script and data from its standard
 * input and writes the figure to its standard output: no path enters a script. */
#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include <stdio.h>

#include "lesionbench/base.h"

/* Runs the script (without a terminal) and writes DIRECTORY/figures/NAME.svg and NAME.png; the
 * sizes are those of the SVG, the PNG has twice as many pixels. */
lb_status gnuplot_draw(const char *directory, const char *name, size_t width, size_t height,
                       const char *script, lb_error *err);
/* 'text' as gnuplot reads it literally: single quotes doubled, line ends made spaces. */
void gnuplot_quote(FILE *script, const char *text);

/* Where the next plot's axes go, in shares of the picture from its left and its bottom. */
void gnuplot_place(FILE *script, double left, double right, double bottom, double top);
/* Starts a plot without axes in a strip at the bottom, as wide as the picture, that holds nothing
 * but the key: the caller writes its plot command, starting with "plot". */
void gnuplot_key_strip(FILE *script, double height);

#endif
