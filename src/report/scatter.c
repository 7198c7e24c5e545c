/* SPDX-License-Identifier: MIT */
/* Accuracy against explanation performance: a panel per method, a point per network. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "colour.h"
#include "gnuplot.h"
#include "report_summary.h"

/* KEY of the height is the key's; it grows where it needs more. */
enum { WIDTH = FIGURE_PAGE, HEIGHT = 700, KEY = 49, COLUMNS = 4, PANELS = 8, MAX_POINTS = 4096 };

#define LINE_TITLE "Least squares"

/* The networks of one method. */
typedef struct points {
    double accuracy[MAX_POINTS], median[MAX_POINTS];
    size_t corpus[MAX_POINTS];
    size_t count;
} points;

static void
collect(points *out, const study_folder *folder, size_t method)
{
    out->count = 0;
    for (size_t i = 0; i < folder->explanation_count && out->count < MAX_POINTS; i++) {
        const explanation_row *row = &folder->explanations[i];
        if (strcmp(row->method, folder->methods[method].name) != 0 ||
            strcmp(row->selection, selection_names[CORRECT]) != 0 || !isfinite(row->accuracy) ||
            !isfinite(row->tpr_median)) {
            continue;
        }
        for (size_t c = 0; c < folder->corpus_count; c++) {
            if (strcmp(row->corpus, folder->corpora[c]) == 0) {
                out->accuracy[out->count] = row->accuracy;
                out->median[out->count] = row->tpr_median;
                out->corpus[out->count++] = c;
            }
        }
    }
}

bool
fit_line(double *slope, double *offset, const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    if (n < 3 || !(xx > 1e-12)) {
        return false;
    }
    *slope = xy / xx;
    *offset = mean_y - *slope * mean_x;
    return true;
}

/* The share of a figure that is `more` higher, of what is one of HEIGHT. */
static double
lift(double share, size_t more)
{
    return (share * HEIGHT + (double)more) / (double)(HEIGHT + more);
}

/* more: what the key needs beyond KEY. */
static void
write_panel(FILE *script, const study_folder *folder, const points *p, size_t method, size_t panel,
            size_t more)
{
    bool left = panel % COLUMNS == 0, bottom = panel >= COLUMNS;
    double x = 0.062 + 0.237 * (double)(panel % COLUMNS), y = bottom ? 0.18 : 0.61;
    double slope = 0, offset = 0, low = INFINITY, high = -INFINITY;
    double correlation = rank_correlation(p->accuracy, p->median, p->count);
    char title[120];
    snprintf(title, sizeof title, "%s", folder->methods[method].title);
    for (size_t c = 0; c < folder->corpus_count; c++) {
        fprintf(script, "$p_%zu_%zu << END\n", method, c);
        for (size_t i = 0; i < p->count; i++) {
            if (p->corpus[i] == c) {
                fprintf(script, "%g %g\n", p->accuracy[i], p->median[i]);
            }
            low = fmin(low, p->accuracy[i]);
            high = fmax(high, p->accuracy[i]);
        }
        fprintf(script, "END\n");
    }
    gnuplot_place(script, x, x + 0.22, lift(y, more), lift(y + 0.325, more));
    fprintf(script, "set title ");
    gnuplot_quote(script, title);
    fprintf(script, "\nset ylabel '%s'\nset xlabel '%s'\nset format y '%s'\n",
            left ? "Median true positive rate" : "", bottom ? "Accuracy" : "", left ? "%.1f" : "");
    fprintf(script, "unset label\n");
    if (isfinite(correlation)) {
        fprintf(script, "set label 'rank correlation %.2f' at graph 0.04,0.93\n", correlation);
    }
    fprintf(script, "plot NaN notitle");
    if (fit_line(&slope, &offset, p->accuracy, p->median, p->count)) {
        fprintf(script, ", \\\n  [%g:%g] %g*x+%g with lines lw 1.5 dt '-' lc rgb '#555555' notitle",
                low, high, slope, offset);
    }
    for (size_t c = 0; c < folder->corpus_count; c++) {
        fprintf(script, ", \\\n  $p_%zu_%zu using 1:2 with points pt %d ps 0.9 lc rgb '%s' notitle",
                method, c, point_of_corpus(c), colour_of_corpus(c));
    }
    fprintf(script, "\n");
}

static size_t
key_height(size_t *columns, const study_folder *folder)
{
    size_t longest = strlen(LINE_TITLE);
    for (size_t c = 0; c < folder->corpus_count; c++) {
        size_t length = strlen(corpus_title(folder->corpora[c]));
        longest = length > longest ? length : longest;
    }
    size_t height = gnuplot_key_height(columns, folder->corpus_count + 1, longest, WIDTH);
    return height > KEY ? height : KEY;
}

static void
write_key(FILE *script, const study_folder *folder, size_t height, size_t columns)
{
    fprintf(script, "unset label\n");
    gnuplot_key_strip(script, (double)height / (double)(HEIGHT - KEY + height), columns);
    fprintf(script, "plot NaN notitle");
    for (size_t c = 0; c < folder->corpus_count; c++) {
        fprintf(script, ", \\\n  NaN with points pt %d ps 0.9 lc rgb '%s' title ",
                point_of_corpus(c), colour_of_corpus(c));
        gnuplot_quote(script, corpus_title(folder->corpora[c]));
    }
    fprintf(script, ", \\\n  NaN with lines lw 1.5 dt '-' lc rgb '#555555' title '" LINE_TITLE
                    "'\nunset multiplot\n");
}

lb_status
draw_scatter(bool *drawn, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    plot figure = {0};
    points *p = NULL;
    char name[48];
    size_t shown = 0, columns = 0, key = key_height(&columns, folder);
    *drawn = false;
    LB_ALLOC(p, 1);
    LB_TRY(plot_open(&figure, err));
    fprintf(figure.script,
            "set multiplot\nset key off\nset xrange [0.4:1.05]\nset yrange [0:1]\n"
            "set ytics 0.2 nomirror\nset xtics 0.2 nomirror scale 0.5\nset grid lc rgb '#dddddd' "
            "lt 1 lw 1\nset border 3 lc rgb '#555555'\nset tics textcolor rgb '#222222'\n"
            "set title offset 0,-0.5\nset ylabel offset 1,0\n");
    for (size_t m = 0; m < folder->attribution_count && shown < PANELS; m++) {
        collect(p, folder, m);
        if (p->count > 1) {
            write_panel(figure.script, folder, p, m, shown++, key - KEY);
        }
    }
    if (shown > 0) {
        write_key(figure.script, folder, key, columns);
        snprintf(name, sizeof name, "accuracy%s", folder->suffix);
        LB_TRY(plot_draw(&figure, folder->directory, name, WIDTH, HEIGHT - KEY + key, err));
        *drawn = true;
    }
cleanup:
    plot_close(&figure);
    lb_free(p);
    return status;
}
