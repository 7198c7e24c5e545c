/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <math.h>
#include <string.h>

#include "html.h"
#include "lesionbench/score.h"
#include "lesionbench/version.h"

/* Wide tables scroll sideways within themselves; that region must be reachable by keyboard, and
 * what it is about stands above it, where it does not scroll away. */
static void
open_table(FILE *page, const char *id, const char *caption)
{
    fprintf(page,
            "<p class=\"about\" id=\"%s\">%s</p>\n"
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s\">\n"
            "<table class=\"sortable\" aria-describedby=\"%s\">\n",
            id, caption, id, id);
}

static void
close_table(FILE *page)
{
    fputs("</tbody></table></div>\n", page);
}

static void
number_cell(FILE *page, double value)
{
    if (isfinite(value)) {
        fprintf(page, "<td>%g</td>", value);
    } else {
        fputs("<td>–</td>", page);
    }
}

/* The metrics of a model that the page shows, by the titles of their rows. */
static const struct {
    const char *name;
    size_t offset; /* in model_row */
} SHOWN[] = {{"accuracy", offsetof(model_row, accuracy)},
             {"auroc", offsetof(model_row, auroc)},
             {"auprc", offsetof(model_row, auprc)},
             {"sensitivity", offsetof(model_row, sensitivity)},
             {"specificity", offsetof(model_row, specificity)},
             {"mcc", offsetof(model_row, mcc)}};
enum { SHOWN_METRICS = sizeof SHOWN / sizeof *SHOWN };

static const char *
metric_title(const char *name)
{
    const lb_prediction_metric *metric = NULL;
    for (size_t m = 0; (metric = lb_prediction_metric_at(m)) != NULL; m++) {
        if (strcmp(metric->name, name) == 0) {
            return metric->title;
        }
    }
    return name;
}

static void
model_line(FILE *page, const model_row *row)
{
    fputs("<tr><th scope=\"row\">", page);
    html_text(page, corpus_title(row->corpus));
    fputs("</th><td>", page);
    html_text(page, row->degree);
    fputs("</td><td>", page);
    html_text(page, row->seed);
    fputs("</td>", page);
    for (size_t i = 0; i < SHOWN_METRICS; i++) {
        const void *place = (const char *)row + SHOWN[i].offset;
        double value = *(const double *)place;
        if (isfinite(value)) {
            fprintf(page, i == 0 ? "<td><strong>%.3f</strong></td>" : "<td>%.3f</td>", value);
        } else {
            fputs("<td>–</td>", page);
        }
    }
    number_cell(page, row->learning_rate);
    number_cell(page, row->epochs);
    number_cell(page, row->kept_epoch);
    fputs("</tr>\n", page);
}

static void
column_titles(FILE *page, const char *const *titles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(page, "<th scope=\"col\">%s</th>", titles[i]);
    }
}

void
page_model_table(FILE *page, const page_facts *facts)
{
    static const char *const of_model[] = {"Pre-training", "Degree", "Seed"};
    static const char *const of_training[] = {"Learning rate", "Epochs", "Kept epoch"};
    const study_folder *folder = facts->folder;
    double images = NAN;
    for (size_t i = 0; i < folder->model_count && !isfinite(images); i++) {
        if (strcmp(folder->models[i].split, "holdout") == 0) {
            images = folder->models[i].images;
        }
    }
    if (!isfinite(images)) {
        return;
    }
    char caption[256];
    snprintf(caption, sizeof caption,
             "On the %.0f holdout images. Irregular lesions are the positive class. "
             "<a href=\"../tables/classification.csv\">CSV</a>",
             images);
    char id[48];
    snprintf(id, sizeof id, "table-models%s", folder->suffix);
    open_table(page, id, caption);
    fputs("<thead><tr>", page);
    column_titles(page, of_model, sizeof of_model / sizeof *of_model);
    for (size_t i = 0; i < SHOWN_METRICS; i++) {
        fprintf(page, "<th scope=\"col\">%s</th>", metric_title(SHOWN[i].name));
    }
    column_titles(page, of_training, sizeof of_training / sizeof *of_training);
    fputs("</tr></thead><tbody>\n", page);
    for (size_t i = 0; i < folder->model_count; i++) {
        if (strcmp(folder->models[i].split, "holdout") == 0) {
            model_line(page, &folder->models[i]);
        }
    }
    close_table(page);
}

static void
median_cell(FILE *page, const cell *c, bool best)
{
    if (c->seeds == 0) {
        fputs("<td>–</td>", page);
        return;
    }
    fprintf(page, "<td%s data-value=\"%.9g\">", best ? " class=\"top\"" : "", c->median);
    html_rate(page, c->median);
    fputs("<small>", page);
    html_rate(page, c->q1);
    fputs("–", page);
    html_rate(page, c->q3);
    fputs("</small></td>", page);
}

/* True where no method has a higher median on this model. */
static bool
is_best(const study_folder *folder, const char *corpus, const char *degree, double median,
        selection chosen)
{
    for (size_t m = 0; m < folder->attribution_count; m++) {
        if (folder_cell(folder, corpus, degree, folder->methods[m].name, chosen).median > median) {
            return false;
        }
    }
    return true;
}

static bool
has_untrained(const study_folder *folder, selection chosen)
{
    for (size_t m = 0; m < folder->attribution_count; m++) {
        if (folder_cell(folder, "untrained", "none", folder->methods[m].name, chosen).seeds > 0) {
            return true;
        }
    }
    return false;
}

static void
explanation_head(FILE *page, const study_folder *folder, bool untrained)
{
    fputs("<thead><tr><th scope=\"col\" rowspan=\"2\">Method</th>", page);
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        fprintf(page, "<th scope=\"colgroup\" colspan=\"%d\">", (int)DEGREES);
        html_text(page, corpus_title(folder->corpora[corpus]));
        fputs("</th>", page);
    }
    fputs(untrained ? "<th scope=\"col\" rowspan=\"2\">Untrained</th>" : "", page);
    fputs("</tr>\n<tr>", page);
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        for (size_t degree = 0; degree < DEGREES; degree++) {
            fprintf(page, "<th scope=\"col\">%s</th>", degree_names[degree]);
        }
    }
    fputs("</tr></thead><tbody>\n", page);
}

static void
method_line(FILE *page, const study_folder *folder, size_t method, selection chosen, bool untrained)
{
    const char *name = folder->methods[method].name;
    fputs("<tr><th scope=\"row\">", page);
    html_text(page, folder->methods[method].title);
    fputs("</th>", page);
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        for (size_t degree = 0; degree < DEGREES; degree++) {
            const char *of = folder->corpora[corpus], *at = degree_names[degree];
            cell c = folder_cell(folder, of, at, name, chosen);
            median_cell(page, &c, is_best(folder, of, at, c.median, chosen));
        }
    }
    if (untrained) {
        cell c = folder_cell(folder, "untrained", "none", name, chosen);
        median_cell(page, &c, false);
    }
    fputs("</tr>\n", page);
}

/* Baselines look at the image alone: one figure for all networks. */
static void
baseline_line(FILE *page, const study_folder *folder, size_t method, selection chosen)
{
    cell c = folder_cell(folder, "baseline", "none", folder->methods[method].name, chosen);
    if (c.seeds == 0) {
        return;
    }
    fputs("<tr class=\"baseline\"><th scope=\"row\">", page);
    html_text(page, folder->methods[method].title);
    fprintf(page, "</th><td colspan=\"%zu\">", folder->corpus_count * DEGREES + 1);
    html_rate(page, c.median);
    fputs(" <small>", page);
    html_rate(page, c.q1);
    fputs("–", page);
    html_rate(page, c.q3);
    fputs("</small> whatever the network</td></tr>\n", page);
}

static bool
has_selection(const study_folder *folder, selection chosen)
{
    for (size_t i = 0; i < folder->explanation_count; i++) {
        if (strcmp(folder->explanations[i].selection, selection_names[chosen]) == 0) {
            return true;
        }
    }
    return false;
}

void
page_explanation_table(FILE *page, const page_facts *facts, selection chosen)
{
    const study_folder *folder = facts->folder;
    if (!has_selection(folder, chosen)) {
        return;
    }
    char caption[640], images[400];
    page_name_images(images, sizeof images, folder, chosen);
    snprintf(caption, sizeof caption,
             "Median TPR, below it the quartiles, over %s; means over seeds. "
             "Bold: best of the column. <a href=\"../tables/explanation.csv\">CSV</a>",
             images);
    char id[48];
    snprintf(id, sizeof id, "table-%s%s", selection_names[chosen], folder->suffix);
    open_table(page, id, caption);
    bool untrained = has_untrained(folder, chosen);
    explanation_head(page, folder, untrained);
    for (size_t method = 0; method < folder->attribution_count; method++) {
        method_line(page, folder, method, chosen, untrained);
    }
    for (size_t method = folder->attribution_count; method < folder->method_count; method++) {
        baseline_line(page, folder, method, chosen);
    }
    close_table(page);
}

void
page_run_tables(FILE *page, const page_facts *facts)
{
    const manifest *run = &facts->run;
    if (run->version != NULL) {
        fputs("<p>Made by lesionbench ", page);
        html_text(page, run->version);
        if (isfinite(run->seconds)) {
            fprintf(page, " in %.0f s", run->seconds);
        }
        if (isfinite(run->peak_memory)) {
            fprintf(page, ", with at most %.2f GB of memory", run->peak_memory / 1e9);
        }
        fprintf(page, "; this page by %s.</p>\n", lb_version());
    }
    if (run->count == 0) {
        return;
    }
    fputs("<details><summary>Time of each stage</summary>\n", page);
    open_table(page, "table-stages", "Time of each stage, in seconds");
    fputs("<thead><tr><th scope=\"col\">Stage</th><th scope=\"col\">Seconds</th><th scope=\"col\">"
          "State</th></tr></thead><tbody>\n",
          page);
    for (size_t i = 0; i < run->count; i++) {
        fputs("<tr><th scope=\"row\">", page);
        html_text(page, run->stages[i].name);
        fputs("</th>", page);
        if (isfinite(run->stages[i].seconds)) {
            fprintf(page, "<td>%.1f</td>", run->stages[i].seconds);
        } else {
            fputs("<td>–</td>", page);
        }
        fprintf(page, "<td>%s</td></tr>\n",
                run->stages[i].skipped ? "kept from an earlier run" : "run");
    }
    close_table(page);
    fputs("</details>\n", page);
}
