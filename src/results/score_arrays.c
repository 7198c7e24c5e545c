/* SPDX-License-Identifier: MIT */
/* Scoring of maps that were made elsewhere, from .npy files. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "image_selection.h"
#include "lesionbench/explanations.h"
#include "lesionbench/npy_reals.h"
#include "lesionbench/paths.h"
#include "lesionbench/settings.h"
#include "score_pool.h"

/* A file of rows, and what a row is read into. */
typedef struct rows_file {
    const char *path;
    lb_npy *npy;
    void *stored;   /* a row of the file's type */
    double *values; /* (channels, H, W) ... */
    float *narrow;  /* ... and in float32, where that holds them */
    size_t count, channels, height, width;
} rows_file;

typedef struct scored_arrays {
    lb_score_rows *scores;
    const lb_array_truth *against;
    const lb_scoring *scoring;
    const lb_context *context;
    rows_file truth;
    size_t images, height, width; /* of the truth */
    size_t *index;                /* (index_count): the image of each map; NULL: its own number */
    size_t index_count;
    image_selection chosen;
    score_pool team;
} scored_arrays;

static void
rows_file_release(rows_file *rows)
{
    lb_npy_close(rows->npy);
    lb_free(rows->stored);
    lb_free(rows->values);
    lb_free(rows->narrow);
    *rows = (rows_file){.path = NULL};
}

/* Release also on failure. */
static lb_status
rows_file_open(rows_file *rows, const char *path, bool channels_too, lb_error *err)
{
    lb_status status = LB_OK;
    rows->path = path;
    LB_TRY(lb_npy_open(&rows->npy, path, err));
    const lb_array *header = lb_npy_header(rows->npy);
    const size_t *shape = header->shape;
    bool has_channels = channels_too && header->rank == 4 && (shape[1] == 1 || shape[1] == 3);
    if (header->rank != 3 && !has_channels) {
        bool last = channels_too && header->rank == 4 && (shape[3] == 1 || shape[3] == 3);
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: must be (N, H, W)%s%s", path,
                       channels_too ? ", (N, 3, H, W) or (N, 1, H, W)" : "",
                       last ? "; its channels are last (save numpy.ascontiguousarray("
                              "numpy.moveaxis(x, -1, 1)))"
                            : ""));
    }
    if (lb_array_count(header) == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: holds no maps", path));
    }
    rows->count = shape[0];
    rows->channels = has_channels ? shape[1] : 1;
    rows->height = shape[header->rank - 2];
    rows->width = shape[header->rank - 1];
    size_t values = lb_array_count(header) / shape[0];
    rows->stored = lb_alloc(values, lb_type_size(header->type), err);
    if (rows->stored == NULL) {
        LB_TRY(err->code);
    }
    LB_ALLOC(rows->values, values);
    LB_ALLOC(rows->narrow, values);
cleanup:
    return status;
}

bool
lb_is_array_list(const char *text)
{
    size_t length = strlen(text);
    if (length >= 4 && strcmp(text + length - 4, ".npy") == 0) {
        return true;
    }
    return !lb_path_is_taken(text) && strpbrk(text, ",=") != NULL;
}

/* METHOD=PATH, or a path, whose folders may have an '='. */
static const char *
path_of(const char *item)
{
    size_t name = strcspn(item, "=/");
    return item[name] == '=' && !lb_path_is_taken(item) ? item + name + 1 : item;
}

static lb_status
method_of(char *out, size_t capacity, const char *item, bool alone, lb_error *err)
{
    const char *path = path_of(item), *name = item;
    size_t length = (size_t)(path - item);
    if (length > 0) {
        length--; /* the '=' */
    } else if (alone) {
        name = "maps";
        length = 4;
    } else {
        name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
        length = strlen(name);
        length -= length > 4 && strcmp(name + length - 4, ".npy") == 0 ? 4 : 0;
    }
    if (length == 0 || length >= capacity) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: the method's name must have 1 to %zu bytes (name it METHOD=%s)", item,
                       capacity - 1, path);
    }
    memcpy(out, name, length);
    out[length] = '\0';
    return LB_OK;
}

static lb_status
parse_index(scored_arrays *a, lb_error *err)
{
    lb_status status = LB_OK;
    bool *seen = NULL;
    LB_TRY(lb_parse_indices(&a->index, &a->index_count, a->against->index, 0, a->images - 1, err));
    LB_ALLOC(seen, a->images);
    for (size_t i = 0; i < a->index_count; i++) {
        if (seen[a->index[i]]) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "image %zu is there twice", a->index[i]));
        }
        seen[a->index[i]] = true;
    }
cleanup:
    lb_free(seen);
    return status == LB_OK ? LB_OK : lb_fail_context(err, "--index");
}

/* The maps must be one for each image, of their size. */
static lb_status
check_fit(const scored_arrays *a, const rows_file *maps, lb_error *err)
{
    const char *truth = a->against->path != NULL ? a->against->path : "the dataset";
    if (maps->height != a->height || maps->width != a->width) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the maps are %zu x %zu, the truth of %s %zu x %zu", maps->path,
                       maps->height, maps->width, truth, a->height, a->width);
    }
    if (a->index != NULL && maps->count != a->index_count) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: has %zu maps, --index names %zu images",
                       maps->path, maps->count, a->index_count);
    }
    if (a->index == NULL && maps->count != a->images) {
        bool has_path = a->against->path != NULL;
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has %zu maps, %s%s has %zu images (tell which with --index)",
                       maps->path, maps->count, has_path ? "" : "split ",
                       has_path ? truth : lb_split_name(a->against->split), a->images);
    }
    return LB_OK;
}

static lb_status
read_row(rows_file *rows, size_t row, lb_error *err)
{
    lb_status status = lb_npy_read_doubles(rows->values, rows->npy, rows->stored, row, 1, err);
    return status == LB_OK ? LB_OK : lb_fail_context(err, "%s", rows->path);
}

static lb_status
check_finite(const rows_file *maps, size_t row, size_t image, lb_error *err)
{
    size_t values = maps->channels * maps->height * maps->width;
    for (size_t i = 0; i < values; i++) {
        if (!isfinite(maps->values[i])) {
            return lb_fail(err, LB_ERROR_NUMERIC,
                           "%s: row %zu, of image %zu, has a value that is NaN or infinite (mend "
                           "the method or its input, or leave the image out and name the others "
                           "with --index)",
                           maps->path, row, image);
        }
    }
    return LB_OK;
}

static void
fill_narrow(float *map, rows_file *maps)
{
    size_t pixels = maps->height * maps->width, values = maps->channels * pixels;
    bool is_map = lb_npy_header(maps->npy)->rank == 3;
    for (size_t i = 0; i < values; i++) {
        maps->narrow[i] = (float)maps->values[i];
    }
    if (maps->channels == 3) {
        lb_attribution_map(map, maps->narrow, 1, pixels);
        return;
    }
    for (size_t p = 0; p < pixels; p++) {
        map[p] = is_map ? maps->narrow[p] : fabsf(maps->narrow[p]);
    }
}

static void
fill_double(double *map, const rows_file *maps)
{
    size_t pixels = maps->height * maps->width;
    bool is_map = lb_npy_header(maps->npy)->rank == 3;
    if (maps->channels == 3) {
        lb_attribution_map_double(map, maps->values, pixels);
        return;
    }
    for (size_t p = 0; p < pixels; p++) {
        map[p] = is_map ? maps->values[p] : fabs(maps->values[p]);
    }
}

/* The map of a row, into the team's place for it: in doubles where float32 does not hold them, so
 * that ranks are those of the file's numbers. */
static lb_status
read_map(score_pool *team, rows_file *maps, size_t row, size_t image, lb_error *err)
{
    lb_status status = LB_OK;
    double *map = NULL;
    LB_TRY(read_row(maps, row, err));
    LB_TRY(check_finite(maps, row, image, err));
    if (lb_npy_is_narrow(maps->npy)) {
        fill_narrow(score_pool_map(team), maps);
    } else {
        LB_TRY(score_pool_map_double(&map, team, err));
        fill_double(map, maps);
    }
cleanup:
    return status;
}

/* 1 where the truth is above 0, however little. */
static lb_status
read_truth(float *out, rows_file *truth, size_t row, lb_error *err)
{
    lb_status status = read_row(truth, row, err);
    for (size_t p = 0; status == LB_OK && p < truth->height * truth->width; p++) {
        double value = truth->values[p];
        out[p] = isnan(value) ? NAN : (value > 0 ? 1.0F : 0.0F);
    }
    return status;
}

static lb_status
score_row(scored_arrays *a, rows_file *maps, size_t number, const char *method, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_array_truth *against = a->against;
    size_t image = a->index != NULL ? a->index[number] : number;
    if (!image_selection_has(&a->chosen, image)) {
        return LB_OK;
    }
    LB_TRY(read_map(&a->team, maps, number, image, err));
    float *truth = score_pool_truth(&a->team);
    lb_score_row *row = NULL;
    if (against->dataset != NULL) {
        LB_TRY(lb_dataset_read(NULL, truth, against->dataset, against->split, image, 1, err));
        row = lb_score_rows_add_image(a->scores, against->dataset, against->split, image,
                                      &against->model, method, err);
    } else {
        LB_TRY(read_truth(truth, &a->truth, image, err));
        row = lb_score_rows_add(a->scores, err);
        if (row != NULL) {
            lb_score_row_set_model(row, &against->model);
        }
    }
    if (row == NULL) {
        LB_TRY(err->code);
    }
    row->image = (uint32_t)image;
    snprintf(row->method, sizeof row->method, "%s", method);
    snprintf(row->selection, sizeof row->selection, "%s", image_selection_name(&a->chosen, image));
    if (score_pool_push(&a->team, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", maps->path));
    }
cleanup:
    return status;
}

static lb_status
score_file(scored_arrays *a, const char *path, const char *method, lb_error *err)
{
    lb_status status = LB_OK;
    rows_file maps = {.path = path};
    LB_TRY(rows_file_open(&maps, path, true, err));
    LB_TRY(check_fit(a, &maps, err));
    for (size_t i = 0; i < maps.count; i++) {
        LB_TRY(lb_check_cancelled(a->context, err));
        lb_progress(a->context, method, i, maps.count);
        LB_TRY(score_row(a, &maps, i, method, err));
    }
    if (score_pool_flush(&a->team, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", path));
    }
cleanup:
    rows_file_release(&maps);
    return status;
}

static lb_status
open_truth(scored_arrays *a, const char *maps, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_array_truth *against = a->against;
    if (against->dataset != NULL) {
        a->images = lb_dataset_count(against->dataset, against->split);
        a->height = lb_dataset_height(against->dataset);
        a->width = lb_dataset_width(against->dataset);
    } else {
        LB_TRY(rows_file_open(&a->truth, against->path, false, err));
        a->images = a->truth.count;
        a->height = a->truth.height;
        a->width = a->truth.width;
    }
    if (a->images == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the dataset's split %s has no images",
                       lb_split_name(against->split)));
    }
    if (against->index != NULL) {
        LB_TRY(parse_index(a, err));
    }
    LB_TRY(image_selection_create(&a->chosen, a->scoring, a->images, against->split,
                                  &against->model, maps, err));
    LB_TRY(score_pool_create(&a->team, a->scores, a->scoring, a->height, a->width, err));
cleanup:
    return status;
}

/* The files' methods, (count, 64) into names; all different. */
static lb_status
name_methods(char (*names)[64], const lb_list *files, bool alone, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < files->count; i++) {
        LB_TRY(method_of(names[i], sizeof names[i], files->items[i], alone, err));
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) {
                LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                               "two files are of the method '%s' (name them METHOD=X.npy)",
                               names[i]));
            }
        }
    }
cleanup:
    return status;
}

/* One path as it is, commas and all, or a list. */
static lb_status
list_files(lb_list *out, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    if (!lb_path_is_taken(text)) {
        return lb_list_parse(out, text, err);
    }
    LB_ALLOC(out->items, 1);
    out->items[0] = lb_strdup(text, err);
    out->count = out->items[0] != NULL ? 1 : 0;
    status = out->count == 1 ? LB_OK : err->code;
cleanup:
    return status;
}

lb_status
lb_score_arrays(lb_score_rows *scores, const char *maps, const lb_array_truth *truth,
                const lb_scoring *scoring, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list files = {0};
    char(*names)[64] = NULL;
    scored_arrays a = {.scores = scores, .against = truth, .scoring = scoring, .context = context};
    LB_TRY(list_files(&files, maps, err));
    LB_ALLOC(names, files.count);
    LB_TRY(name_methods(names, &files, files.count == 1 && truth->path != NULL, err));
    LB_TRY(open_truth(&a, maps, err));
    for (size_t i = 0; i < files.count; i++) {
        LB_TRY(score_file(&a, path_of(files.items[i]), names[i], err));
    }
cleanup:
    image_selection_release(&a.chosen);
    score_pool_release(&a.team);
    lb_free(a.index);
    rows_file_release(&a.truth);
    lb_free(names);
    lb_list_release(&files);
    return status;
}
