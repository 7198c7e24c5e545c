/* SPDX-License-Identifier: MIT */
/* How far methods miss the sum that theory promises them: a box per method, over images and
 * networks. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "gnuplot.h"

/* Methods stand below each other, so that a name has as much room as it needs. */
enum { ROW_HEIGHT = 46, AXIS_HEIGHT = 84, TOP = 16, RIGHT = 26, MIN_PLOT = 330 };

/* Errors of 0 have no place on an axis of powers. */
static const double MIN_ERROR = 1e-9;

static size_t
gather(double *values, const study_folder *folder, size_t method)
{
    size_t n = 0;
    for (size_t i = 0; i < (size_t)SELECTIONS * folder->corpus_count * DEGREES; i++) {
        score_range scores =
            folder_scores(folder, i / SELECTIONS / DEGREES, i / SELECTIONS % DEGREES, method,
                          (selection)(i % SELECTIONS));
        for (size_t k = 0; k < scores.count; k++) {
            float error = folder_score(folder, scores.rows[k], SCORE_COMPLETENESS);
            if (isfinite(error)) {
                values[n++] = fmax((double)error, MIN_ERROR);
            }
        }
    }
    return n;
}

/* What was written: rows, and the characters of the longest name. */
typedef struct rows {
    size_t count, widest;
} rows;

/* The first method stands at the top, at a height of -1. */
static rows
write_boxes(FILE *script, double *values, const study_folder *folder)
{
    rows made = {0, 0};
    size_t shown[MAX_METHODS];
    fprintf(script, "$boxes << END\n");
    for (size_t m = 0; m < folder->attribution_count; m++) {
        size_t n = gather(values, folder, m);
        if (n > 0) {
            box b = box_of(values, n);
            size_t length = strlen(folder->methods[m].title);
            shown[made.count++] = m;
            made.widest = length > made.widest ? length : made.widest;
            fprintf(script, "-%zu %g %g %g %g %g\n", made.count, b.q1, b.low, b.high, b.q3,
                    b.median);
        }
    }
    fprintf(script, "END\nset ytics scale 0 nomirror (");
    for (size_t i = 0; i < made.count; i++) {
        fprintf(script, "%s", i > 0 ? ", " : "");
        gnuplot_quote(script, folder->methods[shown[i]].title);
        fprintf(script, " -%zu", i + 1);
    }
    fprintf(script, ")\n");
    return made;
}

static void
plot_boxes(FILE *script, rows made, double width, double height, double left)
{
    gnuplot_place(script, left / width, 1 - RIGHT / width, AXIS_HEIGHT / height, 1 - TOP / height);
    fprintf(script,
            "set key off\nset logscale x\nset xlabel 'Completeness error' offset 0,0.3\n"
            "set yrange [-%zu.6:-0.4]\nset grid xtics lc rgb '#dddddd' lt 1 lw 1\n"
            "set border 3 lc rgb '#555555'\nset xtics nomirror\nset mxtics 1\n"
            "set tics textcolor rgb '#222222'\nset format x '1e%%L'\n"
            "plot $boxes using 3:1:($2-$3):(0) with vectors nohead lw 1 lc rgb '#333333', "
            "'' using 5:1:($4-$5):(0) with vectors nohead lw 1 lc rgb '#333333', "
            "'' using 3:($1-0.13):(0):(0.26) with vectors nohead lw 1 lc rgb '#333333', "
            "'' using 4:($1-0.13):(0):(0.26) with vectors nohead lw 1 lc rgb '#333333', "
            "'' using 6:1:2:5:($1-0.27):($1+0.27) with boxxyerror lc rgb '#56B4E9' fs solid 0.8 "
            "border lc rgb '#333333', '' using 6:($1-0.27):(0):(0.54) with vectors nohead lw 2.5 "
            "lc rgb '#000000'\n",
            made.count);
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
    rows made = write_boxes(figure.script, values, folder);
    if (made.count > 0) {
        /* Whatever the font, few letters are wider than 0.6 of their height on average. */
        size_t left = 24 + (size_t)(0.6 * FIGURE_FONT * (double)made.widest);
        size_t min = left + MIN_PLOT + RIGHT;
        size_t width = min > FIGURE_COLUMN ? min : FIGURE_COLUMN;
        size_t height = TOP + AXIS_HEIGHT + ROW_HEIGHT * made.count;
        plot_boxes(figure.script, made, (double)width, (double)height, (double)left);
        snprintf(name, sizeof name, "completeness%s", folder->suffix);
        LB_TRY(plot_draw(&figure, folder->directory, name, width, height, err));
        *drawn = true;
    }
cleanup:
    plot_close(&figure);
    lb_free(values);
    return status;
}
