/* SPDX-License-Identifier: MIT */
/* Figures by gnuplot, which is started without a shell, reads its script and data from its standard
 * input and writes the figure to its standard output: no path enters a script. */
#ifndef LB_REPORT_GNUPLOT_H
#define LB_REPORT_GNUPLOT_H

#include <stdio.h>

#include "lesionbench/base.h"

/* A figure under way: its script, without a terminal, is written to `script`. Sizes are in units
 * of which FIGURE_PAGE make the width of a printed page (180 mm) and FIGURE_COLUMN that of one of
 * its two columns (85 mm); text is FIGURE_FONT of them high, 7 points in print. */
enum { FIGURE_PAGE = 1240, FIGURE_COLUMN = 586, FIGURE_FONT = 17 };
typedef struct plot {
    FILE *script;
    char *text;
    size_t size;
} plot;
lb_status plot_open(plot *out, lb_error *err);
void plot_close(plot *p); /* accepts one that was not opened */
/* Runs the script and writes DIRECTORY/figures/NAME.svg, .pdf and .png; the SVG has a pixel a unit,
 * the PNG two. */
lb_status plot_draw(plot *p, const char *directory, const char *name, size_t width, size_t height,
                    lb_error *err);
/* 'text' as gnuplot reads it literally: single quotes doubled, line ends made spaces. */
void gnuplot_quote(FILE *script, const char *text);

/* Where the next plot's axes go, in shares of the picture from its left and its bottom. */
void gnuplot_place(FILE *script, double left, double right, double bottom, double top);
/* The height, in the figure's units, that a key of so many entries needs where the longest has so
 * many letters: gnuplot leaves out without a word what does not fit. *columns is for
 * gnuplot_key_strip(). */
size_t gnuplot_key_height(size_t *columns, size_t entries, size_t longest, size_t width);
/* Starts a plot without axes in a strip at the bottom, as wide as the picture, that holds nothing
 * but the key: the caller writes its plot command, starting with "plot". */
void gnuplot_key_strip(FILE *script, double height, size_t columns);

#endif
