/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "evaluation.h"
#include "lesionbench/grow.h"
#include "lesionbench/published.h"
#include "lesionbench/subgroups.h"
#include "published.h"

typedef struct options {
    const char *data, *quirks;
    size_t format, by, list;
} options;

enum { BY_MODEL, BY_DEGREE, BY_FIRST_STRATUM };
static const char *const GROUPS[] = {"model", "degree",  "class", "lesion_count",
                                     "area",  "subject", NULL};
static const char *const LISTS[] = {"none", "correct", "wrong", "wrong_for_all", NULL};

static const lb_setting ROWS[] = {
    {"format", LB_SETTING_CHOICE, offsetof(options, format), 0, 0, "of the output", FORMATS},
    {"by", LB_SETTING_CHOICE, offsetof(options, by), 0, 0,
     "degree: means over models; class and those after it: parts of the images, with --data",
     GROUPS},
    {"list", LB_SETTING_CHOICE, offsetof(options, list), 0, 0,
     "instead, images: right for all models, wrong for each, wrong for all", LISTS},
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5 that the predictions are of"),
    OPT_ROW(options, "quirks", quirks, LB_SETTING_LIST,
            "sensitivity_swapped[=on|off], over what the file records"),
};

typedef struct results {
    size_t count, capacity;
    evaluation *items;
    size_t models;
    lb_predictions *predictions; /* (models), with the names and files below */
    char (*names)[128];
    const char **paths;
} results;

/* The file's name without folder and ending. */
static void
stem(char *out, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
    snprintf(out, size, "%.*s", (int)length, name);
}

static bool
holds(const lb_published_group *list, uint32_t image)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->index[i] == image) {
            return true;
        }
    }
    return false;
}

/* A file of lists: the images that each model gets wrong, or those that are in all lists. */
static void
print_index_lists(const lb_published *lists, bool all)
{
    const lb_published_group *first = &lists->groups[0];
    for (size_t g = 0; g < (all ? 1 : lists->count); g++) {
        const lb_published_group *group = &lists->groups[g];
        size_t count = 0;
        for (int pass = 0; pass < 2; pass++) { /* to count, then to print */
            for (size_t i = 0; i < group->count; i++) {
                bool in_all = true;
                for (size_t o = 1; all && o < lists->count; o++) {
                    in_all = in_all && holds(&lists->groups[o], first->index[i]);
                }
                count += pass == 0 && in_all;
                if (pass == 1 && in_all) {
                    printf(" %u", (unsigned)group->index[i]);
                }
            }
            if (pass == 0) {
                printf("%s: %zu images:", all ? "wrong_for_all" : group->model, count);
            }
        }
        putchar('\n');
    }
}

/* The models of one file: one, or as many as a published file has. */
static lb_status
add_models(results *all, const char *path, size_t *capacity, lb_error *err)
{
    lb_status status = LB_OK;
    lb_published published = {0};
    bool is_published = lb_published_is(path);
    if (is_published) {
        LB_TRY(lb_published_read(&published, path, err));
        if (published.kind != LB_PUBLISHED_PREDICTIONS) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                           "%s: holds no predictions (see 'lesionbench score')", path));
        }
    }
    for (size_t g = 0; g < (is_published ? published.count : 1); g++) {
        size_t capacity_of_names = *capacity, capacity_of_paths = *capacity;
        LB_GROW(all->names, all->models, capacity_of_names);
        LB_GROW(all->paths, all->models, capacity_of_paths);
        LB_GROW(all->predictions, all->models, *capacity);
        lb_predictions *model = &all->predictions[all->models];
        char *name = all->names[all->models];
        all->paths[all->models] = path;
        stem(name, sizeof *all->names, path);
        if (is_published) {
            *model = published.groups[g].predictions;
            published.groups[g].predictions = (lb_predictions){0};
            memcpy(name, published.groups[g].model, sizeof published.groups[g].model);
        } else {
            LB_TRY(lb_predictions_load(model, path, err));
        }
        all->models++;
    }
cleanup:
    lb_published_release(&published);
    return status;
}

static evaluation *
add_result(results *all, size_t model, lb_error *err)
{
    evaluation *items = lb_array_grow(all->items, all->count, &all->capacity, sizeof *items, err);
    evaluation *one = items != NULL ? items + all->count : NULL;
    if (one != NULL) {
        const lb_predictions *from = &all->predictions[model];
        all->items = items;
        all->count++;
        *one = (evaluation){.name = from->name};
        memcpy(one->model, all->names[model], sizeof one->model);
        memcpy(one->split, from->split, sizeof one->split);
    }
    return one;
}

/* Scores those images of a model that are in the part. */
static lb_status
score_part(results *all, size_t model, const uint32_t *parts, uint32_t part, const char *stratum,
           lb_error *err)
{
    lb_status status = LB_OK;
    const lb_predictions *from = &all->predictions[model];
    lb_predictions some = *from;
    some.logits = NULL;
    some.labels = NULL;
    some.count = 0;
    evaluation *one = add_result(all, model, err);
    LB_TRY(one == NULL ? err->code : LB_OK);
    LB_ALLOC(some.logits, from->count * from->classes);
    LB_ALLOC(some.labels, from->count);
    for (size_t i = 0; i < from->count; i++) {
        if (parts[i] == part) {
            memcpy(some.logits + some.count * from->classes, from->logits + i * from->classes,
                   from->classes * sizeof *some.logits);
            some.labels[some.count++] = from->labels[i];
        }
    }
    snprintf(one->part, sizeof one->part, "%s=%u", stratum, (unsigned)part);
    LB_TRY(lb_predictions_score(&one->score, &some, all->paths[model], err));
cleanup:
    lb_free(some.labels);
    lb_free(some.logits);
    return status;
}

static lb_status
score_parts(results *all, size_t model, const options *given, const lb_context *context,
            lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = NULL;
    uint32_t *parts = NULL;
    const lb_predictions *from = &all->predictions[model];
    size_t split = 0;
    while (split < LB_SPLITS && strcmp(from->split, lb_split_name((lb_split)split)) != 0) {
        split++;
    }
    LB_TRY(lb_dataset_open(&dataset, given->data, err));
    if (from->labels == NULL || split == LB_SPLITS ||
        lb_dataset_count(dataset, (lb_split)split) != from->count) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: is not of the images of %s", all->names[model],
                       given->data));
    }
    LB_TRY(lb_predictions_check(from, all->names[model], dataset, (lb_split)split, err));
    size_t stratum = given->by - BY_FIRST_STRATUM + LB_SUBGROUP_CLASS;
    uint32_t max = 0, present = 0;
    LB_ALLOC(parts, from->count);
    LB_TRY(lb_subgroups(parts, dataset, (lb_split)split, (lb_subgroup)stratum, context, err));
    for (size_t i = 0; i < from->count; i++) {
        max = parts[i] > max ? parts[i] : max;
    }
    for (uint32_t part = 0; part <= max; part++) {
        present = 0;
        for (size_t i = 0; i < from->count; i++) {
            present += parts[i] == part;
        }
        if (present > 0) {
            LB_TRY(score_part(all, model, parts, part, LB_SUBGROUPS[stratum], err));
        }
    }
cleanup:
    lb_free(parts);
    lb_dataset_close(dataset);
    return status;
}

/* Puts the means over each corpus and degree in the place of the models. Intervals of single models
 * say nothing of a mean. */
static void
pool_degrees(results *all)
{
    size_t groups = 0;
    for (size_t i = 0; i < all->count; i++) {
        evaluation *one = &all->items[i];
        size_t members = 1, g = 0;
        while (g < groups && (strcmp(all->items[g].name.corpus, one->name.corpus) != 0 ||
                              strcmp(all->items[g].name.degree, one->name.degree) != 0)) {
            g++;
        }
        if (g < groups) {
            continue;
        }
        for (size_t j = i + 1; j < all->count; j++) {
            evaluation *other = &all->items[j];
            if (strcmp(other->name.corpus, one->name.corpus) == 0 &&
                strcmp(other->name.degree, one->name.degree) == 0) {
                members++;
                for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
                    *lb_prediction_value(&one->score, m) += *lb_prediction_value(&other->score, m);
                }
            }
        }
        for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
            *lb_prediction_value(&one->score, m) /= (double)members;
            if (lb_prediction_range(&one->score, m) != NULL) {
                *lb_prediction_range(&one->score, m) = (lb_range){NAN, NAN};
            }
        }
        snprintf(one->model, sizeof one->model, "%.60s degree %s, mean of %zu", one->name.corpus,
                 one->name.degree, members);
        one->name.seed[0] = '\0';
        all->items[groups++] = *one;
    }
    all->count = groups;
}

static lb_status
score_models(results *all, const options *given, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t m = 0; m < all->models; m++) {
        if (given->by >= BY_FIRST_STRATUM) {
            LB_TRY(score_parts(all, m, given, context, err));
            continue;
        }
        evaluation *one = add_result(all, m, err);
        LB_TRY(one == NULL ? err->code : LB_OK);
        LB_TRY(lb_predictions_score(&one->score, &all->predictions[m], all->paths[m], err));
    }
    if (given->by == BY_DEGREE) {
        pool_degrees(all);
    }
cleanup:
    return status;
}

/* "model: 3 of 100 images: 4 17 88" */
static lb_status
print_lists(const results *all, size_t list, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *chosen = NULL;
    size_t images = all->predictions[0].count;
    LB_ALLOC(chosen, images);
    for (size_t m = 0; m < (list == LB_SELECT_WRONG ? all->models : 1); m++) {
        size_t count = 0;
        LB_TRY(lb_select(chosen, all->predictions, all->models, m, (lb_selection)list, err));
        for (size_t i = 0; i < images; i++) {
            count += chosen[i];
        }
        printf("%s: %zu of %zu images:", list == LB_SELECT_WRONG ? all->names[m] : LISTS[list],
               count, images);
        for (size_t i = 0; i < images; i++) {
            if (chosen[i]) {
                printf(" %zu", i);
            }
        }
        putchar('\n');
    }
cleanup:
    lb_free(chosen);
    return status;
}

static lb_status
switch_quirks(cli *self, results *all, const char *list, lb_error *err)
{
    for (size_t m = 0; m < all->models; m++) {
        if (lb_quirks_switch(&all->predictions[m].quirks, list,
                             LB_QUIRK_BIT(LB_QUIRK_SENSITIVITY_SWAPPED), err) != LB_OK) {
            self->wrong_usage = true;
            return err->code;
        }
    }
    return LB_OK;
}

static void
release(results *all)
{
    for (size_t m = 0; m < all->models; m++) {
        lb_predictions_release(&all->predictions[m]);
    }
    lb_free(all->predictions);
    lb_free(all->names);
    lb_free(all->paths);
    lb_free(all->items);
}

lb_status
cmd_evaluate(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0, capacity = 0;
    options given = {.format = FORMAT_TABLE};
    results all = {0};
    lb_published published = {0};
    const lb_prediction_metric *metric = NULL;
    char *help =
        lb_format(err, "Classification metrics with 95 %% intervals; class 1 (irregular) is "
                       "positive. Metrics:");
    for (size_t m = 0; help != NULL && (metric = lb_prediction_metric_at(m)) != NULL; m++) {
        char *longer = lb_format(err, "%s\n  %-17s %s", help, metric->name, metric->summary);
        lb_free(help);
        help = longer;
    }
    LB_TRY(help == NULL ? err->code : LB_OK);
    const opt_spec spec = {
        .usage = "lesionbench evaluate predictions.h5|PUBLISHED.pkl ... [--format table|csv|json]",
        .help = help,
        .groups = {{LB_SETTING_TABLE(ROWS), &given}},
        .min_operands = 1,
        .max_operands = 100000};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        goto cleanup;
    }
    if ((given.by >= BY_FIRST_STRATUM) != (given.data != NULL)) {
        LB_TRY(opt_wrong(self, err, "--data goes with --by class, lesion_count, area or subject"));
    }
    if (lb_published_is(argv[1])) {
        LB_TRY(lb_published_read(&published, argv[1], err));
    }
    if (published.kind == LB_PUBLISHED_INDICES && published.count > 0) {
        if (operands > 1 ||
            (given.list != LB_SELECT_WRONG && given.list != LB_SELECT_WRONG_FOR_ALL)) {
            LB_TRY(opt_wrong(self, err,
                             "%s holds lists of images: --list wrong or wrong_for_all, "
                             "and no other file",
                             argv[1]));
        }
        print_index_lists(&published, given.list == LB_SELECT_WRONG_FOR_ALL);
        goto cleanup;
    }
    for (size_t i = 0; i < operands; i++) {
        LB_TRY(add_models(&all, argv[i + 1], &capacity, err));
    }
    LB_TRY(switch_quirks(self, &all, given.quirks, err));
    if (given.list != LB_SELECT_ALL) {
        LB_TRY(print_lists(&all, given.list, err));
    } else {
        LB_TRY(score_models(&all, &given, &self->context, err));
        evaluation_print(all.items, all.count, given.format);
    }
cleanup:
    lb_free(help);
    lb_published_release(&published);
    release(&all);
    return status;
}
