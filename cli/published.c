/* SPDX-License-Identifier: MIT */
#include "published.h"

#include <math.h>
#include <string.h>

#include "lesionbench/csv.h"
#include "lesionbench/json.h"
#include "lesionbench/published.h"

const char *const FORMATS[] = {"table", "csv", "json", NULL};

typedef double (*rate_function)(const lb_localisation *);

/* The groups of one box: those from `first` that have its names. */
typedef struct boxed {
    const lb_published *from;
    size_t first;
    bool pool; /* models of a corpus and degree together */
} boxed;

static bool
belongs(const boxed *self, size_t group)
{
    const lb_published_group *a = &self->from->groups[self->first], *b = &self->from->groups[group];
    if (strcmp(a->method, b->method) != 0 || strcmp(a->selection, b->selection) != 0) {
        return false;
    }
    return self->pool ? strcmp(a->name.corpus, b->name.corpus) == 0 &&
                            strcmp(a->name.degree, b->name.degree) == 0
                      : strcmp(a->model, b->model) == 0;
}

static bool
came_before(const boxed *self)
{
    for (size_t g = 0; g < self->first; g++) {
        if (belongs(self, g)) {
            return true;
        }
    }
    return false;
}

/* Values that are undefined are left out. */
static size_t
gather(double *out, const boxed *self, rate_function rate)
{
    size_t count = 0;
    for (size_t g = self->first; g < self->from->count; g++) {
        const lb_published_group *group = &self->from->groups[g];
        for (size_t i = 0; belongs(self, g) && i < group->count; i++) {
            out[count] = group->counts != NULL ? rate(&group->counts[i]) : group->rate[i];
            count += isnan(out[count]) ? 0 : 1;
        }
    }
    return count;
}

static const char *const FIGURES[] = {"mean", "median", "q1", "q3", "low", "high"};
enum { FIGURE_COUNT = 6 };

static void
print_figures(const boxed *self, const char *rate, const lb_box *box, size_t format, bool first)
{
    const lb_published_group *group = &self->from->groups[self->first];
    const char *const keys[] = {"model", "corpus", "degree", "seed", "method", "selection", "rate"};
    const char *const texts[] = {self->pool ? "" : group->model,
                                 group->name.corpus,
                                 group->name.degree,
                                 self->pool ? "" : group->name.seed,
                                 group->method,
                                 group->selection,
                                 rate};
    const double values[FIGURE_COUNT] = {box->mean, box->median, box->q1,
                                         box->q3,   box->low,    box->high};
    if (format == FORMAT_TABLE) {
        printf("%-22.22s %-9.9s %-6.6s %-12.12s %-4s %6zu", group->method, group->name.corpus,
               group->name.degree, texts[3], rate, box->count);
        for (size_t f = 0; f < FIGURE_COUNT; f++) {
            printf(" %7.4f", values[f]);
        }
        putchar('\n');
        return;
    }
    if (format == FORMAT_JSON) {
        printf("%s\n  {", first ? "" : ",");
    }
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (format == FORMAT_CSV) {
            lb_csv_field(stdout, texts[k]);
            putchar(',');
        } else {
            printf("\"%s\": ", keys[k]);
            lb_json_text(stdout, texts[k], false);
            fputs(", ", stdout);
        }
    }
    printf(format == FORMAT_CSV ? "%zu" : "\"images\": %zu", box->count);
    for (size_t f = 0; f < FIGURE_COUNT; f++) {
        printf(format == FORMAT_CSV ? "," : ", \"%s\": ", FIGURES[f]);
        if (format != FORMAT_CSV) {
            lb_json_number(stdout, values[f], 12);
        } else if (!isnan(values[f])) {
            printf("%.12g", values[f]);
        }
    }
    fputs(format == FORMAT_CSV ? "\n" : "}", stdout);
}

static void
print_header(size_t format)
{
    if (format == FORMAT_JSON) {
        putchar('[');
    } else if (format == FORMAT_CSV) {
        puts("model,corpus,degree,seed,method,selection,rate,images,mean,median,q1,q3,low,high");
    } else {
        printf("%-22s %-9s %-6s %-12s %-4s %6s", "method", "corpus", "degree", "seed", "rate",
               "images");
        for (size_t f = 0; f < FIGURE_COUNT; f++) {
            printf(" %7s", FIGURES[f]);
        }
        putchar('\n');
    }
}

static lb_status
print_boxes(const lb_published *from, size_t format, bool pool, bool *first, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    size_t capacity = 0;
    for (size_t g = 0; g < from->count; g++) {
        capacity += from->groups[g].count;
    }
    LB_ALLOC(values, capacity);
    for (size_t g = 0; g < from->count; g++) {
        const boxed self = {from, g, pool};
        if (came_before(&self)) {
            continue;
        }
        lb_box box = lb_box_of(values, gather(values, &self, lb_tpr));
        print_figures(&self, "tpr", &box, format, *first);
        *first = false;
        if (from->kind == LB_PUBLISHED_COUNTS) {
            box = lb_box_of(values, gather(values, &self, lb_tnr));
            print_figures(&self, "tnr", &box, format, false);
        }
    }
cleanup:
    lb_free(values);
    return status;
}

static lb_status
append_rows(lb_score_rows *scores, const lb_published *from, lb_error *err)
{
    for (size_t g = 0; g < from->count; g++) {
        const lb_published_group *group = &from->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            lb_score_row *row = lb_score_rows_add(scores, err);
            if (row == NULL) {
                return err->code;
            }
            row->image = (uint32_t)i;
            row->score = group->counts[i];
            snprintf(row->method, sizeof row->method, "%s", group->method);
            snprintf(row->corpus, sizeof row->corpus, "%s", group->name.corpus);
            snprintf(row->degree, sizeof row->degree, "%s", group->name.degree);
            snprintf(row->seed, sizeof row->seed, "%s", group->name.seed);
        }
    }
    return LB_OK;
}

lb_status
print_published_scores(lb_score_rows *scores, char **paths, size_t count, size_t format, bool pool,
                       lb_error *err)
{
    lb_status status = LB_OK;
    lb_published published = {0};
    bool first = true;
    for (size_t p = 0; p < count; p++) {
        LB_TRY(lb_published_read(&published, paths[p], err));
        bool has_rates =
            published.kind == LB_PUBLISHED_COUNTS || published.kind == LB_PUBLISHED_RATES;
        if (!has_rates || (scores != NULL && published.kind != LB_PUBLISHED_COUNTS)) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: holds no %s", paths[p],
                           has_rates ? "counts for a scores.csv, only rates"
                                     : "scores of maps (see 'lesionbench evaluate')"));
        }
        if (p == 0) {
            print_header(format);
        }
        LB_TRY(print_boxes(&published, format, pool, &first, err));
        if (scores != NULL) {
            LB_TRY(append_rows(scores, &published, err));
        }
        lb_published_release(&published);
    }
    if (format == FORMAT_JSON) {
        puts("\n]");
    }
cleanup:
    lb_published_release(&published);
    return status;
}
