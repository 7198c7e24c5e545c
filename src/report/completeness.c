/* SPDX-License-Identifier: MIT */
/* How far methods miss the sum that theory promises them: a box per method, over images and
 * networks. */
#include "figures.h"

#include <math.h>

#include "gnuplot.h"

enum { WIDTH = FIGURE_COLUMN, HEIGHT = 560 };

/* Errors of 0 have no place on an axis of powers. */
static const double LEAST = 1e-9;

static size_t
gather(double *values, const study_folder *folder, size_t method)
{
    size_t n = 0;
    for (size_t i = 0; i < (size_t)SELECTIONS * folder->corpus_count * DEGREES; i++) {
        score_range scores =
            folder_scores(folder, i / SELECTIONS / DEGREES, i / SELECTIONS % DEGREES, method,
                          (selection)(i % SELECTIONS));
        for (size_t k = 0; k < scores.count; k++) {
            if (isfinite(scores.rows[k].completeness)) {
                values[n++] = fmax((double)scores.rows[k].completeness, LEAST);
            }
        }
    }
    return n;
}

static size_t
write_boxes(FILE *script, double *values, const study_folder *folder)
{
    size_t boxes = 0;
    fprintf(script, "$boxes << END\n");
    for (size_t m = 0; m < folder->attribution_count; m++) {
        size_t n = gather(values, folder, m);
        if (n > 0) {
            box b = box_of(values, n);
            fprintf(script, "%zu %g %g %g %g %g\n", ++boxes, b.q1, b.low, b.high, b.q3, b.median);
        }
    }
    fprintf(script, "END\nset xtics rotate by -35 left scale 0 nomirror (");
    size_t named = 0;
    for (size_t m = 0; m < folder->attribution_count; m++) {
        if (gather(values, folder, m) > 0) {
            fprintf(script, "%s", named > 0 ? ", " : "");
            gnuplot_quote(script, folder->methods[m].title);
            fprintf(script, " %zu", ++named);
        }
    }
    fprintf(script, ")\n");
    return boxes;
}

lb_status
draw_completeness(bool *drawn, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    plot figure = {0};
    double *values = NULL;
    char name[48];
    *drawn = false;
    LB_ALLOC(values, folder->score_count);
    LB_TRY(plot_open(&figure, err));
    size_t boxes = write_boxes(figure.script, values, folder);
    if (boxes > 0) {
        fprintf(figure.script,
                "set key off\nset logscale y\nset ylabel 'Completeness "
                "error' offset 0,0\nset xrange [0.4:%zu.6]\nset grid ytics lc rgb '#dddddd' lt 1 "
                "lw 1\nset border 3 lc rgb '#555555'\nset ytics nomirror\nset lmargin at screen "
                "0.16\nset bmargin at screen 0.33\nset tmargin at screen 0.97\nset rmargin at "
                "screen 0.88\nset boxwidth 0.5\n"
                "set format y '%%.0e'\n"
                "plot $boxes using 1:2:3:4:5 with candlesticks whiskerbars 0.5 lc rgb '#56B4E9' fs "
                "solid 0.8 border lc rgb '#333333', '' using ($1-0.25):6:(0.5):(0) with vectors "
                "nohead lw 2.5 lc rgb '#000000'\n",
                boxes);
        snprintf(name, sizeof name, "completeness%s", folder->suffix);
        LB_TRY(plot_draw(&figure, folder->directory, name, WIDTH, HEIGHT, err));
        *drawn = true;
    }
cleanup:
    plot_close(&figure);
    lb_free(values);
    return status;
}
