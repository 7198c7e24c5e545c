/* SPDX-License-Identifier: MIT */
/* The study's main figure: one panel per method, boxes of the images' TPR by degree and corpus. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "gnuplot.h"
#include "lesionbench/score.h"

enum { WIDTH = 1240, HEIGHT = 760 };

/* Tukey's box: whiskers reach the furthest value within 1.5 interquartile ranges of the box. */
typedef struct box {
    double q1, median, q3, low, high;
} box;

static box
make_box(double *values, size_t n)
{
    box b = {lb_quantile(values, n, 0.25), lb_quantile(values, n, 0.5),
             lb_quantile(values, n, 0.75), INFINITY, -INFINITY};
    double reach = 1.5 * (b.q3 - b.q1);
    for (size_t i = 0; i < n; i++) {
        if (values[i] >= b.q1 - reach && values[i] <= b.q3 + reach) {
            b.low = fmin(b.low, values[i]);
            b.high = fmax(b.high, values[i]);
        }
    }
    b.low = fmin(b.low, b.q1); /* an interpolated quartile can lie beyond the last such value */
    b.high = fmax(b.high, b.q3);
    return b;
}

/* The TPR values of one box, gathered into values (room for all scores). */
static size_t
gather(double *values, const study_folder *folder, size_t corpus, size_t degree, size_t method,
       selection chosen)
{
    size_t n = 0;
    for (size_t i = 0; i < folder->score_count; i++) {
        const score_row *row = &folder->scores[i];
        if ((size_t)row->corpus == corpus && (size_t)row->degree == degree &&
            (size_t)row->method == method && row->selection == (signed char)chosen) {
            values[n++] = (double)row->tpr;
        }
    }
    return n;
}

/* Data block $m_c: place, q1, low, high, q3, median, width; one line per degree that has scores. */
static size_t
write_boxes(FILE *script, double *values, const study_folder *folder, size_t corpus, size_t method,
            selection chosen)
{
    double slot = 0.8 / (double)folder->corpus_count;
    size_t boxes = 0;
    fprintf(script, "$box_%zu_%zu << END\n", method, corpus);
    for (size_t degree = 0; degree < DEGREES; degree++) {
        size_t n = gather(values, folder, corpus, degree, method, chosen);
        if (n > 0) {
            box b = make_box(values, n);
            double place = (double)degree + 1 +
                           ((double)corpus - ((double)folder->corpus_count - 1) / 2) * slot;
            fprintf(script, "%g %g %g %g %g %g %g\n", place, b.q1, b.low, b.high, b.q3, b.median,
                    0.8 * slot);
            boxes++;
        }
    }
    fprintf(script, "END\n");
    return boxes;
}

void
reference_lines(reference_line lines[LINES], const study_folder *folder, size_t method,
                selection chosen)
{
    cell untrained = folder_cell(folder, "untrained", "none", method_names[method].name, chosen);
    cell raw = folder_cell(folder, "baseline", "none", "raw_input", chosen);
    cell edge = folder_cell(folder, "baseline", "none", "sobel", chosen);
    double chance = raw.chance;
    for (size_t i = 0; i < folder->explanation_count && !isfinite(chance); i++) {
        if (strcmp(folder->explanations[i].selection, selection_names[chosen]) == 0) {
            chance = folder->explanations[i].chance;
        }
    }
    lines[0] = (reference_line){"Raw input", "dt '-' lc rgb '#CC3311'", raw.median};
    lines[1] = (reference_line){"Untrained network", "dt 1 lc rgb '#222222'", untrained.median};
    lines[2] = (reference_line){"Edge filter (Sobel)", "dt '-.' lc rgb '#117733'", edge.median};
    lines[3] = (reference_line){"Chance", "dt '.' lc rgb '#555555'", chance};
}

void
reference_key(reference_line out[LINES], const study_folder *folder, selection chosen)
{
    reference_lines(out, folder, 0, chosen);
    for (size_t method = 1; method < STUDY_METHODS; method++) {
        reference_line lines[LINES];
        reference_lines(lines, folder, method, chosen);
        for (size_t k = 0; k < LINES; k++) {
            out[k].value = isfinite(out[k].value) ? out[k].value : lines[k].value;
        }
    }
}

static void
write_panel(FILE *script, const study_folder *folder, size_t method, selection chosen,
            const size_t *boxes)
{
    bool left = method % 4 == 0, bottom = method >= 4;
    double x = 0.06 + 0.2355 * (double)(method % 4), y = bottom ? 0.16 : 0.61;
    reference_line lines[LINES];
    reference_lines(lines, folder, method, chosen);
    gnuplot_place(script, x, x + 0.2215, y, y + 0.335);
    fprintf(script, "set title ");
    gnuplot_quote(script, method_names[method].title);
    fprintf(script, "\nset ylabel '%s'\n", left ? "True positive rate" : "");
    fprintf(script, "set xlabel '%s'\n", bottom ? "Degree of fine-tuning" : "");
    fprintf(script, "set format y '%s'\nplot NaN notitle", left ? "%.1f" : "");
    for (size_t k = 0; k < LINES; k++) {
        if (isfinite(lines[k].value)) {
            fprintf(script, ", \\\n  %g with lines lw 2 %s notitle", lines[k].value,
                    lines[k].style);
        }
    }
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        if (boxes[corpus] > 0) {
            fprintf(
                script,
                ", \\\n  $box_%zu_%zu using 1:2:3:4:5:7 with candlesticks whiskerbars 0.5 "
                "lc rgb '%s' fs solid 0.8 border lc rgb '#333333' notitle"
                ", \\\n  '' using ($1-$7/2):6:7:(0) with vectors nohead lw 2.5 lc rgb '#000000' "
                "notitle",
                method, corpus, colour_of_corpus(corpus));
        }
    }
    fprintf(script, "\n");
}

static void
write_key(FILE *script, const study_folder *folder, selection chosen)
{
    reference_line lines[LINES];
    reference_key(lines, folder, chosen);
    gnuplot_key_strip(script, 0.07);
    fprintf(script, "plot NaN notitle");
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        fprintf(script,
                ", \\\n  NaN with boxes lc rgb '%s' fs solid 0.8 border lc rgb '#333333' title ",
                colour_of_corpus(corpus));
        gnuplot_quote(script, corpus_title(folder->corpora[corpus]));
    }
    for (size_t k = 0; k < LINES; k++) {
        if (isfinite(lines[k].value)) {
            fprintf(script, ", \\\n  NaN with lines lw 2 %s title '%s'", lines[k].style,
                    lines[k].title);
        }
    }
    fprintf(script, "\n");
}

static lb_status
write_script(FILE *script, const study_folder *folder, selection chosen, size_t *boxes,
             lb_error *err)
{
    double *values = lb_alloc(folder->score_count, sizeof *values, err);
    if (values == NULL) {
        return err->code;
    }
    fprintf(script, "set multiplot\nset key off\n"
                    "set xrange [0.4:5.6]\nset yrange [0:1]\nset ytics 0.2 nomirror\n"
                    "set xtics ('1' 1, '2' 2, '3' 3, '4' 4, 'all' 5) scale 0 nomirror\n"
                    "set grid ytics lc rgb '#dddddd' lt 1 lw 1\nset border 3 lc rgb '#555555'\n"
                    "set tics textcolor rgb '#222222'\nset title offset 0,-0.5\n");
    *boxes = 0;
    for (size_t method = 0; method < STUDY_METHODS; method++) {
        size_t count[MAX_CORPORA];
        for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
            count[corpus] = write_boxes(script, values, folder, corpus, method, chosen);
            *boxes += count[corpus];
        }
        write_panel(script, folder, method, chosen, count);
    }
    write_key(script, folder, chosen);
    fprintf(script, "unset multiplot\n");
    lb_free(values);
    return LB_OK;
}

lb_status
draw_boxplot(bool *drawn, study_folder *folder, selection chosen, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL, name[48];
    size_t size = 0, boxes = 0;
    FILE *script = NULL;
    *drawn = false;
    snprintf(name, sizeof name, "boxplot_%s%s", selection_names[chosen], folder->suffix);
    if (folder->score_count == 0) {
        goto cleanup; /* the table is named as missing already, or holds none of these models */
    }
    script = open_memstream(&text, &size);
    if (script == NULL) {
        LB_TRY(lb_fail_errno(err, "figures/%s", name));
    }
    LB_TRY(write_script(script, folder, chosen, &boxes, err));
    if (fflush(script) != 0 || ferror(script)) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "figures/%s: out of memory", name));
    }
    if (boxes == 0) {
        LB_TRY(folder_miss(folder, err, "figures/%s: tables/scores.csv has no row of selection %s",
                           name, selection_names[chosen]));
        goto cleanup;
    }
    LB_TRY(gnuplot_draw(folder->directory, name, WIDTH, HEIGHT, text, err));
    *drawn = true;
cleanup:
    if (script != NULL) {
        fclose(script);
    }
    free(text);
    return status;
}
