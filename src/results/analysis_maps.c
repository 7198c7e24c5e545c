/* SPDX-License-Identifier: MIT */
/* Whether the maps of different methods are alike, from explanations.h5 files. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis_internal.h"
#include "lesionbench/grow.h"
#include "lesionbench/h5.h"
#include "lesionbench/score.h"
#include "model_name.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { MAX_METHODS = 64 };

static const output_column COLUMNS[] = {
    {"condition", TIDY_TEXT},     {"corpus", TIDY_TEXT},        {"method_a", TIDY_TEXT},
    {"method_b", TIDY_TEXT},      {"maps", TIDY_COUNT},         {"spearman", TIDY_NUMBER},
    {"spearman_q1", TIDY_NUMBER}, {"spearman_q3", TIDY_NUMBER}, {"overlap", TIDY_NUMBER},
    {"overlap_q1", TIDY_NUMBER},  {"overlap_q3", TIDY_NUMBER}};

/* Two methods under one condition and corpus. */
typedef struct pair {
    char condition[16], corpus[64], method[2][80];
    size_t count, capacity;
    double *rho, *overlap; /* of each pair of maps; NaN is left out of neither count */
} pair;

typedef struct pairs {
    size_t count, capacity;
    pair *items;
} pairs;

static void
pairs_release(pairs *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lb_free(list->items[i].rho);
        lb_free(list->items[i].overlap);
    }
    lb_free(list->items);
    *list = (pairs){0};
}

static lb_status
find_pair(pair **out, pairs *list, const lb_model_name *name, const char *a, const char *b,
          lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < list->count; i++) {
        pair *one = &list->items[i];
        if (strcmp(one->condition, name->condition) == 0 &&
            strcmp(one->corpus, name->corpus) == 0 && strcmp(one->method[0], a) == 0 &&
            strcmp(one->method[1], b) == 0) {
            *out = one;
            return LB_OK;
        }
    }
    LB_GROW(list->items, list->count, list->capacity);
    pair *added = &list->items[list->count++];
    snprintf(added->condition, sizeof added->condition, "%s", name->condition);
    snprintf(added->corpus, sizeof added->corpus, "%s", name->corpus);
    snprintf(added->method[0], sizeof added->method[0], "%s", a);
    snprintf(added->method[1], sizeof added->method[1], "%s", b);
    *out = added;
cleanup:
    return status;
}

static lb_status
add_pair(pair *into, const lb_ranked_map *a, const lb_ranked_map *b, lb_error *err)
{
    lb_status status = LB_OK;
    size_t same = into->capacity; /* of both arrays */
    LB_GROW(into->rho, into->count, same);
    LB_GROW(into->overlap, into->count, into->capacity);
    into->rho[into->count] = lb_map_correlation(a, b);
    into->overlap[into->count++] = lb_map_overlap(a, b);
cleanup:
    return status;
}

/* A file of maps and room for one image's. */
typedef struct maps_file {
    const char *path;
    lb_h5 *file;
    lb_model_name name;
    lb_array index; /* int32 (n) */
    char **methods;
    size_t method_count;
    float *map, *truth;
    lb_ranked_map ranked[MAX_METHODS]; /* of the image under way; without pixels where none */
} maps_file;

static void
release_image(maps_file *maps)
{
    for (size_t m = 0; m < MAX_METHODS; m++) {
        lb_ranked_map_release(&maps->ranked[m]);
    }
}

static lb_status
rank_image(maps_file *maps, size_t row, const lb_analysis_inputs *inputs, lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = inputs->dataset;
    size_t pixels = lb_dataset_height(dataset) * lb_dataset_width(dataset), p = 0;
    int32_t image = ((const int32_t *)maps->index.data)[row];
    if (image < 0 || (size_t)image >= lb_dataset_count(dataset, inputs->split)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: image %d is not in the %s split", maps->path,
                       (int)image, lb_split_name(inputs->split)));
    }
    LB_TRY(lb_dataset_read(NULL, maps->truth, dataset, inputs->split, (size_t)image, 1, err));
    for (size_t i = 0; i < pixels; i++) {
        p += maps->truth[i] > 0;
    }
    for (size_t m = 0; m < maps->method_count; m++) {
        char name[96];
        size_t rank = 0, shape[LB_MAX_RANK];
        snprintf(name, sizeof name, "%.70s/map", maps->methods[m]);
        if (!lb_h5_has(maps->file, name)) {
            continue;
        }
        LB_TRY(lb_h5_shape(&rank, shape, maps->file, name, err));
        if (rank != 3 || shape[0] != maps->index.shape[0] || shape[1] * shape[2] != pixels) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' does not fit the dataset", maps->path,
                           name));
        }
        LB_TRY(lb_h5_read_rows(maps->file, name, LB_F32, row, 1, maps->map, err));
        if (lb_ranked_map_create(&maps->ranked[m], maps->map, pixels, p, err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "%s: %s of image %d", maps->path, name, (int)image));
        }
    }
cleanup:
    return status;
}

static lb_status
pair_image(pairs *list, const maps_file *maps, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t a = 0; a < maps->method_count; a++) {
        for (size_t b = a + 1; b < maps->method_count; b++) {
            pair *found = NULL;
            if (maps->ranked[a].pixels == 0 || maps->ranked[b].pixels == 0) {
                continue;
            }
            LB_TRY(find_pair(&found, list, &maps->name, maps->methods[a], maps->methods[b], err));
            LB_TRY(add_pair(found, &maps->ranked[a], &maps->ranked[b], err));
        }
    }
cleanup:
    return status;
}

static lb_status
read_file(pairs *list, const char *path, const lb_analysis_inputs *inputs, lb_error *err)
{
    lb_status status = LB_OK;
    char split[16];
    maps_file maps = {.path = path};
    size_t pixels = lb_dataset_height(inputs->dataset) * lb_dataset_width(inputs->dataset);
    LB_TRY(lb_h5_open(&maps.file, path, "explanations", err));
    LB_TRY(root_text_load(split, sizeof split, maps.file, "split", err));
    if (split[0] != '\0' && strcmp(split, lb_split_name(inputs->split)) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: explains the split %s (use --split %s)", path,
                       split, split));
    }
    LB_TRY(lb_h5_read(&maps.index, maps.file, "index", LB_I32, err));
    LB_TRY(model_name_load(&maps.name, maps.file, err));
    LB_TRY(lb_h5_members(&maps.methods, &maps.method_count, maps.file, "", err));
    if (maps.method_count > MAX_METHODS) {
        LB_TRY(
            lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: has more than %d members", path, MAX_METHODS));
    }
    LB_ALLOC(maps.map, pixels);
    LB_ALLOC(maps.truth, pixels);
    for (size_t row = 0; row < maps.index.shape[0]; row++) {
        LB_TRY(rank_image(&maps, row, inputs, err));
        LB_TRY(pair_image(list, &maps, err));
        release_image(&maps);
    }
cleanup:
    release_image(&maps);
    lb_free(maps.truth);
    lb_free(maps.map);
    lb_h5_free_names(maps.methods, maps.method_count);
    lb_array_release(&maps.index);
    lb_h5_close(maps.file);
    return status;
}

/* Median and quartiles without what is NaN. */
static void
quartiles(double out[3], double *values, size_t count)
{
    static const double q[3] = {0.5, 0.25, 0.75};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            values[kept++] = values[i];
        }
    }
    for (size_t i = 0; i < 3; i++) {
        out[i] = kept > 0 ? lb_quantile(values, kept, q[i]) : (double)NAN;
    }
}

lb_status
write_map_agreement(const lb_analysis_inputs *inputs, const char *directory,
                    const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    pairs list = {0};
    output_table out = {.name = "map_agreement",
                        .caption = "How alike the maps of two methods are: rank correlation over "
                                   "pixels, and the share of their top pixels in both.",
                        .columns = COLUMNS,
                        .column_count = LENGTH(COLUMNS)};
    for (size_t i = 0; i < inputs->map_count; i++) {
        LB_TRY(lb_check_cancelled(context, err));
        lb_progress(context, "maps", i, inputs->map_count);
        LB_TRY(read_file(&list, inputs->maps[i], inputs, err));
    }
    for (size_t i = 0; i < list.count; i++) {
        pair *one = &list.items[i];
        double rho[3], overlap[3];
        quartiles(rho, one->rho, one->count);
        quartiles(overlap, one->overlap, one->count);
        output_cell *row = output_table_add(&out, err);
        LB_TRY(row == NULL ? err->code : LB_OK);
        row[0].text = one->condition;
        row[1].text = one->corpus;
        row[2].text = one->method[0];
        row[3].text = one->method[1];
        row[4].number = (double)one->count;
        for (size_t k = 0; k < 3; k++) {
            row[5 + k].number = rho[k];
            row[8 + k].number = overlap[k];
        }
    }
    LB_TRY(output_table_write(&out, directory, err));
cleanup:
    output_table_release(&out);
    pairs_release(&list);
    return status;
}
