/* SPDX-License-Identifier: MIT */
/* The study's main figure: one panel per method, boxes of the images' rates by degree and corpus,
 * and the networks' accuracy on the second axis. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "colour.h"
#include "gnuplot.h"
#include "lesionbench/score.h"

/* KEY of the height is the key's; it grows where it needs more. */
enum { WIDTH = FIGURE_PAGE, HEIGHT = 780, KEY = 70, COLUMNS = 4, PANELS = 8 };

box
box_of(double *values, size_t n)
{
    lb_box b = lb_box_of(values, n);
    return (box){b.q1, b.median, b.q3, b.low, b.high};
}

/* What is drawn, and what drawing it needs. */
typedef struct boxplot {
    FILE *script;
    const study_folder *folder;
    selection chosen;
    rate of;
    size_t first, end;                 /* methods */
    double *values;                    /* room for the scores of one box */
    size_t boxes[PANELS][MAX_CORPORA]; /* written */
    double lowest;                     /* of the whiskers */
    size_t key, key_columns;           /* height and columns of the key */
} boxplot;

static size_t
gather(boxplot *self, size_t corpus, size_t degree, size_t method)
{
    size_t n = 0;
    score_range scores = folder_scores(self->folder, corpus, degree, method, self->chosen);
    for (size_t i = 0; i < scores.count; i++) {
        float value =
            folder_score(self->folder, scores.rows[i], self->of == TPR ? SCORE_TPR : SCORE_TNR);
        if (isfinite(value)) {
            self->values[n++] = (double)value;
        }
    }
    return n;
}

/* Where a corpus's box of a degree stands. */
static double
place_of(const study_folder *folder, size_t corpus, size_t degree)
{
    double slot = 0.8 / (double)folder->corpus_count;
    return (double)degree + 1 + ((double)corpus - ((double)folder->corpus_count - 1) / 2) * slot;
}

/* Data block $box_m_c: place, q1, low, high, q3, median, width; one line per degree that has
 * scores. */
static void
write_boxes(boxplot *self, size_t method, size_t corpus)
{
    double width = 0.64 / (double)self->folder->corpus_count;
    fprintf(self->script, "$box_%zu_%zu << END\n", method, corpus);
    for (size_t degree = 0; degree < DEGREES; degree++) {
        size_t n = gather(self, corpus, degree, method);
        if (n > 0) {
            box b = box_of(self->values, n);
            fprintf(self->script, "%g %g %g %g %g %g %g\n", place_of(self->folder, corpus, degree),
                    b.q1, b.low, b.high, b.q3, b.median, width);
            self->boxes[method - self->first][corpus]++;
            self->lowest = fmin(self->lowest, b.low);
        }
    }
    fprintf(self->script, "END\n");
}

/* Data block $accuracy_c: place, accuracy; the figure has a second axis where there is any. */
static bool
write_accuracies(const boxplot *self)
{
    bool any = false;
    for (size_t corpus = 0; corpus < self->folder->corpus_count; corpus++) {
        fprintf(self->script, "$accuracy_%zu << END\n", corpus);
        for (size_t degree = 0; degree < DEGREES; degree++) {
            double accuracy =
                folder_accuracy(self->folder, self->folder->corpora[corpus], degree_names[degree]);
            if (isfinite(accuracy)) {
                fprintf(self->script, "%g %g\n", place_of(self->folder, corpus, degree), accuracy);
                any = true;
            }
        }
        fprintf(self->script, "END\n");
    }
    return any;
}

static double
chance_of(const study_folder *folder, selection chosen)
{
    double chance = folder_cell(folder, "baseline", "none", "raw_input", chosen).chance;
    for (size_t i = 0; i < folder->explanation_count && !isfinite(chance); i++) {
        if (strcmp(folder->explanations[i].selection, selection_names[chosen]) == 0) {
            chance = folder->explanations[i].chance;
        }
    }
    return chance;
}

void
reference_lines(reference_line lines[LINES], const study_folder *folder, size_t method,
                selection chosen)
{
    static const char *const own_line[] = {"raw_input", NULL, "sobel"};
    int strongest = strongest_control(folder, chosen);
    cell untrained = folder_cell(folder, "untrained", "none", folder->methods[method].name, chosen);
    lines[0] = (reference_line){"Raw input", "dt '-' lc rgb '#CC3311'", NAN};
    lines[1] = (reference_line){"Untrained network", "dt 1 lc rgb '#222222'", untrained.median};
    lines[2] = (reference_line){"Edge filter (Sobel)", "dt '-.' lc rgb '#117733'", NAN};
    lines[3] = (reference_line){"Chance", "dt '.' lc rgb '#555555'", chance_of(folder, chosen)};
    lines[4] = (reference_line){"", "dt '-..' lc rgb '#882255'", NAN};
    bool marked = false;
    for (size_t i = 0; i < 3; i += 2) {
        lines[i].value = folder_cell(folder, "baseline", "none", own_line[i], chosen).median;
        if (strongest != NOT_KNOWN && strcmp(folder->methods[strongest].name, own_line[i]) == 0) {
            size_t length = strlen(lines[i].title);
            snprintf(lines[i].title + length, sizeof lines[i].title - length,
                     ", strongest control");
            marked = true;
        }
    }
    if (strongest != NOT_KNOWN && !marked) {
        const method_entry *control = &folder->methods[strongest];
        snprintf(lines[4].title, sizeof lines[4].title, "%s, strongest control", control->title);
        lines[4].value = folder_cell(folder, "baseline", "none", control->name, chosen).median;
    }
}

void
reference_key(reference_line out[LINES], const study_folder *folder, selection chosen)
{
    reference_lines(out, folder, 0, chosen);
    for (size_t method = 1; method < folder->attribution_count; method++) {
        reference_line lines[LINES];
        reference_lines(lines, folder, method, chosen);
        for (size_t k = 0; k < LINES; k++) {
            out[k].value = isfinite(out[k].value) ? out[k].value : lines[k].value;
        }
    }
}

static void
plot_boxes(const boxplot *self, size_t method, size_t corpus)
{
    fprintf(
        self->script,
        ", \\\n  $box_%zu_%zu using 1:2:3:4:5:7 with candlesticks whiskerbars 0.5 lc rgb '%s' "
        "fs solid 0.8 border lc rgb '#333333' notitle"
        ", \\\n  '' using ($1-$7/2):6:7:(0) with vectors nohead lw 2.5 lc rgb '#000000' notitle",
        method, corpus, colour_of_corpus(corpus));
}

/* A shape for each corpus too, so that the colours need not be told apart. */
static void
plot_accuracy(const boxplot *self, size_t corpus)
{
    fprintf(self->script,
            ", \\\n  $accuracy_%zu using 1:2 axes x1y2 with linespoints lw 1 dt 3 lc rgb '%s' pt "
            "%d ps 0.75 notitle",
            corpus, ink_of_corpus(corpus), point_of_corpus(corpus));
}

/* The share of the figure's height of what is one of HEIGHT, from the bottom. */
static double
lift(const boxplot *self, double share)
{
    double more = (double)(self->key - KEY);
    return (share * HEIGHT + more) / (HEIGHT + more);
}

static void
write_panel(const boxplot *self, size_t method, bool accuracy)
{
    size_t panel = method - self->first;
    bool left = panel % COLUMNS == 0, right = panel % COLUMNS == COLUMNS - 1;
    bool bottom = panel >= COLUMNS;
    FILE *script = self->script;
    double x = 0.062 + 0.2235 * (double)(panel % COLUMNS), y = bottom ? 0.205 : 0.62;
    gnuplot_place(script, x, x + 0.2095, lift(self, y), lift(self, y + 0.325));
    fprintf(script, "set title ");
    gnuplot_quote(script, self->folder->methods[method].title);
    fprintf(script, "\nset ylabel '%s'\n",
            !left ? "" : (self->of == TPR ? "True positive rate" : "True negative rate"));
    fprintf(script, "set xlabel '%s' offset 0,0.4\n", bottom ? "Degree of fine-tuning" : "");
    fprintf(script, "set format y '%s'\n", !left ? "" : (self->of == TPR ? "%.1f" : "%.3f"));
    if (accuracy) {
        fprintf(script, "set y2tics 0.2 nomirror\nset format y2 '%s'\nset y2label '%s'\n",
                right ? "%.1f" : "", right ? "Accuracy" : "");
    }
    fprintf(script, "plot NaN notitle");
    reference_line lines[LINES];
    reference_lines(lines, self->folder, method, self->chosen);
    for (size_t k = 0; k < LINES && self->of == TPR; k++) {
        if (isfinite(lines[k].value)) {
            fprintf(script, ", \\\n  %g with lines lw 2 %s notitle", lines[k].value,
                    lines[k].style);
        }
    }
    for (size_t corpus = 0; corpus < self->folder->corpus_count; corpus++) {
        if (self->boxes[panel][corpus] > 0) {
            plot_boxes(self, method, corpus);
        }
    }
    for (size_t corpus = 0; accuracy && corpus < self->folder->corpus_count; corpus++) {
        plot_accuracy(self, corpus);
    }
    fprintf(script, "\n");
}

static void
accuracy_title(char *out, size_t size, const char *corpus)
{
    snprintf(out, size, "Accuracy, %.60s", corpus_title(corpus));
}

/* How high the key must be for all of its entries. */
static void
measure_key(boxplot *self, bool accuracy)
{
    const study_folder *folder = self->folder;
    size_t entries = 0, longest = 0;
    reference_line lines[LINES];
    reference_key(lines, folder, self->chosen);
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        char title[96];
        accuracy_title(title, sizeof title, folder->corpora[corpus]);
        size_t length = strlen(accuracy ? title : corpus_title(folder->corpora[corpus]));
        longest = length > longest ? length : longest;
        entries += accuracy ? 2 : 1;
    }
    for (size_t k = 0; k < LINES && self->of == TPR; k++) {
        if (isfinite(lines[k].value)) {
            size_t length = strlen(lines[k].title);
            longest = length > longest ? length : longest;
            entries++;
        }
    }
    size_t height = gnuplot_key_height(&self->key_columns, entries, longest, WIDTH);
    self->key = height > KEY ? height : KEY;
}

static void
write_key(const boxplot *self, bool accuracy)
{
    const study_folder *folder = self->folder;
    FILE *script = self->script;
    reference_line lines[LINES];
    reference_key(lines, folder, self->chosen);
    gnuplot_key_strip(script, (double)self->key / (double)(HEIGHT - KEY + self->key),
                      self->key_columns);
    fprintf(script, "plot NaN notitle");
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        fprintf(script,
                ", \\\n  NaN with boxes lc rgb '%s' fs solid 0.8 border lc rgb '#333333' title ",
                colour_of_corpus(corpus));
        gnuplot_quote(script, corpus_title(folder->corpora[corpus]));
    }
    for (size_t corpus = 0; accuracy && corpus < folder->corpus_count; corpus++) {
        char title[96];
        accuracy_title(title, sizeof title, folder->corpora[corpus]);
        fprintf(script, ", \\\n  NaN with linespoints lw 1 dt 3 lc rgb '%s' pt %d ps 0.75 title ",
                ink_of_corpus(corpus), point_of_corpus(corpus));
        gnuplot_quote(script, title);
    }
    for (size_t k = 0; k < LINES && self->of == TPR; k++) {
        if (isfinite(lines[k].value)) {
            fprintf(script, ", \\\n  NaN with lines lw 2 %s title ", lines[k].style);
            gnuplot_quote(script, lines[k].title);
        }
    }
    fprintf(script, "\n");
}

static size_t
write_script(boxplot *self)
{
    size_t boxes = 0;
    bool accuracy = write_accuracies(self);
    measure_key(self, accuracy);
    for (size_t method = self->first; method < self->end; method++) {
        for (size_t corpus = 0; corpus < self->folder->corpus_count; corpus++) {
            write_boxes(self, method, corpus);
            boxes += self->boxes[method - self->first][corpus];
        }
    }
    double bottom = self->of == TPR ? 0 : fmax(0, floor(self->lowest * 50) / 50);
    fprintf(self->script,
            "set multiplot\nset key off\nset xrange [0.4:5.6]\nset yrange [%g:1]\n"
            "set ytics %g nomirror\nset y2range [0:1]\n"
            "set xtics ('1' 1, '2' 2, '3' 3, '4' 4, 'all' 5) scale 0 nomirror\n"
            "set grid ytics lc rgb '#dddddd' lt 1 lw 1\nset border %d lc rgb '#555555'\n"
            "set tics textcolor rgb '#222222'\nset title offset 0,-0.5\n"
            "set ylabel offset 1,0\nset y2label offset -1,0\n",
            bottom, bottom > 0.9 ? (1 - bottom) / 4 : 0.2, accuracy ? 11 : 3);
    for (size_t method = self->first; method < self->end; method++) {
        write_panel(self, method, accuracy);
    }
    write_key(self, accuracy);
    fprintf(self->script, "unset multiplot\n");
    return boxes;
}

/* "boxplot_correct", "boxplot_tnr_wrong_2_matched" */
void
boxplot_name(char *out, size_t size, const study_folder *folder, selection chosen, rate of,
             size_t page)
{
    char number[24] = "";
    if (page > 0) {
        snprintf(number, sizeof number, "_%zu", page + 1);
    }
    snprintf(out, size, "boxplot_%s%s%s%s", of == TPR ? "" : "tnr_", selection_names[chosen],
             number, folder->suffix);
}

static lb_status
draw_page(bool *drawn, boxplot *self, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    plot figure = {0};
    *drawn = false;
    LB_TRY(plot_open(&figure, err));
    self->script = figure.script;
    self->lowest = 1;
    if (write_script(self) > 0) {
        LB_TRY(plot_draw(&figure, self->folder->directory, name, WIDTH, HEIGHT - KEY + self->key,
                         err));
        *drawn = true;
    }
cleanup:
    plot_close(&figure);
    return status;
}

lb_status
draw_boxplot(size_t *pages, study_folder *folder, selection chosen, rate of, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    *pages = 0;
    if (folder->score_count == 0) {
        return LB_OK; /* the table is named as missing already, or holds none of these models */
    }
    LB_ALLOC(values, folder->score_count);
    for (size_t first = 0; first < folder->attribution_count; first += PANELS) {
        size_t left = folder->attribution_count - first;
        char name[64];
        bool drawn = false;
        boxplot page = {.folder = folder,
                        .chosen = chosen,
                        .of = of,
                        .first = first,
                        .end = first + (left < PANELS ? left : PANELS),
                        .values = values};
        boxplot_name(name, sizeof name, folder, chosen, of, *pages);
        LB_TRY(draw_page(&drawn, &page, name, err));
        *pages += drawn;
        if (!drawn && first == 0) {
            LB_TRY(folder_miss(folder, err,
                               "figures/%s: tables/scores.csv has no row of selection %s", name,
                               selection_names[chosen]));
            goto cleanup;
        }
    }
cleanup:
    lb_free(values);
    return status;
}
