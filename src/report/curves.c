/* SPDX-License-Identifier: MIT */
/* Accuracy over the epochs: one row of panels per corpus, first its pre-training, then the degrees.
 */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "gnuplot.h"

enum { WIDTH = 1240, ROW_HEIGHT = 270, ROW_GAP = 36, TITLE_HEIGHT = 40 };
/* Below the last row: its numbers, the axes' title, the key. */
enum { AXIS_HEIGHT = 74, KEY_HEIGHT = 70, FOOT = AXIS_HEIGHT + KEY_HEIGHT };
enum { PANELS = DEGREES + 1 };

/* What a panel holds so far: its histories are data blocks $h_ROW_PANEL_0 and so on. */
typedef struct panel {
    size_t histories;
    double epochs, loss; /* the greatest */
} panel;

/* Writes a history as a data block: epoch, training, validation accuracy, kept. */
static lb_status
write_history(FILE *script, double *lowest, panel *where, size_t row, size_t column,
              const char *path, lb_error *err)
{
    enum { EPOCH, TRAIN, VALIDATION, KEPT, TRAIN_LOSS, VALIDATION_LOSS, FIELDS };
    static const char *const names[FIELDS] = {"epoch", "train_accuracy", "validation_accuracy",
                                              "kept",  "train_loss",     "validation_loss"};
    lb_csv csv = {0};
    double *values = NULL;
    size_t at[FIELDS] = {0};
    lb_status status = LB_OK;
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t k = 0; k < FIELDS; k++) {
        LB_TRY(lb_csv_column(&at[k], &csv, names[k], path, err));
    }
    if (csv.rows == 0) {
        goto cleanup;
    }
    LB_ALLOC(values, csv.rows * FIELDS);
    for (size_t i = 0; i < csv.rows * FIELDS; i++) {
        LB_TRY(lb_csv_number(&values[i], &csv, i / FIELDS, at[i % FIELDS], path, err));
    }
    fprintf(script, "$h_%zu_%zu_%zu << END\n", row, column, where->histories);
    for (size_t r = 0; r < csv.rows; r++) {
        const double *value = values + r * FIELDS;
        fprintf(script, "%g %g %g %g %g %g\n", value[EPOCH], value[TRAIN], value[VALIDATION],
                value[KEPT], value[TRAIN_LOSS], value[VALIDATION_LOSS]);
        for (size_t k = TRAIN_LOSS; k < FIELDS; k++) {
            where->loss = isfinite(value[k]) ? fmax(where->loss, value[k]) : where->loss;
        }
        *lowest = fmin(*lowest, fmin(value[TRAIN], value[VALIDATION]));
        where->epochs = fmax(where->epochs, value[EPOCH]);
    }
    fprintf(script, "END\n");
    where->histories++;
cleanup:
    lb_free(values);
    lb_csv_release(&csv);
    return status;
}

static lb_status
add_history(FILE *script, double *lowest, panel *where, size_t row, size_t column,
            study_folder *folder, const char *name, lb_error *err)
{
    bool there = false;
    lb_status status = folder_has(&there, folder, name, "a training curve", err);
    if (status != LB_OK || !there) {
        return status;
    }
    char *path = folder_path(folder, name, err);
    status =
        path == NULL ? err->code : write_history(script, lowest, where, row, column, path, err);
    lb_free(path);
    return folder_forgive(status, folder, err);
}

/* A model has one row per split in the table; its curve is wanted once. */
static bool
seen_before(const study_folder *folder, size_t index)
{
    const model_row *m = &folder->models[index];
    for (size_t i = 0; i < index; i++) {
        const model_row *o = &folder->models[i];
        if (strcmp(o->corpus, m->corpus) == 0 && strcmp(o->degree, m->degree) == 0 &&
            strcmp(o->seed, m->seed) == 0) {
            return true;
        }
    }
    return false;
}

static lb_status
write_row(FILE *script, double *lowest, panel panels[PANELS], size_t row, study_folder *folder,
          lb_error *err)
{
    lb_status status = LB_OK;
    const char *corpus = folder->corpora[row];
    char *name = lb_format(err, "models/%s/pretraining_history.csv", corpus);
    if (name == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(add_history(script, lowest, &panels[0], row, 0, folder, name, err));
    for (size_t i = 0; i < folder->model_count; i++) {
        const model_row *model = &folder->models[i];
        if (strcmp(model->corpus, corpus) != 0 || seen_before(folder, i)) {
            continue;
        }
        for (size_t d = 0; d < DEGREES; d++) {
            if (strcmp(model->degree, degree_names[d]) != 0) {
                continue;
            }
            lb_free(name);
            name = lb_format(err, "models/%s/degree_%s_seed_%s%s/history.csv", corpus,
                             model->degree, model->seed, folder->suffix);
            if (name == NULL) {
                LB_TRY(err->code);
            }
            LB_TRY(add_history(script, lowest, &panels[d + 1], row, d + 1, folder, name, err));
        }
    }
cleanup:
    lb_free(name);
    return status;
}

static void
plot_panel(FILE *script, const panel *where, const study_folder *folder, size_t row, size_t column,
           double height)
{
    double x = 0.075 + 0.1462 * (double)column;
    bool last = column == PANELS - 1;
    char title[96];
    snprintf(title, sizeof title, "%.60s: accuracy", corpus_title(folder->corpora[row]));
    double top = height - TITLE_HEIGHT - (double)(ROW_HEIGHT * row);
    gnuplot_place(script, x, x + 0.135, (top - ROW_HEIGHT + ROW_GAP) / height, top / height);
    fprintf(script, "set title '%s%s'\n", row > 0 ? "" : (column == 0 ? "Pre-training" : "Degree "),
            row > 0 || column == 0 ? "" : degree_names[column - 1]);
    if (column == 0) {
        fprintf(script, "set ylabel ");
        gnuplot_quote(script, title);
        fprintf(script, " offset 1,0\nset format y '%%.1f'\n");
    } else {
        fprintf(script, "set ylabel ''\nset format y ''\n");
    }
    fprintf(script, "set format y2 '%s'\nset y2label '%s' offset -1,0\n", last ? "%.1f" : "",
            last ? "Loss" : "");
    fprintf(script,
            "set xlabel '%s' offset 0,0.4\nset xrange [0:%g]\nset xtics %g\nplot NaN notitle",
            row + 1 == folder->corpus_count ? "Epoch" : "", fmax(where->epochs, 1) * 1.12,
            fmax(ceil(where->epochs / 5), 1));
    const char *ink = colour_of_corpus(row);
    for (size_t k = 0; k < where->histories; k++) {
        fprintf(script,
                ", \\\n  $h_%zu_%zu_%zu using 1:2 with lines lw 1.5 dt '-' lc rgb '%s' notitle"
                ", \\\n  '' using 1:3 with lines lw 2.5 lc rgb '%s' notitle"
                ", \\\n  '' using 1:($4 > 0 ? $3 : NaN) with points pt 7 ps 0.8 "
                "lc rgb '#222222' notitle, \\\n  '' using 1:5 axes x1y2 with lines lw 1 dt '.' lc "
                "rgb '#777777' notitle, '' using 1:6 axes x1y2 with lines lw 1.2 lc rgb '#777777' "
                "notitle",
                row, column, k, ink, ink);
    }
    fprintf(script, "\n");
}

static void
plot_all(FILE *script, panel (*panels)[PANELS], const study_folder *folder, double lowest,
         double height)
{
    const double max = 3; /* a loss that diverges leaves the panel */
    double loss = 0.1;
    for (size_t i = 0; i < folder->corpus_count * PANELS; i++) {
        loss = fmin(fmax(loss, panels[i / PANELS][i % PANELS].loss), max);
    }
    fprintf(script, "set y2range [0:%g]\nset y2tics %g nomirror\n", loss * 1.05,
            loss > 1.2 ? 1.0 : 0.5);
    fprintf(script,
            "set multiplot\nset key off\nset yrange [%g:1]\nset ytics 0.2 nomirror\n"
            "set xtics nomirror scale 0.5\nset grid ytics lc rgb '#dddddd' lt 1 lw 1\n"
            "set border 11 lc rgb '#555555'\nset tics textcolor rgb '#222222'\n"
            "set title offset 0,-0.5\n",
            floor(5 * fmin(lowest, 0.4)) / 5);
    for (size_t row = 0; row < folder->corpus_count; row++) {
        for (size_t column = 0; column < PANELS; column++) {
            plot_panel(script, &panels[row][column], folder, row, column, height);
        }
    }
    gnuplot_key_strip(script, KEY_HEIGHT / height, 3);
    fprintf(script,
            "plot NaN with lines lw 1.5 dt '-' lc rgb '#222222' title 'Training accuracy', "
            "NaN with lines lw 2.5 lc rgb '#222222' title 'Validation accuracy', "
            "NaN with points pt 7 ps 0.8 lc rgb '#222222' title 'Kept epoch', NaN with lines lw 1 "
            "dt '.' lc rgb '#777777' title 'Training loss', NaN with lines lw 1.2 lc rgb '#777777' "
            "title 'Validation loss'\nunset multiplot\n");
}

lb_status
draw_curves(bool *drawn, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    panel panels[MAX_CORPORA][PANELS] = {{{0}}};
    char name[48];
    size_t histories = 0;
    size_t height = TITLE_HEIGHT + FOOT - ROW_GAP + ROW_HEIGHT * folder->corpus_count;
    double lowest = 1;
    plot figure = {0};
    *drawn = false;
    snprintf(name, sizeof name, "training_curves%s", folder->suffix);
    LB_TRY(plot_open(&figure, err));
    for (size_t row = 0; row < folder->corpus_count; row++) {
        LB_TRY(write_row(figure.script, &lowest, panels[row], row, folder, err));
        for (size_t column = 0; column < PANELS; column++) {
            histories += panels[row][column].histories;
        }
    }
    if (histories == 0) {
        LB_TRY(folder_miss(folder, err, "figures/%s: no model's history was found", name));
        goto cleanup;
    }
    plot_all(figure.script, panels, folder, lowest, (double)height);
    LB_TRY(plot_draw(&figure, folder->directory, name, WIDTH, height, err));
    *drawn = true;
cleanup:
    plot_close(&figure);
    return status;
}
